#include "espalier/study/study.hpp"

#include <catch2/catch.hpp>

using namespace espalier::study;

TEST_CASE("study: the divided data set is the split's own, else the first source's, else the first target's") {
  Study study;
  CHECK(divided_data(study).empty());
  study.targets.emplace_back().data = "targets";
  CHECK(divided_data(study) == "targets");
  study.sources.emplace_back().data = "sources";
  CHECK(divided_data(study) == "sources");
  study.split.data = "its own";
  CHECK(divided_data(study) == "its own");
}

TEST_CASE("study: an axis is found by its name, and one that is not varied is none") {
  Experiment experiment;
  experiment.axes.emplace_back().name = "frozen";
  CHECK(find_axis(experiment, "frozen") == &experiment.axes.front());
  CHECK(find_axis(experiment, "transferred") == nullptr);
}
