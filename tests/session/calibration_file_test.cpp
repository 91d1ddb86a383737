#include "espalier/session/calibration_file.hpp"

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

#include "espalier/core/errors.hpp"
#include "store/scratch.hpp"

using namespace espalier;
using namespace espalier::session;

TEST_CASE("calibration file: none is empty; what is written later is merged into what is there") {
  const store::Scratch out;
  const auto folder = out.path() / "new";
  CHECK(read_calibration(folder).empty());

  write_calibration(folder, {{"a", {0.1, 0.2, 0.3}}, {"b", {1, 2, 3}}});
  write_calibration(folder, {{"b", {4, 5, 6}}, {"c", {7, 8, 9}}});

  const auto read = read_calibration(folder);
  REQUIRE(read.size() == 3);
  CHECK(read.at("a").step_s == 0.1);
  CHECK(read.at("b").evaluation_s == 5);
  CHECK(read.at("c").features_s == 9);
}

TEST_CASE("calibration file: a damaged one counts as none, and what is measured again keeps it beside") {
  int n = 0;
  const store::Scratch out;
  for (const char* text : {"{", "[]", R"({"costs": {"a": {"step_s": 1}}})", R"({"costs": {"a": {"step_s": "1"}}})"}) {
    std::ofstream(out.path() / "calibration.json") << text;
    INFO(text);
    CHECK(read_calibration(out.path()).empty());

    write_calibration(out.path(), {{"a", {0.1, 0.2, 0.3}}});

    CHECK(read_calibration(out.path()).size() == 1);
    std::ifstream kept(out.path() / ("calibration.json.damaged-" + std::to_string(++n)));
    CHECK(std::string(std::istreambuf_iterator<char>(kept), {}) == text);
  }
}

TEST_CASE("calibration file: a newer version's is refused and stays; one without a version is read") {
  const store::Scratch out;
  const auto file = out.path() / "calibration.json";
  const std::string costs = R"("costs": {"a": {"step_s": 1, "evaluation_s": 2, "features_s": 3}}})";
  std::ofstream(file) << "{" << costs;
  CHECK(read_calibration(out.path()).at("a").step_s == 1);
  std::ofstream(file) << R"({"version": 2, )" << costs;

  CHECK_THROWS_AS(read_calibration(out.path()), EnvironmentError);
  CHECK_THROWS_AS(refuse_newer_calibration(out.path()), EnvironmentError);
  CHECK_THROWS_AS(write_calibration(out.path(), {{"b", {1, 2, 3}}}), EnvironmentError);

  std::ifstream kept(file);
  CHECK(std::string(std::istreambuf_iterator<char>(kept), {}) == R"({"version": 2, )" + costs);
  CHECK_FALSE(std::filesystem::exists(file.string() + ".damaged-1"));
}
