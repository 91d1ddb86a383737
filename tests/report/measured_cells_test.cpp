// Which runs compete with each other, which of them win, and what cannot be told from the best.
#include "espalier/report/measured_cells.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "support/state_builder.hpp"

using namespace espalier;
using report::Family;
using testing::StateBuilder;

namespace {

std::vector<plan::Label> cell(int transferred, int frozen, const std::string& per_class, int split,
                              const std::string& target = "t") {
  return {{"transferred", std::to_string(transferred)},
          {"frozen", std::to_string(frozen)},
          {"per_class", per_class},
          {"split", std::to_string(split)},
          {"replicate", "1"},
          {"source", "s"},
          {"target", target},
          {"network", "cifar7"}};
}

/// Validation accuracy of three splits.
void add(StateBuilder& builder, int transferred, int frozen, const std::vector<double>& valid,
         const std::string& per_class = "5", const std::string& experiment = "e") {
  for (std::size_t i = 0; i < valid.size(); ++i) {
    builder.done(experiment, cell(transferred, frozen, per_class, static_cast<int>(i) + 1),
                 {.valid_top1 = valid[i], .test_top1 = valid[i] - 0.01});
  }
}

std::vector<report::MeasuredCell> cells_of(const StateBuilder& builder, const study::Study& study = {}) {
  static std::vector<std::unique_ptr<report::Directory>> kept;  // cells are values, but runs_of points into it
  kept.push_back(std::make_unique<report::Directory>(report::Directory{"out", builder.state()}));
  return report::measured_cells(report::runs_of(*kept.back()), study);
}

}  // namespace

TEST_CASE("measured cells: protocols of one source, target and size compete, best on validation first") {
  StateBuilder builder;
  add(builder, 6, 6, {.50, .52, .51});
  add(builder, 6, 0, {.30, .31, .33});
  add(builder, 0, 0, {.10, .12, .11});
  add(builder, 6, 0, {.60, .61, .62}, "50");

  const auto cells = cells_of(builder);

  REQUIRE(cells.size() == 2);
  const auto& small = cells[0];
  CHECK((small.source == "s" && small.target == "t" && small.network == "cifar7"));
  CHECK(small.images_per_class == 5);
  CHECK(small.runs == 9);
  REQUIRE(small.protocols.size() == 3);
  CHECK(small.protocols[0].family == Family::freeze);
  CHECK(small.protocols[0].best);
  CHECK(small.protocols[0].values == std::vector<plan::Label>{{"transferred", "6"}, {"frozen", "6"}});
  CHECK(small.protocols[0].valid.mean == Approx(.51));
  CHECK(small.protocols[0].test.mean == Approx(.50));
  CHECK(small.protocols[0].test.interval);
  CHECK(small.protocols[0].wins == 3);
  CHECK(small.protocols[1].family == Family::tune);
  CHECK_FALSE(small.protocols[1].indistinguishable);
  CHECK(small.can_tell());
  CHECK(cells[1].protocols.size() == 1);
}

TEST_CASE("measured cells: what is not significantly worse cannot be told from the best") {
  StateBuilder builder;
  add(builder, 6, 6, {.50, .52, .51});
  add(builder, 6, 0, {.52, .48, .51});
  add(builder, 0, 0, {.10, .12, .11});

  const auto protocols = cells_of(builder).front().protocols;

  CHECK(protocols[1].indistinguishable);
  CHECK_FALSE(protocols[2].indistinguishable);
}

TEST_CASE("measured cells: folds of one split tell protocols apart, and are no splits") {
  StateBuilder builder;
  for (int fold = 1; fold <= 5; ++fold) {
    for (const int frozen : {6, 0}) {
      auto labels = cell(6, frozen, "5", 1);
      labels.push_back({"fold", std::to_string(fold)});
      builder.done("e", labels, {.valid_top1 = (frozen ? .5 : .2) + .01 * (fold % 2), .test_top1 = .4 + .01 * fold});
    }
  }

  const auto one = cells_of(builder).front();

  REQUIRE(one.protocols.size() == 2);
  CHECK(one.protocols[0].family == Family::freeze);
  CHECK((one.protocols[0].splits == 1 && one.protocols[0].folds == 5));
  CHECK(one.can_tell());
  CHECK_FALSE(one.protocols[1].indistinguishable);
  CHECK(one.protocols[0].test.folds == 5);
  const auto interval = *one.protocols[0].test.interval;
  CHECK(interval.high - .43 == Approx(2.776445 * .0158114 * std::sqrt(1. / 5 + 1. / 4)).epsilon(1e-4));
}

