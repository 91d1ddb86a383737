#pragma once
// Reads files that may or may not be compressed by gzip.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>

struct gzFile_s;

namespace espalier::data {

class GzipReader {
 public:
  /// Throws UsageError where the file cannot be opened.
  explicit GzipReader(const std::filesystem::path& file);

  /// Reads up to `bytes`; less only at the end of the file. Throws UsageError on damaged or truncated gzip data, and
  /// where it unpacks to far more than images do.
  std::size_t read(void* to, std::size_t bytes);
  /// Throws UsageError where the file ends first; `what` says what was to be read.
  void read_exactly(void* to, std::size_t bytes, const char* what);
  bool at_end();
  /// Throws UsageError where a file of this size cannot hold `bytes`: call before memory is asked for.
  void check_claim(std::uint64_t bytes, const char* what) const;

 private:
  struct Close {
    void operator()(gzFile_s* file) const;
  };
  void check_inflation(std::uint64_t bytes) const;

  std::filesystem::path file_;
  std::uint64_t file_bytes_ = 0, given_ = 0;  ///< of the file, and read from it so far
  std::unique_ptr<gzFile_s, Close> handle_;
};

}  // namespace espalier::data
