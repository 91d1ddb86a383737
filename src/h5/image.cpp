// Builds an HDF5 file in memory: tables, texts, groups and attributes.
#include "espalier/h5/file.hpp"
#include "h5/compound.hpp"
#include "h5/handle.hpp"

namespace espalier::h5 {

struct Image::Impl {
  Handle file;
};

namespace {

constexpr std::size_t kGrowth = 16u << 20;  // bytes by which the memory behind the file grows

Handle creation_list(hid_t cls) {
  Handle list = ESPALIER_H5(H5Pclose, H5Pcreate, cls);
  check(H5Pset_obj_track_times(list.id(), false), "H5Pset_obj_track_times");  // equal content gives equal bytes
  return list;
}

Handle table_dataset(hid_t file, const Table& table, const Layout& layout, hid_t type) {
  const hsize_t rows = table.rows(), chunk = chunk_rows(table, layout), most = H5S_UNLIMITED;
  const Handle space = ESPALIER_H5(H5Sclose, H5Screate_simple, 1, &rows, &most);
  const Handle list = creation_list(H5P_DATASET_CREATE);
  check(H5Pset_chunk(list.id(), 1, &chunk), "H5Pset_chunk");
  check(H5Pset_fletcher32(list.id()), "H5Pset_fletcher32");
  return ESPALIER_H5(H5Dclose, H5Dcreate2, file, table.name().c_str(), type, space.id(), H5P_DEFAULT, list.id(),
                     H5P_DEFAULT);
}

void write_rows(hid_t dataset, hid_t type, hsize_t first, hsize_t count, const std::string& rows) {
  const Handle in_file = ESPALIER_H5(H5Sclose, H5Dget_space, dataset);
  const Handle in_memory = ESPALIER_H5(H5Sclose, H5Screate_simple, 1, &count, nullptr);
  check(H5Sselect_hyperslab(in_file.id(), H5S_SELECT_SET, &first, nullptr, &count, nullptr), "H5Sselect_hyperslab");
  check(H5Dwrite(dataset, type, in_memory.id(), in_file.id(), H5P_DEFAULT, rows.data()), "H5Dwrite");
}

void write_attribute(hid_t file, const std::string& group, const std::string& name, hid_t type, const void* value) {
  const Handle owner = ESPALIER_H5(H5Oclose, H5Oopen, file, group.c_str(), H5P_DEFAULT);
  const Handle space = ESPALIER_H5(H5Sclose, H5Screate, H5S_SCALAR);
  const Handle attribute =
      ESPALIER_H5(H5Aclose, H5Acreate2, owner.id(), name.c_str(), type, space.id(), H5P_DEFAULT, H5P_DEFAULT);
  check(H5Awrite(attribute.id(), type, value), "H5Awrite");
}

}  // namespace

Image::Image() : impl_(std::make_unique<Impl>()) {
  check(H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr), "H5Eset_auto2");  // errors are thrown, not printed
  const Handle access = ESPALIER_H5(H5Pclose, H5Pcreate, H5P_FILE_ACCESS);
  check(H5Pset_fapl_core(access.id(), kGrowth, false), "H5Pset_fapl_core");
  const Handle creation = creation_list(H5P_FILE_CREATE);
  impl_->file = ESPALIER_H5(H5Fclose, H5Fcreate, "results.h5", H5F_ACC_TRUNC, creation.id(), access.id());
}

Image::Image(Image&&) noexcept = default;
Image& Image::operator=(Image&&) noexcept = default;
Image::~Image() = default;

void Image::add_table(const Table& table) {
  const Layout layout = layout_of(table);
  const Handle type = compound_type(table, layout);
  const Handle dataset = table_dataset(impl_->file.id(), table, layout, type.id());
  const std::size_t step = chunk_rows(table, layout);
  for (std::size_t first = 0; first < table.rows(); first += step) {
    const std::size_t count = std::min<std::size_t>(step, table.rows() - first);
    write_rows(dataset.id(), type.id(), first, count, pack_rows(table, layout, first, count));
  }
}

void Image::add_text(const std::string& name, const std::string& text) {
  const Handle type = text_type(text.size());
  const Handle space = ESPALIER_H5(H5Sclose, H5Screate, H5S_SCALAR);
  const Handle list = creation_list(H5P_DATASET_CREATE);
  const Handle dataset = ESPALIER_H5(H5Dclose, H5Dcreate2, impl_->file.id(), name.c_str(), type.id(), space.id(),
                                     H5P_DEFAULT, list.id(), H5P_DEFAULT);
  check(H5Dwrite(dataset.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, text.c_str()), "H5Dwrite");
}

void Image::add_group(const std::string& name) {
  const Handle list = creation_list(H5P_GROUP_CREATE);
  const Handle group =
      ESPALIER_H5(H5Gclose, H5Gcreate2, impl_->file.id(), name.c_str(), H5P_DEFAULT, list.id(), H5P_DEFAULT);
}

void Image::add_attribute(const std::string& group, const std::string& name, const std::string& text) {
  write_attribute(impl_->file.id(), group, name, text_type(text.size()).id(), text.c_str());
}

void Image::add_attribute(const std::string& group, const std::string& name, std::int64_t value) {
  write_attribute(impl_->file.id(), group, name, H5T_STD_I64LE, &value);
}

std::string Image::bytes() {
  check(H5Fflush(impl_->file.id(), H5F_SCOPE_GLOBAL), "H5Fflush");
  const auto size = check(H5Fget_file_image(impl_->file.id(), nullptr, 0), "H5Fget_file_image");
  std::string image(static_cast<std::size_t>(size), '\0');
  check(H5Fget_file_image(impl_->file.id(), image.data(), image.size()), "H5Fget_file_image");
  return image;
}

}  // namespace espalier::h5
