// A study's answer in sentences: the chosen setting, its gain over the baseline with its interval, and ties.
#include "espalier/report/answer.hpp"

#include <catch2/catch.hpp>

#include "support/state_builder.hpp"

using namespace espalier;
using testing::StateBuilder;

namespace {

std::vector<plan::Label> cell(int transferred, int frozen, int split) {
  return {{"transferred", std::to_string(transferred)},
          {"frozen", std::to_string(frozen)},
          {"per_class", "5"},
          {"split", std::to_string(split)},
          {"replicate", "1"},
          {"source", "s"},
          {"target", "t"},
          {"network", "cifar7"}};
}

/// Validation accuracies of splits; the test accuracy is 1 % below.
void add(StateBuilder& builder, int transferred, int frozen, const std::vector<double>& valid) {
  for (std::size_t i = 0; i < valid.size(); ++i) {
    builder.done("e", cell(transferred, frozen, static_cast<int>(i) + 1),
                 {.valid_top1 = valid[i], .test_top1 = valid[i] - 0.01});
  }
}

std::vector<std::string> answers(const StateBuilder& builder) {
  const std::vector<report::Directory> directories{{"out", builder.state()}};
  return report::answers_of(report::runs_of(directories), {});
}

}  // namespace

TEST_CASE("answer: the best setting on validation images, with its gain over training from scratch") {
  StateBuilder builder;
  add(builder, 6, 6, {.50, .52, .51});
  add(builder, 6, 0, {.30, .31, .33});
  add(builder, 0, 0, {.10, .12, .11});

  const auto lines = answers(builder);

  REQUIRE(lines.size() == 1);
  CHECK_THAT(lines[0], Catch::StartsWith("s to t, 5 images a class"));
  CHECK_THAT(lines[0],
             Catch::Contains("transferred 6, frozen 6") && Catch::Contains("test accuracy 50.0 % [47.5, 52.5]"));
  CHECK_THAT(lines[0], Catch::Contains("+40.0 [40.0, 40.0] points over training from scratch"));
  CHECK_THAT(lines[0], Catch::Contains("it is told from all 2 others"));
}

TEST_CASE("answer: without a run from scratch the baseline tunes all that it copies") {
  StateBuilder builder;
  add(builder, 6, 6, {.50, .52, .51});
  add(builder, 6, 0, {.50, .51, .51});
  const auto lines = answers(builder);
  REQUIRE(lines.size() == 1);
  CHECK_THAT(lines[0], Catch::Contains("points over tuning all copied units"));
  CHECK_THAT(lines[0], Catch::Contains("1 of 1 others cannot be told from it: transferred 6, frozen 0") ||
                           Catch::Contains("cannot be told from it: frozen 0"));
}

TEST_CASE("answer: with one split there is neither an interval nor a claim") {
  StateBuilder builder;
  add(builder, 6, 6, {.50});
  add(builder, 0, 0, {.10});
  const auto lines = answers(builder);
  REQUIRE(lines.size() == 1);
  CHECK_THAT(lines[0],
             Catch::Contains("+40.0 points over training from scratch (too few repetitions for an interval)"));
  CHECK_THAT(lines[0], Catch::Contains("with so few repetitions no setting can be told from it"));
}

TEST_CASE("answer: the first failure is told with its run and cause") {
  StateBuilder builder;
  add(builder, 6, 6, {.50, .52, .51});
  builder.failed("e", cell(0, 0, 1), "diverged: loss is NaN in epoch 3");
  const std::vector<report::Directory> directories{{"out", builder.state()}};
  const auto text = report::first_failure(report::runs_of(directories));
  CHECK_THAT(text, Catch::StartsWith("The run without a result: e:") && Catch::Contains("diverged: loss"));
}
