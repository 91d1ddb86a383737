#include "espalier/task/stage_tree.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>
#include <set>

#include "espalier/core/seed.hpp"
#include "espalier/task/sharing.hpp"

using namespace espalier;
using namespace espalier::task;

namespace {

/// Random trainings that differ in rates and length only: few rates and few moments, so that many of them share.
struct Family {
  explicit Family(std::uint64_t seed) {
    SplitMix64 random(seed);
    images = 1 + static_cast<std::int64_t>(random.below(20));
    batch = 1 + static_cast<std::int32_t>(random.below(8));
    const auto units = 1 + random.below(3);
    specs.resize(1 + random.below(8));
    for (auto& spec : specs) {
      spec.batch = batch;
      spec.length = {static_cast<std::int32_t>(random.below(6)), static_cast<std::int32_t>(random.below(2))};
      spec.units.resize(units);
      for (auto& row : spec.units) row.rates = some_rates(random);
    }
    for (const auto& spec : specs) members.push_back({&spec, Timeline(images, batch, spec.length)});
  }

  static std::vector<RatePoint> some_rates(SplitMix64& random) {
    std::vector<RatePoint> rates{{{0, 0}, 1}};
    for (std::int32_t epoch = 0; epoch < 5; ++epoch) {
      if (random.below(3) == 0) rates.push_back({{epoch, static_cast<std::int32_t>(random.below(2))}, 0});
    }
    for (std::size_t i = 0; i < rates.size(); ++i) rates[i].rate = 1.0f / static_cast<float>(i + 1 + random.below(2));
    return rates;
  }

  std::vector<float> rates(std::size_t member, std::int64_t step) const {
    std::vector<float> all;
    const auto& [spec, timeline] = members[member];
    for (const auto& row : spec->units) all.push_back(rate_at(row, timeline, timeline.moment(step)));
    return all;
  }
  bool alike_until(std::size_t a, std::size_t b, std::int64_t end) const {
    for (std::int64_t step = 0; step < end; ++step) {
      if (rates(a, step) != rates(b, step)) return false;
    }
    return true;
  }

  std::int64_t images = 1;
  std::int32_t batch = 1;
  std::vector<TrainSpec> specs;
  std::vector<Trajectory> members;
};

}  // namespace

TEST_CASE("stage tree: every training follows one path from the start to its own last step, and ends once") {
  CHECK(rc::check([](std::uint64_t seed) {
    const Family family(seed);
    const auto tree = stage_tree(family.members);
    for (std::size_t m = 0; m < family.members.size(); ++m) {
      std::int64_t at = 0;
      int ends = 0;
      for (const auto& stage : tree) {  // parents stand before children
        if (std::count(stage.members.begin(), stage.members.end(), m) == 0) continue;
        RC_ASSERT(stage.begin == at);
        at = stage.end;
        ends += static_cast<int>(std::count(stage.ended.begin(), stage.ended.end(), m));
      }
      RC_ASSERT(at == family.members[m].timeline.total_steps());
      RC_ASSERT(ends == 1);
    }
  }));
}

TEST_CASE("stage tree: no stage is shared by trainings that differ before its end") {
  CHECK(rc::check([](std::uint64_t seed) {
    const Family family(seed);
    for (const auto& stage : stage_tree(family.members)) {
      for (const std::size_t m : stage.members) {
        RC_ASSERT(family.members[m].timeline.total_steps() >= stage.end);
        RC_ASSERT(family.alike_until(stage.members.front(), m, stage.end));
      }
    }
  }));
}

TEST_CASE("stage tree: trainings that part do so because their next step differs: nothing more could be shared") {
  CHECK(rc::check([](std::uint64_t seed) {
    const Family family(seed);
    const auto tree = stage_tree(family.members);
    for (const auto& stage : tree) {
      std::set<std::vector<float>> next;
      for (const std::size_t child : stage.next) {
        RC_ASSERT(next.insert(family.rates(tree[child].members.front(), stage.end)).second);
      }
      RC_ASSERT(stage.next.size() != 1 || !stage.ended.empty());
    }
  }));
}

TEST_CASE("stage tree: its steps are never more than those of all trainings, each alone") {
  CHECK(rc::check([](std::uint64_t seed) {
    const Family family(seed);
    std::int64_t alone = 0;
    for (const auto& member : family.members) {
      RC_ASSERT(steps_of(stage_tree({member})) == member.timeline.total_steps());
      alone += member.timeline.total_steps();
    }
    RC_ASSERT(steps_of(stage_tree(family.members)) <= alone);
  }));
}

TEST_CASE("stage tree: a fork at the first step shares nothing; late falls share what comes before the first of them") {
  TrainSpec never, at_start, at_2;
  for (auto* spec : {&never, &at_start, &at_2}) {
    spec->length = {5, 0};
    spec->units.resize(1);
  }
  never.units[0].rates = {{{0, 0}, 1}};
  at_start.units[0].rates = {{{0, 0}, 0.1f}};
  at_2.units[0].rates = {{{0, 0}, 1}, {{2, 0}, 0.1f}};
  const Timeline timeline(20, 10, {5, 0});  // 2 steps an epoch

  const auto tree = stage_tree({{&never, timeline}, {&at_start, timeline}, {&at_2, timeline}});

  REQUIRE(tree.size() == 5);
  CHECK((tree[0].begin == 0 && tree[0].end == 0));
  CHECK((tree[1].end == 4 && tree[1].members == std::vector<std::size_t>{0, 2}));
  CHECK(steps_of(tree) == 4 + 6 + 6 + 10);
}

TEST_CASE("prefix state: two trainings have one name for their state as long as they have taken the same steps") {
  CHECK(rc::check([](std::uint64_t seed) {
    const Family family(seed);
    for (std::size_t m = 1; m < family.members.size(); ++m) {
      const auto& [a, timeline] = family.members[0];
      const auto& [b, other] = family.members[m];
      const auto last = std::min(timeline.total_steps(), other.total_steps());
      for (std::int64_t step = 0; step <= last; ++step) {
        const auto at = timeline.moment(step);
        // Rates that change and change back before a step leave a trace in the name, not in the steps.
        if (prefix_state_id(*a, timeline, at) == prefix_state_id(*b, other, at))
          RC_ASSERT(family.alike_until(0, m, step));
      }
    }
  }));
}
