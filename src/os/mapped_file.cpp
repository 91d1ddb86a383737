// Maps files for reading, and says whose mistake it is where one cannot be mapped.
#include "espalier/os/mapped_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "espalier/core/culprit.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/os/descriptor.hpp"

namespace espalier::os {

namespace {

[[noreturn]] void refuse(const std::filesystem::path& file, const char* why, NamedBy named_by) {
  const std::string problem = "cannot read '" + file.string() + "'";
  if (named_by == NamedBy::user) throw UsageError(problem, why, "Check the path and its permissions.");
  throw EnvironmentError(problem, why, "Check the disk and its permissions.");
}

/// From errno. A machine that is short of something, or an error that nobody foresaw, is not the mistake of who named
/// the file.
[[noreturn]] void call_failed(const std::filesystem::path& file, NamedBy named_by) {
  const int error = errno;
  const bool is_machine = culprit_of_error(error) != Culprit::task;
  refuse(file, std::strerror(error), is_machine ? NamedBy::program : named_by);
}

}  // namespace

MappedFile::MappedFile(const std::filesystem::path& file, NamedBy named_by) {
  const Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));  // a FIFO must not block us
  if (!opened) call_failed(file, named_by);
  struct stat facts{};
  if (::fstat(opened.get(), &facts) != 0) call_failed(file, named_by);
  if (!S_ISREG(facts.st_mode)) refuse(file, "it is not a regular file", named_by);
  if (facts.st_size == 0) return;  // mmap refuses length 0
  const auto size = static_cast<std::size_t>(facts.st_size);
  void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, opened.get(), 0);
  if (address == MAP_FAILED) call_failed(file, named_by);
  address_ = address;
  size_ = size;
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : address_(std::exchange(other.address_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  if (this != &other) {
    unmap();
    address_ = std::exchange(other.address_, nullptr);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

MappedFile::~MappedFile() { unmap(); }

void MappedFile::unmap() noexcept {
  if (address_) ::munmap(address_, size_);
  address_ = nullptr;
}

}  // namespace espalier::os
