#include "espalier/session/plan_given.hpp"

#include <catch2/catch.hpp>
#include <fstream>

#include "espalier/core/errors.hpp"
#include "store/scratch.hpp"

using namespace espalier;
using namespace espalier::session;

namespace {

std::vector<plan::SelectionOutcome> read(const std::string& text) {
  const store::Scratch folder;
  std::ofstream(folder.path() / "given.json") << text;
  return read_given(folder.path() / "given.json");
}

}  // namespace

TEST_CASE("given selections: values are spelled as a study file spells them, in the order of the file") {
  const auto given = read(R"([{"experiment": "frozen", "per": {"per_class": "all", "case": "x"},
                              "values": {"transferred": 6, "train.momentum": 0.5, "flip": true}},
                             {"experiment": "second", "values": {"frozen": 0}}])");

  REQUIRE(given.size() == 2);
  CHECK(given[0].experiment == "frozen");
  CHECK(given[0].per == std::vector<plan::Label>{{"per_class", "all"}, {"case", "x"}});
  CHECK(given[0].chosen == std::vector<plan::Label>{{"transferred", "6"}, {"train.momentum", "0.5"}, {"flip", "true"}});
  CHECK(given[1].per.empty());
}

TEST_CASE("given selections: what is no list of them is refused with its form") {
  for (const char* text : {"", "[{]", R"([{"experiment": "a"}])", R"([{"values": {}}])", R"([1])",
                           R"([{"experiment": "a", "values": {"n": [1]}}])"}) {
    INFO(text);
    CHECK_THROWS_WITH(read(text), Catch::Contains("is no list of selections") && Catch::Contains("\"experiment\""));
  }
  CHECK_THROWS_WITH(read_given("/nowhere/given.json"), Catch::Contains("cannot be read"));
}
