// Reads plain or gzip files by zlib and reports damaged or truncated data.
#include "data/read/gzip_reader.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>

#include "data/cannot_read.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/os/regular_file.hpp"

namespace espalier::data {

void GzipReader::Close::operator()(gzFile_s* file) const { gzclose(file); }

GzipReader::GzipReader(const std::filesystem::path& file) : file_(file) {
  os::Descriptor opened = os::try_open_regular(file, O_RDONLY);
  const int error = errno;
  struct stat facts{};
  if (opened && ::fstat(opened.get(), &facts) == 0) handle_.reset(gzdopen(opened.get(), "rb"));
  if (handle_) opened.release();
  file_bytes_ = static_cast<std::uint64_t>(facts.st_size);
  if (!handle_) cannot_read(file, opened ? ENOMEM : error);
  gzbuffer(handle_.get(), 1u << 18);
}

std::size_t GzipReader::read(void* to, std::size_t bytes) {
  std::size_t done = 0;
  while (done < bytes) {
    const auto part = static_cast<unsigned>(std::min<std::size_t>(bytes - done, 1u << 24));
    const int got = gzread(handle_.get(), static_cast<char*>(to) + done, part);
    const int of_call = errno;
    int error = Z_OK;
    const char* text = gzerror(handle_.get(), &error);
    if (error == Z_ERRNO) cannot_read(file_, of_call);
    if (error == Z_MEM_ERROR) cannot_read(file_, ENOMEM);
    if (got < 0 || error == Z_BUF_ERROR) {  // Z_BUF_ERROR: the file ends within the compressed data
      throw UsageError("'" + file_.string() + "' is damaged", text, "Fetch it again.");
    }
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
    given_ += static_cast<std::uint64_t>(got);
    check_inflation(given_);
  }
  return done;
}

void GzipReader::read_exactly(void* to, std::size_t bytes, const char* what) {
  const std::size_t got = read(to, bytes);
  if (got == bytes) return;
  throw UsageError("'" + file_.string() + "' ends too early",
                   "its " + std::string(what) + " would take " + std::to_string(bytes) + " bytes, " +
                       std::to_string(got) + " are there",
                   "Fetch it again.");
}

void GzipReader::check_claim(std::uint64_t bytes, const char* what) const {
  constexpr std::uint64_t kMost = 1032;  // deflate's best: 258 bytes for two bits
  if (bytes / kMost > file_bytes_) {
    throw UsageError("'" + file_.string() + "' ends too early",
                     "its " + std::string(what) + " would take " + std::to_string(bytes) + " bytes, which " +
                         std::to_string(file_bytes_) + " cannot hold",
                     "Fetch it again.");
  }
  check_inflation(bytes);
}

/// Images shrink by gzip to a tenth, hardly further; a file that is made to fill memory shrinks to a thousandth.
void GzipReader::check_inflation(std::uint64_t bytes) const {
  constexpr std::uint64_t kFree = 64u << 20, kMost = 128;
  if (bytes <= kFree || bytes / kMost <= file_bytes_) return;
  throw UsageError("'" + file_.string() + "' unpacks to more than " + std::to_string(kMost) + " times its size",
                   std::to_string(bytes) + " bytes from " + std::to_string(file_bytes_),
                   "If it is meant to, unpack it with gunzip and name the result.");
}

bool GzipReader::at_end() {
  char byte = 0;
  return read(&byte, 1) == 0;
}

}  // namespace espalier::data
