// What a run does with each unit, from counts or from a word; and the values that no network can have.
#include "plan/protocol.hpp"

#include <catch2/catch.hpp>
#include <map>

#include "plan/findings.hpp"

using namespace espalier;
using namespace espalier::plan;
using study::UnitUse;

namespace {

using Values = std::map<std::string, study::Value>;

Protocol read(Values values, std::int32_t depth = 4, bool sets_decay = false) {
  values.emplace("high_units", 1);
  const auto value_of = [&](const std::string& axis) -> const study::Value* {
    const auto found = values.find(axis);
    return found == values.end() ? nullptr : &found->second;
  };
  return read_protocol(value_of, depth, sets_decay);
}

/// Why a protocol is refused; empty where it is not.
CompileError refusal(const Values& values, std::int32_t depth = 4, bool sets_decay = false) {
  try {
    read(values, depth, sets_decay);
  } catch (const CompileError& error) {
    return error;
  }
  return {};
}

constexpr auto kFrozen = UnitUse::frozen, kTuned = UnitUse::tuned, kFresh = UnitUse::fresh;

}  // namespace

TEST_CASE("protocol: the first units are frozen, the copied ones above them tuned, the rest drawn anew") {
  const auto protocol = read({{"transferred", 3}, {"frozen", 2}});

  CHECK(protocol.uses == std::vector<UnitUse>{kFrozen, kFrozen, kTuned, kFresh});
  CHECK(protocol.trained_units() == 2);
  CHECK(protocol.copies());
  CHECK_FALSE(protocol.sets_decay);
}

TEST_CASE("protocol: one unit is tuned and all others are kept, or all are tuned; the classifier follows the classes") {
  const auto one = read({{"tuned_unit", 2}});
  CHECK(one.uses == std::vector<UnitUse>{kFrozen, kTuned, kFrozen, kFrozen});
  CHECK(one.last_follows_classes);
  CHECK(one.trained_units() == 1);
  CHECK(read({{"tuned_unit", "all"}}).uses == std::vector<UnitUse>(4, kTuned));
  CHECK_FALSE(read({{"units", "F(1)T(2)F(3-4)"}}).last_follows_classes);
  CHECK(read({{"units", "S(1-3)T(4)"}}).trained_units() == 4);
  CHECK_THAT(refusal({{"tuned_unit", 5}}).problem.problem, Catch::Contains("tuned_unit = 5 is out of range"));
  CHECK_THAT(refusal({{"tuned_unit", 0}}).problem.problem, Catch::Contains("tuned_unit = 0 is no unit"));
}

TEST_CASE("protocol: 'all' is the depth, and without copied units nothing is copied") {
  CHECK(read({{"transferred", "all"}, {"frozen", 0}}).uses == std::vector<UnitUse>(4, kTuned));
  CHECK(read({{"transferred", 0}, {"frozen", 0}, {"high_units", "all"}}).high_units == 4);
  CHECK_FALSE(read({{"transferred", 0}, {"frozen", 0}}).copies());
}

TEST_CASE("protocol: a word for the units counts before transferred and frozen") {
  const auto protocol = read({{"units", "F(1)R(2)T(3-4)"}, {"transferred", 0}, {"frozen", 0}});

  CHECK(protocol.uses == std::vector<UnitUse>{kFrozen, kFresh, kTuned, kTuned});
  CHECK(protocol.trained_units() == 3);
}

TEST_CASE("protocol: a pretraining trains every unit from new values at the top rate") {
  const auto protocol = from_scratch(3);

  CHECK(protocol.uses == std::vector<UnitUse>(3, kFresh));
  CHECK(protocol.high_units == 3);
  CHECK_FALSE(protocol.sets_decay);
}

TEST_CASE("protocol: counts beyond the depth, below 0, of another type or not given are refused") {
  CHECK(refusal({{"transferred", 5}, {"frozen", 0}}).problem.problem == "transferred = 5 is out of range");
  CHECK(refusal({{"transferred", -1}, {"frozen", 0}}).problem.why == "the network has 4 units");
  CHECK(refusal({{"transferred", 1.5}, {"frozen", 0}}).problem.problem == "transferred = 1.5 is out of range");
  CHECK(refusal({{"transferred", "some"}, {"frozen", 0}}).problem.problem == "transferred = some is out of range");
  CHECK(refusal({{"transferred", 1}}).problem.problem == "frozen has no value");
  CHECK(refusal({{"transferred", 1}, {"frozen", 0}, {"high_units", 5}}).problem.problem ==
        "high_units = 5 is out of range");
}

TEST_CASE("protocol: more frozen units than copied ones is one finding, whatever their numbers") {
  const auto two = refusal({{"transferred", 1}, {"frozen", 2}}), three = refusal({{"transferred", 2}, {"frozen", 3}});

  CHECK(two.problem.problem == "frozen = 2 exceeds transferred = 1");
  CHECK(three.problem.problem == "frozen = 3 exceeds transferred = 2");
  CHECK_FALSE(two.once.empty());
  CHECK(two.once == three.once);
}

TEST_CASE("protocol: with every unit frozen nothing is left to train") {
  CHECK(refusal({{"transferred", "all"}, {"frozen", "all"}}).problem.problem == "every unit is frozen");
  CHECK(refusal({{"units", "F(1-4)"}}).problem.problem == "every unit is frozen");
}

TEST_CASE("protocol: a word must name each unit of this network once") {
  CHECK(refusal({{"units", "F(1)T(2-5)"}}).problem.problem == "units = \"F(1)T(2-5)\" names 5 units");
  CHECK_FALSE(refusal({{"units", "F(1)T(1-4)"}}).problem.problem.empty());
  CHECK_FALSE(refusal({{"units", "nonsense"}}).problem.problem.empty());
}

TEST_CASE("protocol: the decay is read where a study varies it only, in epochs or steps, or never") {
  const Values counts = {{"transferred", 0}, {"frozen", 0}};
  const auto decay = [&](const study::Value& value) {
    Values values = counts;
    values.emplace("decay_epoch", value);
    return read(values, 4, true).decay;
  };

  CHECK(decay(7)->count == 7);
  CHECK(decay("2000 steps")->unit == study::Duration::Unit::steps);
  CHECK_FALSE(decay("never"));
  Values varied = counts;
  varied.emplace("decay_epoch", "soon");
  CHECK(refusal(varied, 4, true).problem.problem == "decay_epoch = soon is no duration");
  CHECK(refusal(varied, 4, false).problem.problem.empty());
  CHECK(read(counts, 4, true).sets_decay);
}
