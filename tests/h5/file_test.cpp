#include "espalier/h5/file.hpp"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "espalier/core/errors.hpp"
#include "espalier/h5/table.hpp"

using namespace espalier;
using namespace espalier::h5;

namespace {

Table sample(std::size_t rows = 3, double value = 0.5) {
  Table table("sample", rows);
  std::vector<std::string_view> names;
  std::vector<std::int64_t> numbers;
  for (std::size_t row = 0; row < rows; ++row) {
    names.push_back(table.keep(std::string(row % 5, 'x')));
    numbers.push_back(static_cast<std::int64_t>(row));
  }
  table.add("name", std::move(names));
  table.add("number", std::move(numbers));
  table.add("value", std::vector<double>(rows, value));
  return table;
}

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
