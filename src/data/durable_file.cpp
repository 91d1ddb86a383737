// Writes a file under a temporary name, syncs it, renames it, and syncs the folder.
#include "data/durable_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <string>

#include "espalier/core/errors.hpp"

namespace espalier::data {
namespace {

[[noreturn]] void fail(const char* call, const std::filesystem::path& file) {
  const std::string why = std::string(call) + ": " + std::strerror(errno);
  throw EnvironmentError("cannot write '" + file.string() + "'", why,
                         "Check the folder, its permissions and the space left.");
}

class Descriptor {
 public:
  Descriptor(const std::filesystem::path& file, int flags) : file_(file), number_(::open(file.c_str(), flags, 0644)) {
    if (number_ < 0) fail("open", file_);
  }
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  void write(Bytes bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(number_, bytes.data(), std::min<std::size_t>(bytes.size(), 1u << 30));
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail("write", file_);
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
  }
  void sync() {
    if (::fsync(number_) != 0) fail("fsync", file_);
  }

 private:
  const std::filesystem::path& file_;
  int number_;
};

/// A file name unique in this folder, made of process and counter. A kill may leave such a file; no reader opens it.
std::filesystem::path partial_name(const std::filesystem::path& file) {
  static std::atomic<unsigned> count{0};
  std::filesystem::path partial = file;
  partial += ".partial-" + std::to_string(::getpid()) + "-" + std::to_string(count++);
  return partial;
}

void write_whole(const std::filesystem::path& partial, const std::vector<Bytes>& parts) {
  Descriptor out(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC);
  for (const Bytes part : parts) out.write(part);
  out.sync();
}

}  // namespace

void write_durably(const std::filesystem::path& file, const std::vector<Bytes>& parts) {
  const std::filesystem::path partial = partial_name(file);
  try {
    write_whole(partial, parts);
    if (::rename(partial.c_str(), file.c_str()) != 0) fail("rename", file);
  } catch (...) {
    ::unlink(partial.c_str());
    throw;
  }
  const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
  Descriptor(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC).sync();
}

}  // namespace espalier::data
