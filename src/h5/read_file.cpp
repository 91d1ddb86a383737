// Opens an HDF5 file, reads columns and attributes, and compares its tables with those in memory.
#include <filesystem>

#include "espalier/core/errors.hpp"
#include "espalier/h5/file.hpp"
#include "h5/compound.hpp"
#include "h5/handle.hpp"

namespace espalier::h5 {

struct ReadFile::Impl {
  Handle file;
};

namespace {

std::string read_rows(hid_t dataset, hid_t type, std::size_t row_bytes, hsize_t first, hsize_t count) {
  std::string rows(count * row_bytes, '\0');
  const Handle in_file = ESPALIER_H5(H5Sclose, H5Dget_space, dataset);
  const Handle in_memory = ESPALIER_H5(H5Sclose, H5Screate_simple, 1, &count, nullptr);
  check(H5Sselect_hyperslab(in_file.id(), H5S_SELECT_SET, &first, nullptr, &count, nullptr), "H5Sselect_hyperslab");
  check(H5Dread(dataset, type, in_memory.id(), in_file.id(), H5P_DEFAULT, rows.data()), "H5Dread");
  return rows;
}

std::size_t count_rows(hid_t dataset) {
  const Handle space = ESPALIER_H5(H5Sclose, H5Dget_space, dataset);
  return static_cast<std::size_t>(check(H5Sget_simple_extent_npoints(space.id()), "H5Sget_simple_extent_npoints"));
}

/// A column of a table of unknown origin.
struct OpenColumn {
  Handle dataset;
  std::size_t rows = 0, bytes = 0;  ///< of one value
};

[[noreturn]] void refuse(const std::string& name, const char* why) { throw CorruptionError(name + " " + why); }

/// Deflate packs at most about a thousand bytes into one.
bool is_plausible(hid_t dataset, std::size_t rows, std::size_t row_bytes) {
  constexpr std::size_t kMostPacked = 1100, kSlack = 1 << 20;
  return rows <= (H5Dget_storage_size(dataset) * kMostPacked + kSlack) / std::max<std::size_t>(row_bytes, 1);
}

OpenColumn open_column(hid_t file, const std::string& table, const std::string& name, H5T_class_t kind) {
  const std::string full = "/" + table + "." + name;
  if (H5Lexists(file, table.c_str(), H5P_DEFAULT) <= 0) refuse("/" + table, "is not there");
  OpenColumn column;
  column.dataset = ESPALIER_H5(H5Dclose, H5Dopen2, file, table.c_str(), H5P_DEFAULT);
  const Handle type = ESPALIER_H5(H5Tclose, H5Dget_type, column.dataset.id());
  const int place = H5Tget_class(type.id()) == H5T_COMPOUND ? H5Tget_member_index(type.id(), name.c_str()) : -1;
  if (place < 0) refuse(full, "is not there");
  const Handle member = ESPALIER_H5(H5Tclose, H5Tget_member_type, type.id(), static_cast<unsigned>(place));
  if (H5Tget_class(member.id()) != kind || H5Tis_variable_str(member.id()) > 0) refuse(full, "is of another kind");
  column.bytes = H5Tget_size(member.id());
  column.rows = count_rows(column.dataset.id());
  if (!is_plausible(column.dataset.id(), column.rows, H5Tget_size(type.id())))
    refuse("/" + table, "is impossibly long");
  return column;
}

/// Reads one member of each row; `memory` is the type that a value gets.
void read_column(const OpenColumn& column, const std::string& name, hid_t memory, void* values) {
  if (column.rows == 0) return;
  const Handle type = ESPALIER_H5(H5Tclose, H5Tcreate, H5T_COMPOUND, H5Tget_size(memory));
  check(H5Tinsert(type.id(), name.c_str(), 0, memory), "H5Tinsert");
  check(H5Dread(column.dataset.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values), "H5Dread");
}

}  // namespace

ReadFile::ReadFile(const std::filesystem::path& file) : impl_(std::make_unique<Impl>()) {
  check(H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr), "H5Eset_auto2");  // errors are thrown, not printed
  // HDF5 would wait for the writer of a FIFO.
  if (!std::filesystem::is_regular_file(file)) {
    throw CorruptionError("'" + file.string() + "' is not readable: it is not a regular file");
  }
  try {
    impl_->file = ESPALIER_H5(H5Fclose, H5Fopen, file.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  } catch (const EnvironmentError& error) {
    throw CorruptionError("'" + file.string() + "' is not readable: " + error.what());
  }
}

ReadFile::ReadFile(ReadFile&&) noexcept = default;
ReadFile& ReadFile::operator=(ReadFile&&) noexcept = default;
ReadFile::~ReadFile() = default;

std::int64_t ReadFile::integer_attribute(const std::string& group, const std::string& name) const {
  const Handle attribute =
      ESPALIER_H5(H5Aclose, H5Aopen_by_name, impl_->file.id(), group.c_str(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT);
  const Handle type = ESPALIER_H5(H5Tclose, H5Aget_type, attribute.id());
  const Handle space = ESPALIER_H5(H5Sclose, H5Aget_space, attribute.id());
  // An array would be read over the end of one value.
  if (H5Tget_class(type.id()) != H5T_INTEGER || H5Sget_simple_extent_npoints(space.id()) != 1) {
    throw CorruptionError("attribute " + name + " of /" + group + " is not one integer");
  }
  std::int64_t value = 0;
  check(H5Aread(attribute.id(), H5T_NATIVE_INT64, &value), "H5Aread");
  return value;
}

std::vector<std::string> ReadFile::columns(const std::string& table) const {
  std::vector<std::string> names;
  if (H5Lexists(impl_->file.id(), table.c_str(), H5P_DEFAULT) <= 0) return names;
  const Handle dataset = ESPALIER_H5(H5Dclose, H5Dopen2, impl_->file.id(), table.c_str(), H5P_DEFAULT);
  const Handle type = ESPALIER_H5(H5Tclose, H5Dget_type, dataset.id());
  const int count = H5Tget_class(type.id()) == H5T_COMPOUND ? H5Tget_nmembers(type.id()) : 0;
  for (int i = 0; i < count; ++i) {
    char* name = H5Tget_member_name(type.id(), static_cast<unsigned>(i));
    if (name) names.emplace_back(name);
    H5free_memory(name);
  }
  return names;
}

std::vector<std::string> ReadFile::texts(const std::string& table, const std::string& name) const {
  const OpenColumn column = open_column(impl_->file.id(), table, name, H5T_STRING);
  std::string padded(column.rows * column.bytes, '\0');
  read_column(column, name, text_type(column.bytes).id(), padded.data());
  std::vector<std::string> values(column.rows);
  for (std::size_t row = 0; row < column.rows; ++row) {
    const std::string_view text(padded.data() + row * column.bytes, column.bytes);
    values[row] = text.substr(0, text.find('\0'));
  }
  return values;
}

std::vector<std::int64_t> ReadFile::integers(const std::string& table, const std::string& name) const {
  const OpenColumn column = open_column(impl_->file.id(), table, name, H5T_INTEGER);
  std::vector<std::int64_t> values(column.rows);
  read_column(column, name, H5T_NATIVE_INT64, values.data());
  return values;
}

std::vector<double> ReadFile::reals(const std::string& table, const std::string& name) const {
  const OpenColumn column = open_column(impl_->file.id(), table, name, H5T_FLOAT);
  std::vector<double> values(column.rows);
  read_column(column, name, H5T_NATIVE_DOUBLE, values.data());
  return values;
}

std::string ReadFile::difference(const Table& table) const {
  if (H5Lexists(impl_->file.id(), table.name().c_str(), H5P_DEFAULT) <= 0) return "there is no /" + table.name();
  const Handle dataset = ESPALIER_H5(H5Dclose, H5Dopen2, impl_->file.id(), table.name().c_str(), H5P_DEFAULT);
  const Handle type = ESPALIER_H5(H5Tclose, H5Dget_type, dataset.id());
  const Layout layout = layout_of(table);
  if (H5Tequal(type.id(), compound_type(table, layout).id()) <= 0) return "/" + table.name() + " has other columns";
  if (count_rows(dataset.id()) != table.rows()) return "/" + table.name() + " has another number of rows";
  const std::size_t step = chunk_rows(table, layout);
  for (std::size_t first = 0; first < table.rows(); first += step) {
    const std::size_t count = std::min<std::size_t>(step, table.rows() - first);
    const std::string there = read_rows(dataset.id(), type.id(), layout.row_bytes, first, count);
    if (there != pack_rows(table, layout, first, count)) return "/" + table.name() + " has other values";
  }
  return "";
}

}  // namespace espalier::h5
