#include "plan/schedule.hpp"

#include <catch2/catch.hpp>

#include "espalier/study/train_values.hpp"
#include "support/planning.hpp"

namespace espalier::plan {
namespace {

using support::axis;
using support::compiled;
using support::experiment;
using support::run_where;
using support::task_of;
using Points = std::vector<task::RatePoint>;

task::RatePoint at(int epoch, double rate) { return {{epoch, 0}, static_cast<float>(rate)}; }

/// The rates of unit `unit` (from 1) where these labels hold.
Points rates(const Plan& plan, int unit, const std::vector<Label>& labels) {
  const auto* task = task_of(plan, run_where(plan, "e", labels).task);
  return task::training(*task).units.at(static_cast<std::size_t>(unit - 1)).rates;
}

const study::Duration kEpoch30{study::Duration::Unit::epochs, 30};

Schedule schedule(int first) { return {0.01, 0.1, study::Duration{study::Duration::Unit::epochs, first}, kEpoch30}; }

}  // namespace

TEST_CASE(
    "plan: the paper's experiment 3.2 as rows: the top h units high, the rest low, both decay at multiples of 30 "
    "epochs") {
  auto study = support::small_study(1, 8);
  study.experiments = {experiment("e", {axis("high_units", {1, 2, 8})}, {{"transferred", 6}, {"decay_epoch", 30}})};
  const Plan plan = compiled(study);
  const Points high = {at(0, 0.01), at(30, 0.001), at(60, 0.0001)},
               low = {at(0, 0.001), at(30, 0.0001), at(60, 0.00001)};

  CHECK(rates(plan, 8, {{"high_units", "1"}}) == high);
  CHECK(rates(plan, 7, {{"high_units", "1"}}) == low);
  CHECK(rates(plan, 7, {{"high_units", "2"}}) == high);
  CHECK(rates(plan, 1, {{"high_units", "2"}}) == low);
  CHECK(rates(plan, 1, {{"high_units", "8"}}) == high);
}

TEST_CASE(
    "plan: the paper's experiment 3.3 with e = 5: the top group falls at 5, 30 and 60, the low group at 30 and 60") {
  auto study = support::small_study(1, 8);
  study.experiments = {
      experiment("e", {axis("decay_epoch", {0, 5, 30}), axis("transferred", {4})}, {{"high_units", 1}})};
  const Plan plan = compiled(study);
  const Points low = {at(0, 0.001), at(30, 0.0001), at(60, 0.00001)};

  CHECK(rates(plan, 8, {{"decay_epoch", "5"}}) == Points{at(0, 0.01), at(5, 0.001), at(30, 0.0001), at(60, 0.00001)});
  CHECK(rates(plan, 5, {{"decay_epoch", "5"}}) == low);  // re-initialised, but below the top group
  CHECK(rates(plan, 8, {{"decay_epoch", "30"}}) == Points{at(0, 0.01), at(30, 0.001), at(60, 0.0001)});
}

TEST_CASE("plan: e = 0 means the low rate everywhere from the start") {
  auto study = support::small_study(1, 8);
  study.experiments = {experiment("e", {axis("high_units", {1, 4})}, {{"decay_epoch", 0}, {"transferred", 6}})};
  const Plan plan = compiled(study);

  CHECK(rates(plan, 8, {{"high_units", "1"}}) == Points{at(0, 0.001), at(30, 0.0001), at(60, 0.00001)});
  CHECK(rates(plan, 8, {{"high_units", "1"}}) == rates(plan, 1, {{"high_units", "1"}}));
  CHECK(plan.runs.size() == 2);
  CHECK(plan.tasks.size() == 2);  // how many units are high no longer matters: one task, and its source
}

TEST_CASE("plan: a source trains at the top rate throughout, and decay epochs do not touch it") {
  auto study = support::small_study(1, 8);
  study.experiments = {experiment("e", {axis("decay_epoch", {5})}, {{"high_units", 1}})};
  const Plan plan = compiled(study);

  for (const auto& row : task::training(plan.tasks[0]).units) {
    CHECK(row.start.kind == task::StartKind::fresh);
    CHECK(row.rates == Points{at(0, 0.01), at(30, 0.001), at(60, 0.0001)});
  }
}

TEST_CASE("plan: frozen units have no rates, and a change at or after the end is no change") {
  auto study = support::small_study(1, 8);
  study.train.epochs = study::Duration{study::Duration::Unit::epochs, 30};
  study.experiments = {experiment("e", {axis("decay_epoch", {30, 40})}, {{"frozen", 3}, {"transferred", 6}})};
  const Plan plan = compiled(study);

  CHECK(rates(plan, 3, {{"decay_epoch", "30"}}).empty());
  CHECK(rates(plan, 4, {{"decay_epoch", "30"}}) == Points{at(0, 0.01)});
  CHECK(plan.tasks.size() == 2);
}

TEST_CASE("plan: later decays come at multiples of the interval, or an interval after the first") {
  auto decays = schedule(5);
  CHECK(rate_points(decays, 90, 1) == Points{at(0, 0.01), at(5, 0.001), at(30, 0.0001), at(60, 0.00001)});
  decays.decay_times = study::RateGroup::DecayTimes::after_first;
  CHECK(rate_points(decays, 90, 1) == Points{at(0, 0.01), at(5, 0.001), at(35, 0.0001), at(65, 0.00001)});
  decays.every.reset();
  CHECK(rate_points(decays, 90, 1) == Points{at(0, 0.01), at(5, 0.001)});
  decays.first.reset();
  CHECK(rate_points(decays, 90, 1) == Points{at(0, 0.01)});
}

TEST_CASE("plan: rates are float32 of the double product, and equal ones merge") {
  CHECK(rate_points(schedule(0), 30, 1) == Points{at(0, 0.001)});
  CHECK(rate_points({0.01, 1, kEpoch30, kEpoch30}, 90, 1) == Points{at(0, 0.01)});
}

TEST_CASE("plan: a decay at a share of the training comes at that of its own steps") {
  Schedule half{0.01, 0.1, study::parse_duration("50 %"), study::parse_duration("25 %")};
  CHECK(rate_points(half, 90, 1) == Points{at(0, 0.01), at(45, 0.001), at(66, 0.0001), at(88, 0.00001)});
  CHECK(rate_points(half, 8, 1) == Points{at(0, 0.01), at(4, 0.001), at(6, 0.0001)});
  half.every.reset();
  CHECK(rate_points(half, 7, 1) == Points{at(0, 0.01), at(3, 0.001)});
}

TEST_CASE("plan: in a warm-up a rate is so many tenths of itself, decays within it included") {
  Schedule rising{0.5, 0.5, std::nullopt, std::nullopt};
  rising.warmup = study::parse_duration("20 steps");
  const auto points = rate_points(rising, 100, 1);
  REQUIRE(points.size() == 10);
  for (int tenth = 0; tenth < 10; ++tenth)
    CHECK(points[static_cast<std::size_t>(tenth)] == at(2 * tenth, 0.5 * ((tenth + 1) / 10.0)));
  CHECK(rate_points(rising, 5, 1) == Points{at(0, 0.05), at(2, 0.1), at(4, 0.15)});  // it ends before it is warm

  rising.first = study::parse_duration("10 steps");
  CHECK(rate_points(rising, 100, 1)[5] == at(10, 0.15));  // six tenths of a half
  rising.warmup = study::parse_duration("4 %");           // of 100 steps: several tenths in one step
  rising.first.reset();
  CHECK(rate_points(rising, 100, 1) == Points{at(0, 0.15), at(1, 0.25), at(2, 0.4), at(3, 0.5)});
  rising.warmup = study::parse_duration("0 steps");
  CHECK(rate_points(rising, 100, 1) == Points{at(0, 0.5)});
}

TEST_CASE("plan: durations in steps are told as epoch and step of the run's own training set") {
  auto study = support::small_study(1, 3);  // 4 classes of 5 images: 20 images, 3 steps of 8
  study.train.epochs = study::Duration{study::Duration::Unit::steps, 20};
  study.train.rates = {support::rate_group("rest", 0.01)};
  study.train.rates[0].first = study::Duration{study::Duration::Unit::steps, 7};
  study.train.rates[0].every.reset();
  study.experiments = {experiment("e", {axis("per_class", {5})})};
  const Plan plan = compiled(study);

  const auto& spec = task::training(*task_of(plan, plan.runs[0].task));
  CHECK(spec.length == task::Moment{6, 2});
  CHECK(spec.units[0].rates[1].from == task::Moment{2, 1});
}

TEST_CASE("plan: a group relative to another follows it at every change") {
  auto study = support::small_study(1, 8);  // Chu et al.: copied units at 0.2 times the rate of new ones
  study::RateGroup copied;
  copied.units = "copied";
  copied.relative = study::RateGroup::Relative{"new", 0.2};
  study.train.rates = {support::rate_group("new", 0.01), copied};
  study.experiments = {experiment("e", {axis("units", {"F(1-2)T(3-5)R(6-8)"})})};
  const Plan plan = compiled(study);

  CHECK(rates(plan, 1, {}).empty());
  CHECK(rates(plan, 3, {}) == Points{at(0, 0.002), at(30, 0.0002), at(60, 0.00002)});
  CHECK(rates(plan, 6, {}) == Points{at(0, 0.01), at(30, 0.001), at(60, 0.0001)});
}

TEST_CASE("plan: groups by number win over later ones, and a unit without a group is refused") {
  auto study = support::small_study(1, 8);
  study.train.rates = {support::rate_group("1,3-4", 0.5), support::rate_group("top", 0.01)};
  study.experiments = {experiment("e", {axis("high_units", {"all"})})};
  const Plan plan = compiled(study);
  CHECK(rates(plan, 3, {})[0] == at(0, 0.5));
  CHECK(rates(plan, 2, {})[0] == at(0, 0.01));

  study.experiments[0].axes[0].values = {2};
  CHECK(support::complaints(study).find("unit 2 is trained but in no rate group") != std::string::npos);
}

}  // namespace espalier::plan
