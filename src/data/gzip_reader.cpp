// Reads plain or gzip files by zlib and reports damaged or truncated data.
#include "data/gzip_reader.hpp"

#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "espalier/core/errors.hpp"

namespace espalier::data {

void GzipReader::Close::operator()(gzFile_s* file) const { gzclose(file); }

GzipReader::GzipReader(const std::filesystem::path& file) : file_(file) {
  errno = 0;
  if (std::filesystem::is_regular_file(file)) handle_.reset(gzopen(file.c_str(), "rbe"));
  if (!handle_) {
    throw UsageError("cannot read '" + file.string() + "'", errno ? std::strerror(errno) : "it is not a file",
                     "Check the path; paths are relative to the study file or --data-root.");
  }
  gzbuffer(handle_.get(), 1u << 18);
}

std::size_t GzipReader::read(void* to, std::size_t bytes) {
  std::size_t done = 0;
  while (done < bytes) {
    const auto part = static_cast<unsigned>(std::min<std::size_t>(bytes - done, 1u << 30));
    const int got = gzread(handle_.get(), static_cast<char*>(to) + done, part);
    int error = Z_OK;
    const char* text = gzerror(handle_.get(), &error);
    if (got < 0 || error == Z_BUF_ERROR) {  // Z_BUF_ERROR: the file ends within the compressed data
      throw UsageError("'" + file_.string() + "' is damaged", error == Z_ERRNO ? std::strerror(errno) : text,
                       "Fetch it again.");
    }
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
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

bool GzipReader::at_end() {
  char byte = 0;
  return read(&byte, 1) == 0;
}

}  // namespace espalier::data
