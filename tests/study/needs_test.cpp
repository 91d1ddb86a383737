#include "espalier/study/needs.hpp"

#include <catch2/catch.hpp>

using namespace espalier::study;

TEST_CASE("needs: an experiment needs what it takes from, its cases take from, it starts from and takes units from") {
  Experiment experiment;
  experiment.takes.resize(1);
  experiment.takes[0].from = {"a", "b"};
  experiment.cases.resize(1);
  experiment.cases[0].takes.resize(1);
  experiment.cases[0].takes[0].from = {"c"};
  experiment.start = Start{"d", {"split"}, {}};
  experiment.units_from.resize(2);
  experiment.units_from[0].run = Start{"e", {"per_class"}, {}};
  experiment.units_from[1].source = "s";

  std::vector<std::string> names;
  for (const auto& need : needs_of(experiment)) names.push_back(need.experiment);

  CHECK(names == std::vector<std::string>{"a", "b", "c", "d", "e"});
  CHECK(finds_runs_by(experiment, "split"));
  CHECK(finds_runs_by(experiment, "per_class"));
  CHECK_FALSE(finds_runs_by(experiment, "frozen"));
}

TEST_CASE("needs: a circle is told from where it begins, not from where the search began") {
  const std::vector<Step> path = {{"far", "takes from"}, {"a", "starts from"}, {"b", "takes units from"}};
  CHECK(circle_text(path, "a") == "a starts from b takes units from a");
}

TEST_CASE("needs: which run it is and which units are meant is told in words") {
  CHECK(to_string(Start{"first", {}, {}}) == "the run of 'first'");
  CHECK(to_string(Start{"first", {"a", "b", "c"}, {}}) == "the run of 'first' with equal a, b and c");
  UnitsFrom units;
  units.units = {2, 3};
  units.source = "half";
  CHECK(origin_of(units).units == "units 2,3");
  CHECK(origin_of(units).from == "source 'half'");
}
