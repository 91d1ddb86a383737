#pragma once
// HDF5 files, built in memory or opened for reading: no variable-length strings, Fletcher-32 on every table.
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "espalier/h5/table.hpp"
#include "espalier/os/handle.hpp"

namespace espalier::h5 {

/// A file that is built in memory and never touches the disk: a full disk cannot crash the library in the middle of a
/// write, and equal content gives equal bytes. All members throw EnvironmentError with the call and HDF5's reason.
class Image {
 public:
  Image();
  Image(Image&&) noexcept;
  Image& operator=(Image&&) noexcept;
  ~Image();

  void add_table(const Table& table);
  /// A scalar string dataset.
  void add_text(const std::string& name, const std::string& text);
  void add_group(const std::string& name);
  void add_attribute(const std::string& group, const std::string& name, const std::string& text);
  void add_attribute(const std::string& group, const std::string& name, std::int64_t value);
  /// The whole file.
  std::string bytes();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};
static_assert(os::is_handle<Image>);

/// A file opened for reading. Construction throws CorruptionError if it is not a readable HDF5 file.
class ReadFile {
 public:
  explicit ReadFile(const std::filesystem::path& file);
  ReadFile(ReadFile&&) noexcept;
  ReadFile& operator=(ReadFile&&) noexcept;
  ~ReadFile();

  /// Throws CorruptionError where it is not one integer.
  std::int64_t integer_attribute(const std::string& group, const std::string& name) const;
  /// Names of a table's columns; none where there is no such table.
  std::vector<std::string> columns(const std::string& table) const;
  // A column of a table. They throw CorruptionError where there is none of that kind, or where the file claims far more
  // rows than its bytes can hold, and EnvironmentError where the bytes are damaged.
  std::vector<std::string> texts(const std::string& table, const std::string& name) const;
  std::vector<std::int64_t> integers(const std::string& table, const std::string& name) const;
  std::vector<double> reals(const std::string& table, const std::string& name) const;
  /// "" if the file holds exactly this table, else what differs.
  std::string difference(const Table& table) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};
static_assert(os::is_handle<ReadFile>);

}  // namespace espalier::h5
