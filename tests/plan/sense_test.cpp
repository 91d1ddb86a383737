// What a plan is warned of: metrics that nothing records, short and slow trainings, settings that nothing repeats.
#include "espalier/plan/sense.hpp"

#include <catch2/catch.hpp>

#include "espalier/study/train_values.hpp"
#include "support/planning.hpp"

namespace espalier::plan {
namespace {

using support::axis;
using support::compiled;
using support::experiment;
using Severity = study::Diagnostic::Severity;

/// One split, test images, five replicates with images of their own, 300 steps: nothing is said of it.
study::Study sound() {
  auto study = support::small_study(1, 8);
  study.data.begin()->second.test_per_class = 2;
  study.targets[0].sample = study::TargetSample{{}, true, true, "replicate"};
  study.train.epochs = study::parse_duration("300 steps");
  study.train.rates = {support::rate_group("rest", 0.01)};
  study.train.rates[0].first.reset();
  study.experiments = {experiment("a", {axis("per_class", {1, 2}), axis("replicate", {1, 2, 3, 4, 5})})};
  return study;
}

std::vector<study::Diagnostic> said_of(const study::Study& study) { return sense_of(study, compiled(study)); }

/// The only thing that is said.
study::Diagnostic one_of(const study::Study& study) {
  const auto said = said_of(study);
  std::string all;
  for (const auto& one : said) all += study::format(one, "study") + "\n";
  INFO(all);
  REQUIRE(said.size() == 1);
  return said.front();
}

}  // namespace

TEST_CASE("sense: nothing is said of a study that repeats, measures and trains enough") {
  CHECK(said_of(sound()).empty());
}

TEST_CASE("sense: runs without test images are told") {
  auto study = sound();
  study.data.begin()->second.test_per_class = 0;
  study.data.begin()->second.valid_per_class = 2;
  const auto found = one_of(study);
  CHECK((found.severity == Severity::warning));
  CHECK_THAT(found.problem.suggestion, Catch::Contains("test = { per_class = N }"));
}

TEST_CASE("sense: a size with few steps is named with their number") {
  auto study = sound();
  study.train.epochs = study::parse_duration("100 epochs");  // 4 classes, batch 8: one step an epoch at either size
  study.train.batch = 8;
  const auto found = one_of(study);
  CHECK((found.severity == Severity::warning));
  CHECK_THAT(found.problem.problem, Catch::Contains("100 steps at per_class = 1 (4 images)") &&
                                        Catch::Contains("100 steps at per_class = 2 (8 images)"));
  study.train.epochs = study::parse_duration("200 epochs");
  CHECK(said_of(study).empty());
}

TEST_CASE("sense: rates that are too low for most of a training, and a high one of Adam") {
  auto study = sound();
  study.train.rates = {support::rate_group("rest", 1e-4)};
  study.train.rates[0].every.reset();
  study.train.rates[0].factor = 0.01;
  study.train.rates[0].first = study::parse_duration("149 steps");
  CHECK_THAT(one_of(study).problem.problem, Catch::Contains("below 1e-05 for 151 of 300 steps"));
  study.train.rates[0].first = study::parse_duration("150 steps");
  CHECK(said_of(study).empty());
  study.train.optimiser = "adam";
  study.train.rates = {support::rate_group("rest", 0.01)};
  CHECK_THAT(one_of(study).problem.problem, Catch::Contains("Adam's rate is 0.01"));
  study.train.rates[0].start = 0.009;
  CHECK(said_of(study).empty());
}

TEST_CASE("sense: settings that nothing repeats are told, with what would repeat them") {
  auto study = sound();
  study.targets[0].sample->redraw = "";
  CHECK_THAT(one_of(study).problem.problem, Catch::Contains("5 replicates share their training images"));
  study.experiments[0].axes.pop_back();
  CHECK_THAT(one_of(study).problem.problem, Catch::Contains("one split, one replicate"));
  study.experiments.push_back(study.experiments[0]);
  study.experiments.back().name = "b";
  study.experiments.back().fixed = {{"frozen", study::Value(1)}};
  const auto both = one_of(study);
  CHECK_THAT(both.problem.problem, Catch::Contains("of experiments ") && Catch::Contains("one split, one replicate"));
  study.split.count = 2;
  CHECK(said_of(study).empty());
}

}  // namespace espalier::plan
