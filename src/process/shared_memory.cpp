// Creates memory files by memfd_create and maps those of other processes through /proc/PID/fd.
#include "espalier/process/shared_memory.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "espalier/core/errors.hpp"

namespace espalier::process {

namespace {

[[noreturn]] void refuse(const std::string& what) {
  throw EnvironmentError("shared memory cannot be " + what, std::strerror(errno), "");
}

}  // namespace

SharedMemory::SharedMemory(os::Descriptor file, std::size_t bytes) : file_(std::move(file)), bytes_(bytes) {
  if (bytes_ == 0) return;
  void* data = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, file_.get(), 0);
  if (data == MAP_FAILED) refuse("mapped");
  data_ = data;
}

SharedMemory SharedMemory::create(std::size_t bytes) {
  os::Descriptor file(memfd_create("espalier", MFD_CLOEXEC));
  if (file.get() < 0 || ftruncate(file.get(), static_cast<off_t>(bytes)) != 0) refuse("made");
  return {std::move(file), bytes};
}

SharedMemory SharedMemory::of(pid_t process, int descriptor, std::size_t bytes) {
  const std::string path = "/proc/" + std::to_string(process) + "/fd/" + std::to_string(descriptor);
  os::Descriptor file(open(path.c_str(), O_RDWR | O_CLOEXEC));
  struct stat facts;
  if (file.get() < 0 || fstat(file.get(), &facts) != 0) refuse("opened as " + path);
  if (static_cast<std::size_t>(facts.st_size) < bytes) {
    throw CorruptionError(path + " holds " + std::to_string(facts.st_size) + " bytes, not " + std::to_string(bytes));
  }
  return {std::move(file), bytes};
}

SharedMemory::SharedMemory(SharedMemory&& other) noexcept
    : file_(std::move(other.file_)), bytes_(other.bytes_), data_(std::exchange(other.data_, nullptr)) {}

SharedMemory& SharedMemory::operator=(SharedMemory&& other) noexcept {
  if (this == &other) return *this;
  unmap();
  file_ = std::move(other.file_);
  bytes_ = other.bytes_;
  data_ = std::exchange(other.data_, nullptr);
  return *this;
}

SharedMemory::~SharedMemory() { unmap(); }

void SharedMemory::unmap() noexcept {
  if (data_) munmap(data_, bytes_);
  data_ = nullptr;
}

}  // namespace espalier::process
