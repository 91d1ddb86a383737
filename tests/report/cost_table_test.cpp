// The table of costs: which trainings an experiment needs, their formula, and what they took.
#include <catch2/catch.hpp>

#include "espalier/network/networks.hpp"
#include "report/tables/study_tables.hpp"
#include "support/state_builder.hpp"

using namespace espalier;

namespace {

using Words = std::vector<std::string>;

std::vector<plan::Label> cell(int split, const std::string& unit) {
  return {{"target", "t"}, {"split", std::to_string(split)}, {"tuned_unit", unit}};
}

/// mnist4 on 100 images of 1 x 28 x 28, batch 10; unit 3, or all of them, tuned. Ended after `epochs`.
void as_training(store::State& state, const std::vector<plan::Label>& labels, const std::string& unit, int epochs) {
  auto& task = state.tasks.at(TaskId::of(sha256(testing::StateBuilder::text_of(labels))));
  auto& spec = task::training(task.task);
  const auto network = network::named("mnist4").value();
  spec.network = state.catalog.add(network);
  spec.input = {1, 28, 28};
  spec.images.labels = state.catalog.add(task::one_output_each({0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
  spec.batch = 10;
  spec.units.resize(4);
  for (int u = 0; u < 4; ++u) {
    const bool tuned = unit == "all" || unit == std::to_string(u + 1);
    spec.units[static_cast<std::size_t>(u)].trained = tuned ? task::Trained::all : task::Trained::no;
  }
  task.stopped = {{epochs, 0}, {epochs, 0}};
  task.task.images = 100;
  task.epoch_images = 100 * epochs;
}

/// Two splits: units 3 and 4 tuned alone, all of them, a swap of each unit, and the unit that these name.
store::State results() {
  testing::StateBuilder builder;
  for (int split = 1; split <= 2; ++split) {
    for (const char* unit : {"3", "4"}) builder.done("one", cell(split, unit), {});
    builder.done("all", cell(split, "all"), {});
    builder.done("flex", cell(split, "3"), {});
    builder.done("named", cell(split, "4"), {});
    for (const char* unit : {"3", "4"}) {
      auto swap = cell(split, unit);
      swap.push_back({"kind", "swap"});
      builder.done("swaps", swap, {});
      auto& task = builder.state().tasks.at(TaskId::of(sha256(testing::StateBuilder::text_of(swap))));
      task.task.work = task::ProbeSpec{};
      task.seconds = 1;
    }
  }
  for (int split = 1; split <= 2; ++split) {
    for (const char* unit : {"3", "4"}) as_training(builder.state(), cell(split, unit), unit, 8);
    as_training(builder.state(), cell(split, "all"), "all", split == 1 ? 4 : 2);
  }
  return builder.state();
}

study::Study study_with(const Words& experiments) {
  study::Study study;
  study::Experiment flex, named, swaps;
  flex.name = "flex";
  flex.pick = study::Pick{{}, {"one", "all"}, "valid.top1", {"target", "split"}};
  swaps.name = "swaps";
  swaps.units_from = {{{}, {}, study::Start{"all", {"target", "split"}, {}}, "", "tuned_unit"}};
  named.name = "named";
  study::Take take;
  take.from = {"swaps"};
  take.per = {"target", "split"};
  named.cases = {{"by-swaps", {}, {}, {take}}};
  study.experiments = {flex, named, swaps};
  study::TableSpec asked;
  asked.kind = study::TableKind::cost;
  asked.experiments = experiments;
  study.tables = {asked};
  return study;
}

report::StudyTable costs(const store::State& state, const study::Study& study) {
  const report::Directory directory{"out", state};
  return report::make_study_tables(report::runs_of(directory), study).front();
}

/// Multiply-adds of one image through each unit of mnist4 with ten outputs.
std::vector<double> by_unit() {
  const auto units = network::infer(network::named("mnist4").value(), {1, 28, 28}, 10);
  std::vector<double> adds;
  for (const auto& unit : units) adds.push_back(static_cast<double>(unit.multiply_adds));
  return adds;
}

}  // namespace

TEST_CASE("costs: a method counts all that it was chosen from, each training once, by its formula and as it was") {
  auto state = results();
  const auto table = costs(state, study_with({"flex", "named", "all"}));

  REQUIRE(table.problem.empty());
  CHECK(table.name == "table-flex-cost");
  const auto& rows = table.exact.rows;
  REQUIRE(rows.size() == 3);
  CHECK(Words(rows[0].begin(), rows[0].begin() + 8) ==
        Words{"flex", "2", "2 E1 c1 + Ea ca", "6", "0", "0", "38", "38"});
  CHECK(Words(rows[1].begin(), rows[1].begin() + 8) == Words{"named", "2", "E1 c1 + Ea ca", "4", "4", "0", "22", "22"});
  CHECK(Words(rows[2].begin(), rows[2].begin() + 8) == Words{"all", "2", "Ea ca", "2", "0", "0", "6", "6"});

  const auto unit = by_unit();
  const double forward = unit[0] + unit[1] + unit[2] + unit[3];
  const double all = forward + unit[0] + forward - unit[0] + unit[1] + unit[2] + unit[3];  // values, then parameters
  CHECK(std::stod(rows[2][8]) == Approx(6 * 100 * all));
  const double third = forward + unit[2] + 1 * unit[3], fourth = forward + unit[3];
  CHECK(std::stod(rows[0][8]) == Approx(100 * (16 * third + 16 * fourth + 6 * all)));
  CHECK(rows[1][11] == "4");  // seconds of swaps

  const auto& words = table.parts.at(0).words;
  CHECK(words.rows[2].back() == "1.00");
  CHECK(words.rows[1].back() == "2.20");  // 44 s of 4 trainings and 4 swaps, against 20 s
}

TEST_CASE("costs: shared steps and kept features are left out of what was trained, and what has not ended is told") {
  auto state = results();
  auto& task = state.tasks.at(TaskId::of(sha256(testing::StateBuilder::text_of(cell(1, "3")))));
  task.epoch_images = 500;  // another training counts the first three epochs
  task.task.form.cached_units = 2;
  auto& other = state.tasks.at(TaskId::of(sha256(testing::StateBuilder::text_of(cell(2, "4")))));
  other.state = task::RunState::failed;
  const auto table = costs(state, study_with({"one"}));

  const auto& row = table.exact.rows.at(0);
  CHECK(Words(row.begin(), row.begin() + 8) == Words{"one", "4", "E1 c1", "4", "0", "1", "32", "29"});
  const auto unit = by_unit();
  const double forward = unit[0] + unit[1] + unit[2] + unit[3];
  CHECK(std::stod(row[8]) == Approx(100 * (16 * (forward + unit[2] + unit[3]) + 16 * (forward + unit[3]))));
  CHECK(std::stod(row[9]) ==
        Approx(100 * (5 * 2 * (unit[2] + unit[3]) + 8 * (forward + unit[2] + unit[3]) + 16 * (forward + unit[3]))));
  CHECK(table.parts.at(0).words.rows.at(0).at(0) == "one (1 unfinished)");
  CHECK(table.parts[0].words.header.size() == 9);  // nothing to compare with
}

TEST_CASE("costs: a training of one epoch by its length has no E, and scaled units are a kind of their own") {
  auto state = results();
  for (int split = 1; split <= 2; ++split) {
    auto& task = state.tasks.at(TaskId::of(sha256(testing::StateBuilder::text_of(cell(split, "all")))));
    auto& spec = task::training(task.task);
    spec.length = {1, 0};
    if (split == 2) spec.units[0].trained = task::Trained::scale_shift;
  }
  CHECK(costs(state, study_with({"all"})).exact.rows.at(0).at(2) == "0.5 ca + 0.5 cs");
}
