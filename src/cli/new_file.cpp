// Creates a file exclusively and writes it durably.
#include "cli/new_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "espalier/core/errors.hpp"
#include "espalier/os/descriptor.hpp"

namespace espalier::cli {

void write_new(const std::filesystem::path& file, const std::string& text) {
  const os::Descriptor opened(open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!opened && errno == EEXIST)
    throw UsageError(fmt::format("'{}' is there already", file.string()), "", "Give another name, or remove it first.");
  if (!opened) throw UsageError(fmt::format("cannot write '{}'", file.string()), std::strerror(errno), "");
  if (write(opened.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) && fsync(opened.get()) == 0)
    return;
  const int why = errno;
  unlink(file.c_str());
  throw EnvironmentError(fmt::format("cannot write '{}'", file.string()), std::strerror(why), "");
}

}  // namespace espalier::cli
