// Which runs of kind "distance" give the distance of a source and a target.
#include "report/advice/measured_distance.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "support/state_builder.hpp"

using namespace espalier;
using testing::StateBuilder;

namespace {

study::Study study_with_distances() {
  study::Study study;
  study.experiments.resize(1);
  study.experiments[0].name = "far";
  study.experiments[0].kind = "distance";
  return study;
}

std::vector<plan::Label> labels(const std::string& target, int unit, const std::string& method, int split) {
  return {{"source", "s"},    {"target", target}, {"network", "cifar7"},           {"features", std::to_string(unit)},
          {"method", method}, {"replicate", "1"}, {"split", std::to_string(split)}};
}

/// A finished run whose test row has this distance, and a thousandth of it between halves of the source.
void add(StateBuilder& builder, const std::vector<plan::Label>& cell, double distance) {
  builder.done("far", cell, {});
  auto& task = builder.state().tasks.at(builder.state().runs.back().run.task);
  for (auto& current : task.rows) {
    if (current.row.subset != metrics::Subset::test) continue;
    current.row.values.set(metrics::Metric::distance, distance);
    current.row.values.set(metrics::Metric::floor, distance / 1000);
  }
}

std::optional<report::MeasuredDistance> distance_of(const StateBuilder& builder, const std::string& target) {
  const report::Directory directory{"out", builder.state()};
  return report::measured_distance(report::runs_of(directory), study_with_distances(), "s", target, "cifar7");
}

}  // namespace

TEST_CASE("measured distance: the mean over splits of the cosine distance after the last unit that was measured") {
  StateBuilder builder;
  for (int split = 1; split <= 3; ++split) {
    add(builder, labels("t", 3, "cosine", split), 0.9);
    add(builder, labels("t", 6, "cosine", split), 0.1 + 0.1 * split);
    add(builder, labels("t", 6, "mmd", split), 40);
    add(builder, labels("u", 6, "cosine", split), 0.7);
  }

  const auto found = distance_of(builder, "t");

  REQUIRE(found);
  CHECK(found->value == Approx(0.3));
  CHECK(found->interval);
  CHECK(*found->floor == Approx(0.0003));
  CHECK(found->unit == "6");  // the builder's tasks have no network that would name it
  CHECK(found->network == "cifar7");
  CHECK(found->runs == 3);
  CHECK_FALSE(distance_of(builder, "v"));
}

TEST_CASE("measured distance: of one split there is the range of a draw of images, which more draws do not narrow") {
  StateBuilder builder;
  for (int draw = 1; draw <= 3; ++draw) {
    auto cell = labels("t", 6, "cosine", 1);
    cell[5].value = std::to_string(draw);
    add(builder, cell, 0.1 * draw);
  }

  const auto found = distance_of(builder, "t");

  CHECK(found->value == Approx(0.2));
  CHECK(found->interval->high - 0.2 == Approx(4.302653 * 0.1));
}

TEST_CASE("measured distance: an experiment that the study does not have trains") {
  CHECK(report::kind_of(study_with_distances(), "far") == "distance");
  CHECK(report::kind_of(study_with_distances(), "gone") == "train");
}
