#include "cli/result_dir.hpp"

#include <catch2/catch.hpp>
#include <fstream>

#include "espalier/core/errors.hpp"
#include "store/sample.hpp"
#include "store/segment.hpp"

using namespace espalier;
using namespace espalier::cli;

TEST_CASE("result directory: axes are split by commas, with or without spaces") {
  CHECK(parse_axes("a, b,c ") == std::vector<std::string>{"a", "b", "c"});
  CHECK(parse_axes("").empty());
  CHECK(parse_axes(" , ,").empty());
}

TEST_CASE("result directory: the journal is read, and a brief reading leaves out what tasks train") {
  const store::Sample sample;
  const auto directory = read_directory(sample.out.path());
  CHECK(directory.name == sample.out.path());
  CHECK(directory.state.runs.size() == 4);
  CHECK(read_brief(sample.out.path()).runs.size() == 4);
  CHECK(read_directories({sample.out.path(), sample.out.path()}).size() == 2);
}

TEST_CASE("result directory: what holds no results, or none that can be read, is refused") {
  const store::Scratch out;
  CHECK_THROWS_WITH(read_directory(out.path()), Catch::Contains("holds no results"));

  const store::Sample sample;  // its view shows that the journal held records
  std::fstream file(store::segment_file(sample.out.path(), 1), std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(20);
  file.put('\x7f');
  file.close();
  CHECK_THROWS_AS(read_directory(sample.out.path()), EnvironmentError);
  CHECK_THROWS_WITH(read_brief(sample.out.path()), Catch::Contains("cannot be read"));
}