TEST_CASE("measured cells: a case that one protocol has stands for all values that it sets") {
  StateBuilder builder;
  for (const auto& [name, frozen] : {std::pair("freeze", 6), std::pair("tune", 0)}) {
    for (int split = 1; split <= 3; ++split) {
      auto labels = cell(6, frozen, "5", split);
      labels.insert(labels.begin(), {"case", name});
      builder.done("e", labels, {.valid_top1 = .3 + .01 * frozen});
    }
  }

  const auto protocols = cells_of(builder).front().protocols;

  CHECK(protocols[0].values == std::vector<plan::Label>{{"case", "freeze"}});
  CHECK(protocols[0].family == Family::freeze);
}

TEST_CASE("measured cells: with two splits nothing can be told apart") {
  StateBuilder builder;
  add(builder, 6, 6, {.50, .52});
  add(builder, 0, 0, {.10, .12});

  CHECK_FALSE(cells_of(builder).front().can_tell());
}

TEST_CASE("measured cells: a cell of two experiments counts once, and two trainings of equal labels are told apart") {
  StateBuilder builder;
  add(builder, 6, 6, {.50, .52, .51}, "5", "first");
  add(builder, 6, 6, {.50, .52, .51}, "5", "again");  // the builder gives equal cells one task
  add(builder, 6, 0, {.30, .31, .33}, "5", "first");
  CHECK(cells_of(builder).front().protocols.size() == 2);

  StateBuilder other;
  add(other, 6, 6, {.50, .52, .51}, "5", "first");
  add(other, 6, 6, {.40, .42, .41}, "5", "again");
  for (auto& entry : other.state().runs) {
    if (entry.run.experiment == "again") entry.run.task = TaskId::of(sha256("other " + entry.run.id.hex.str()));
  }

  const auto protocols = cells_of(other).front().protocols;

  REQUIRE(protocols.size() == 2);
  CHECK(protocols.front().values.front() == plan::Label{"experiment", "first"});
}

TEST_CASE("measured cells: diverged runs rank a protocol behind, and are counted") {
  StateBuilder builder;
  add(builder, 6, 0, {.30, .31, .33});
  add(builder, 6, 6, {.50, .52});
  builder.failed("e", cell(6, 6, "5", 3), "diverged at epoch 2");

  const auto protocols = cells_of(builder).front().protocols;

  CHECK(protocols.front().family == Family::tune);
  CHECK(protocols.back().runs.diverged == 1);
  CHECK_FALSE(protocols.back().indistinguishable);
}

TEST_CASE("measured cells: experiments that measure finished networks do not compete") {
  StateBuilder builder;
  add(builder, 6, 6, {.50, .52, .51}, "5", "trained");
  add(builder, 6, 0, {.90, .92, .91}, "5", "measured");
  study::Study study;
  study.experiments.resize(2);
  study.experiments[0].name = "trained";
  study.experiments[1].name = "measured";
  study.experiments[1].kind = "evaluate";

  const auto cells = cells_of(builder, study);

  REQUIRE(cells.size() == 1);
  CHECK(cells.front().protocols.size() == 1);
  CHECK(cells.front().protocols.front().family == Family::freeze);
}

TEST_CASE("measured cells: the number of images a class that 'all' is comes from images and outputs") {
  StateBuilder builder;
  add(builder, 6, 6, {.50, .52, .51}, "all");
  auto& catalog = builder.state().catalog;
  catalog.label_maps["labels"].output_count = 4;
  for (auto& [id, task] : builder.state().tasks) {
    task::training(task.task).images.labels = "labels";
    task.task.images = 120;
  }

  const auto one = cells_of(builder).front();

  CHECK(one.images_per_class == 30);
  CHECK(one.images == 120);
}

TEST_CASE("measured cells: runs whose values a selection is still to choose are no protocol") {
  StateBuilder builder;
  add(builder, 6, 6, {.50, .52, .51});
  auto later = cell(6, 6, "5", 1);
  later[0].value = "later";
  builder.later("e", later, "selection");

  CHECK(cells_of(builder).front().protocols.size() == 1);
}

TEST_CASE("measured cells: without any result there is none") {
  StateBuilder builder;
  builder.waiting("e", cell(6, 6, "5", 1));

  CHECK(cells_of(builder).empty());
}

TEST_CASE("measured cells: where no run has validation images, test images rank, and the cell says so") {
  StateBuilder builder;
  add(builder, 6, 6, {.50, .52, .51});
  add(builder, 6, 0, {.60, .61, .62});
  for (auto& [id, task] : builder.state().tasks)
    std::erase_if(task.rows, [](const auto& one) { return one.row.subset == metrics::Subset::valid; });

  const auto cells = cells_of(builder);

  REQUIRE(cells.size() == 1);
  const auto& cell = cells.front();
  CHECK(cell.ranked_on == metrics::Subset::test);
  CHECK(cell.protocols.front().family == Family::tune);
  CHECK(cell.protocols.front().valid.n == 0);
  CHECK(cell.runs == 6);
}
