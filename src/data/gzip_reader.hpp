#pragma once
// Reads files that may or may not be compressed by gzip.
#include <cstddef>
#include <filesystem>
#include <memory>

struct gzFile_s;

namespace espalier::data {

class GzipReader {
 public:
  /// Throws UsageError where the file cannot be opened.
  explicit GzipReader(const std::filesystem::path& file);

  /// Reads up to `bytes`; less only at the end of the file. Throws UsageError on damaged or truncated gzip data.
  std::size_t read(void* to, std::size_t bytes);
  /// Throws UsageError where the file ends first; `what` says what was to be read.
  void read_exactly(void* to, std::size_t bytes, const char* what);
  bool at_end();

 private:
  struct Close {
    void operator()(gzFile_s* file) const;
  };
  std::filesystem::path file_;
  std::unique_ptr<gzFile_s, Close> handle_;
};

}  // namespace espalier::data
