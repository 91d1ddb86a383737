// Opens an HDF5 file and compares its tables with those in memory.
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
  std::int64_t value = 0;
  check(H5Aread(attribute.id(), H5T_NATIVE_INT64, &value), "H5Aread");
  return value;
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
