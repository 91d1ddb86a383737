#include "espalier/h5/file.hpp"

#include <hdf5.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "espalier/core/errors.hpp"
#include "h5/sample_table.hpp"

using namespace espalier;
using namespace espalier::h5;

namespace {

/// A file that goes with its scope.
struct TemporaryFile {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("espalier-h5-" + std::to_string(::getpid()) + ".h5");
  void write(const std::string& bytes) const { std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes; }
  ~TemporaryFile() { std::filesystem::remove(path); }
};

std::string image_of(const Table& table) {
  Image image;
  image.add_table(table);
  image.add_group("about");
  image.add_attribute("about", "answer", std::int64_t{42});
  image.add_attribute("about", "word", "");
  image.add_text("text", "");
  return image.bytes();
}

}  // namespace

TEST_CASE("file: what was put into an image is what a file of its bytes holds") {
  TemporaryFile file;
  file.write(image_of(sample(100000)));

  const ReadFile read(file.path);

  CHECK(read.integer_attribute("about", "answer") == 42);
  CHECK(read.difference(sample(100000)) == "");
  CHECK(read.difference(sample(100000, std::nan(""))) == "/sample has other values");
  CHECK(read.difference(sample(7)) == "/sample has another number of rows");
  CHECK(read.difference(Table("other", 0)) == "there is no /other");
}

TEST_CASE("file: columns are read by name, and what is not there or of another kind is refused") {
  TemporaryFile file;
  file.write(image_of(sample(4)));
  const ReadFile read(file.path);

  CHECK(read.texts("sample", "name") == std::vector<std::string>{"", "x", "xx", "xxx"});
  CHECK(read.integers("sample", "number") == std::vector<std::int64_t>{0, 1, 2, 3});
  CHECK(read.reals("sample", "value") == std::vector<double>(4, 0.5));
  CHECK_THROWS_AS(read.reals("sample", "number"), CorruptionError);
  const auto columns = read.columns("sample");
  CHECK(std::find(columns.begin(), columns.end(), "name") != columns.end());
  CHECK(read.columns("other").empty());
  CHECK(read.columns("text").empty());
  CHECK_THROWS_AS(read.texts("sample", "other"), CorruptionError);
  CHECK_THROWS_AS(read.texts("other", "name"), CorruptionError);
  CHECK_THROWS_AS(read.texts("text", "name"), CorruptionError);
}

TEST_CASE("file: a column of a table without rows is empty") {
  TemporaryFile file;
  file.write(image_of(sample(0)));

  CHECK(ReadFile(file.path).texts("sample", "name").empty());
}

namespace {

/// An attribute of a file of others: `count` values of a type.
void write_attribute(const std::filesystem::path& path, hid_t type, hsize_t count) {
  const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  const hid_t group = H5Gcreate2(file, "about", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  const hid_t space = H5Screate_simple(1, &count, nullptr);
  const hid_t attribute = H5Acreate2(group, "answer", type, space, H5P_DEFAULT, H5P_DEFAULT);
  const std::vector<double> values(count, 42);
  H5Awrite(attribute, type, values.data());
  H5Aclose(attribute);
  H5Sclose(space);
  H5Gclose(group);
  H5Fclose(file);
}

/// A table that claims many rows and holds none.
void write_long_table(const std::filesystem::path& path) {
  const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  const hid_t type = H5Tcreate(H5T_COMPOUND, 8);
  H5Tinsert(type, "value", 0, H5T_NATIVE_DOUBLE);
  const hsize_t count = hsize_t{1} << 40, chunk = 16;
  const hid_t space = H5Screate_simple(1, &count, nullptr);
  const hid_t layout = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_chunk(layout, 1, &chunk);
  const hid_t table = H5Dcreate2(file, "sample", type, space, H5P_DEFAULT, layout, H5P_DEFAULT);
  H5Dclose(table);
  H5Pclose(layout);
  H5Sclose(space);
  H5Tclose(type);
  H5Fclose(file);
}

}  // namespace

TEST_CASE("file: an attribute that is not one integer is refused and not read over the end of one") {
  TemporaryFile file;
  write_attribute(file.path, H5T_NATIVE_INT64, 1000);
  CHECK_THROWS_WITH(ReadFile(file.path).integer_attribute("about", "answer"), Catch::Contains("not one integer"));
  write_attribute(file.path, H5T_NATIVE_DOUBLE, 1);
  CHECK_THROWS_AS(ReadFile(file.path).integer_attribute("about", "answer"), CorruptionError);
  CHECK_THROWS_AS(ReadFile(file.path).integer_attribute("about", "question"), Error);
}

TEST_CASE("file: a table that claims more rows than its bytes can hold is refused") {
  TemporaryFile file;
  write_long_table(file.path);
  CHECK_THROWS_WITH(ReadFile(file.path).reals("sample", "value"), Catch::Contains("impossibly long"));
}

TEST_CASE("file: a table without rows is a table") {
  TemporaryFile file;
  file.write(image_of(sample(0)));

  CHECK(ReadFile(file.path).difference(sample(0)) == "");
}

TEST_CASE("file: equal content gives equal bytes") { CHECK(image_of(sample(1000)) == image_of(sample(1000))); }

TEST_CASE("file: a changed value is found by its checksum") {
  TemporaryFile file;
  std::string bytes = image_of(sample(1000));
  const double value = 0.5;
  const auto place = bytes.rfind(std::string(reinterpret_cast<const char*>(&value), sizeof value));
  REQUIRE(place != std::string::npos);
  bytes[place] ^= 1;
  file.write(bytes);

  CHECK_THROWS_WITH(ReadFile(file.path).difference(sample(1000)),
                    Catch::Contains("H5Dread") && Catch::Contains("checksum"));
}

TEST_CASE("file: what is no HDF5 file is refused with the library's reason") {
  TemporaryFile file;
  file.write("no such thing");

  CHECK_THROWS_AS(ReadFile(file.path), CorruptionError);
  CHECK_THROWS_WITH(ReadFile(file.path), Catch::Contains("H5Fopen"));
  CHECK_THROWS_WITH(
      [] {
        Image image;
        image.add_group("a");
        image.add_group("a");
      }(),
      Catch::Contains("H5Gcreate2"));
}
