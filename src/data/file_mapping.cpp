// Opens a regular file and maps it read-only.
#include "data/file_mapping.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "espalier/core/errors.hpp"

namespace espalier::data {
namespace {

[[noreturn]] void refuse(const std::filesystem::path& file, const char* why) {
  throw UsageError("cannot read '" + file.string() + "'", why, "Check the path and its permissions.");
}

struct Descriptor {
  int number;
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
};

}  // namespace

std::shared_ptr<const FileMapping> FileMapping::open(const std::filesystem::path& file) {
  const Descriptor descriptor{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (descriptor.number < 0) refuse(file, std::strerror(errno));
  struct stat status{};
  if (::fstat(descriptor.number, &status) != 0) refuse(file, std::strerror(errno));
  if (!S_ISREG(status.st_mode)) refuse(file, "it is not a regular file");
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size == 0) return std::make_shared<FileMapping>(nullptr, 0);  // mmap refuses length 0
  void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor.number, 0);
  if (address == MAP_FAILED) refuse(file, std::strerror(errno));
  return std::make_shared<FileMapping>(address, size);
}

FileMapping::~FileMapping() {
  if (address_) ::munmap(address_, size_);
}

}  // namespace espalier::data
