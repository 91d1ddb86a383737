// Budgets of sources: two numbers give the third, what is drawn is nested, and all there are is no draw.
#include "plan/source_budget.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>
#include <numeric>

#include "plan/findings.hpp"
#include "support/planning.hpp"

namespace espalier::plan {
namespace {

using support::axis;
using support::compiled;
using support::complaints;
using support::experiment;
using support::pretrainings;
using support::run_where;
using support::task_of;

RoleUse asked(std::optional<std::int64_t> per_class, std::optional<std::int64_t> class_count,
              std::optional<std::int64_t> images) {
  return {Role::source, "half", 1, "", per_class, class_count, images, 1};
}

std::string refusal(const RoleUse& use, std::int64_t classes) {
  try {
    budget_sizes(use, classes);
  } catch (const CompileError& error) {
    return to_string(error.problem);
  }
  return "";
}

/// Classes 0 to n - 1 with as many images each.
struct Letters {
  study::DataSet data;
  DataFacts facts;
  std::optional<LabelledData> labelled;
  Letters(int classes, std::int64_t images) {
    data.name = "letters";
    facts.class_counts.assign(static_cast<std::size_t>(classes), images);
    labelled.emplace(data, facts);
  }
  ClassPool pool() const {
    ClassPool pool;
    pool.data = &*labelled;
    pool.classes.resize(facts.class_counts.size());
    std::iota(pool.classes.begin(), pool.classes.end(), 0);
    pool.available.assign(facts.class_counts.begin(), facts.class_counts.end());
    pool.train_available = pool.available.front();
    return pool;
  }
  ClassPool drawn(const RoleUse& use, std::int64_t seed = 7) const {
    auto all = pool();
    apply_budget(all, use, seed);
    return all;
  }
};

/// The small study with a source of all 12 letters, each with 12 training images, and one axis.
study::Study letters_study(const study::Axis& budget) {
  auto study = support::small_study(2);
  study.sources[0].classes = "all";
  study.experiments = {experiment("a", {budget}, {{"per_class", 2}})};
  return study;
}

const task::TrainSpec& source_spec(const Plan& plan, const std::vector<Label>& labels) {
  return task::training(*task_of(plan, task_of(plan, run_where(plan, "a", labels).task)->inputs.at(0).task));
}

}  // namespace

TEST_CASE("budgets: two of images a class, classes and images give the third, and three must agree") {
  CHECK(budget_sizes(asked({}, {}, {}), 12) == BudgetSizes{12, 0});
  CHECK(budget_sizes(asked(5, {}, {}), 12) == BudgetSizes{12, 5});
  CHECK(budget_sizes(asked({}, 3, {}), 12) == BudgetSizes{3, 0});
  CHECK(budget_sizes(asked({}, {}, 60), 12) == BudgetSizes{12, 5});
  CHECK(budget_sizes(asked(5, {}, 20), 12) == BudgetSizes{4, 5});
  CHECK(budget_sizes(asked({}, 4, 20), 12) == BudgetSizes{4, 5});
  CHECK(budget_sizes(asked(5, 4, 20), 12) == BudgetSizes{4, 5});
  rc::check("whichever is left out", [] {
    const auto classes = *rc::gen::inRange<std::int64_t>(1, 50), per_class = *rc::gen::inRange<std::int64_t>(1, 50);
    const BudgetSizes sizes{classes, per_class};
    RC_ASSERT(budget_sizes(asked(per_class, classes, {}), 50) == sizes);
    RC_ASSERT(budget_sizes(asked(per_class, {}, classes * per_class), 50) == sizes);
    RC_ASSERT(budget_sizes(asked({}, classes, classes * per_class), 50) == sizes);
  });
}

TEST_CASE("budgets: what does not divide names the nearest that do; what disagrees or is not there is refused") {
  CHECK_THAT(refusal(asked({}, {}, 40), 12),
             Catch::Contains("source 'half' has a budget of 40 images, which 12 classes do not divide") &&
                 Catch::Contains("The nearest that do are 36 and 48."));
  CHECK_THAT(refusal(asked(7, {}, 20), 12),
             Catch::Contains("which 7 images a class do not divide") && Catch::Contains("14 and 21"));
  CHECK_THAT(refusal(asked({}, {}, 5), 12), Catch::Contains("The nearest that do are 12."));
  CHECK_THAT(refusal(asked(5, 4, 21), 12), Catch::Contains("the first two make 20"));
  CHECK_THAT(refusal(asked({}, 13, {}), 12), Catch::Contains("asks for 13 classes, and there are 12"));
  CHECK_THAT(refusal(asked(2, {}, 26), 12), Catch::Contains("asks for 13 classes, and there are 12 (26 images with 2"));
}

TEST_CASE("budgets: larger numbers of classes hold smaller ones, in order; images have one stream at all sizes") {
  const Letters letters(30, 9);
  rc::check("nested", [&] {
    const auto seed = *rc::gen::arbitrary<std::int64_t>();
    const auto few = *rc::gen::inRange<std::int64_t>(1, 30), more = *rc::gen::inRange(few, std::int64_t{31});
    const auto small = letters.drawn(asked(3, few, {}), seed), large = letters.drawn(asked(5, more, {}), seed);
    RC_ASSERT(static_cast<std::int64_t>(small.classes.size()) == few);
    RC_ASSERT(std::is_sorted(small.classes.begin(), small.classes.end()));
    RC_ASSERT(std::includes(large.classes.begin(), large.classes.end(), small.classes.begin(), small.classes.end()));
    RC_ASSERT(small.images_seed == large.images_seed);
    RC_ASSERT(small.available.size() == small.classes.size());
  });
  auto other = asked(3, 10, {});
  other.split = 2;
  CHECK(letters.drawn(other).classes != letters.drawn(asked(3, 10, {})).classes);
  other.split = 1;
  other.name = "another";
  CHECK(letters.drawn(other).classes == letters.drawn(asked(3, 10, {})).classes);
  other.replicate = 2;
  CHECK(letters.drawn(other).classes != letters.drawn(asked(3, 10, {})).classes);
}

TEST_CASE("budgets: of classes that differ the fewest images decide, unless short ones give all they have") {
  Letters letters(4, 9);
  letters.facts.class_counts[2] = 3;

  CHECK_THROWS_AS(letters.drawn(asked(4, {}, {})), CompileError);
  try {
    letters.drawn(asked(4, {}, {}));
  } catch (const CompileError& error) {
    CHECK_THAT(to_string(error.problem),
               Catch::Contains("asks for 4 images of each of 4 classes, and there are at most 3 ('2' has 3;"));
  }
  letters.data.short_classes = study::ShortClasses::take_all;
  CHECK(letters.drawn(asked(4, {}, {})).drawn_per_class == 4);
  CHECK_THROWS_AS(letters.drawn(asked(10, {}, {})), CompileError);
}

TEST_CASE("budgets: all images and classes, however they are asked for, are the source without a budget") {
  const auto whole = letters_study(axis("transferred", {2}));
  const Plan plain = compiled(whole);
  const auto id = *pretrainings(plain).begin();

  for (const auto& [name, value] :
       {std::pair<std::string, int>{"per_class", 12}, {"class_count", 12}, {"images", 144}}) {
    const Plan plan = compiled(letters_study(axis("source." + name, {value})));
    CHECK(pretrainings(plan) == pretrainings(plain));
    CHECK(pretrainings(plan).contains(id));
  }
  CHECK(pretrainings(compiled(letters_study(axis("source.per_class", {"all"})))) == pretrainings(plain));
}

TEST_CASE("budgets: an axis makes a pretraining for each size, measured on the classes it is taught") {
  auto study = letters_study(axis("source.per_class", {3, 6}));
  study.sources[0].class_count = 4;
  const Plan plan = compiled(study);
  const auto& three = source_spec(plan, {{"source.per_class", "3"}, {"split", "1"}});
  const auto& six = source_spec(plan, {{"source.per_class", "6"}, {"split", "1"}});

  CHECK(pretrainings(plan).size() == 4);  // two sizes in two splits
  CHECK((three.images.sample.rule == task::SampleRule::random_by_class));
  CHECK(three.images.sample.count == 3);
  CHECK(six.images.sample.count == 6);
  CHECK(three.images.sample.seed == six.images.sample.seed);
  CHECK(three.images.labels == six.images.labels);
  CHECK(plan.catalog.label_maps.at(three.images.labels).output_count == 4);
  const auto& source =
      *task_of(plan, task_of(plan, run_where(plan, "a", {{"source.per_class", "3"}}).task)->inputs[0].task);
  CHECK(source.images == 12);
  const auto* valid = task::evaluation_named(source.record, metrics::Subset::valid);
  REQUIRE(valid);
  CHECK(plan.catalog.image_sets.at(valid->images.hex.str()).labels == three.images.labels);

  CHECK_THAT(complaints(letters_study(axis("source.per_class", {13}))),
             Catch::Contains("asks for 13 images of each of 12 classes, and there are at most 12"));
}

TEST_CASE("budgets: a redrawn source is pretrained for each replicate, one that is not for all of them") {
  auto study = letters_study(axis("replicate", {1, 2, 3}));
  study.sources[0].per_class = 5;
  study.sources[0].class_count = 6;
  const Plan shared = compiled(study);
  study.sources[0].redraw = "replicate";
  const Plan redrawn = compiled(study);

  CHECK(pretrainings(shared).size() == 2);  // splits
  CHECK(pretrainings(redrawn).size() == 6);
  for (const auto& id : pretrainings(shared)) CHECK(pretrainings(redrawn).contains(id));  // those of replicate 1
  const auto& first = source_spec(redrawn, {{"replicate", "1"}, {"split", "1"}});
  const auto& second = source_spec(redrawn, {{"replicate", "2"}, {"split", "1"}});
  CHECK(first.init_seed != second.init_seed);
  CHECK(first.order_seed != second.order_seed);
  CHECK(first.images.sample.seed != second.images.sample.seed);
  CHECK(first.images.labels != second.images.labels);
  for (const auto& run : shared.runs) CHECK(!run.redrawn);
  for (const auto& run : redrawn.runs) CHECK(run.redrawn);
}

TEST_CASE("budgets: what starts from a run of a redrawn source is redrawn, and a second source decides with it") {
  auto study = letters_study(axis("replicate", {1, 2}));
  study.sources[0].redraw = "replicate";
  study.sources.push_back(study.sources[0]);
  study.sources[1].name = "fixed";
  study.sources[1].redraw = "";
  study.experiments[0].fixed.emplace_back("source", "half");
  study.experiments.push_back(experiment("b", {axis("replicate", {1, 2})}, {{"per_class", 2}, {"source", "fixed"}}));
  study.experiments.push_back(experiment("c", {axis("replicate", {1, 2})}, {{"per_class", 2}}));
  study.experiments[2].start = study::Start{"a", {"replicate", "split"}, {}};
  study.experiments.push_back(experiment("d", {axis("replicate", {1, 2})}, {{"transferred", 0}, {"source", "half"}}));

  for (const auto& run : compiled(study).runs) CHECK(run.redrawn == (run.experiment != "b"));
}

TEST_CASE("budgets: a source of 0 epochs is drawn, never trained and kept; a run of 0 epochs is refused") {
  auto study = letters_study(axis("source.epochs", {0, 5}));
  const Plan plan = compiled(study);
  const auto& run = run_where(plan, "a", {{"source.epochs", "0"}});
  const auto& source = *task_of(plan, task_of(plan, run.task)->inputs.at(0).task);

  CHECK((task::training(source).length == task::Moment{0, 0}));
  CHECK((source.record.keep == task::Keep::last));
  CHECK(source.epoch_images == 0);
  CHECK(!source.record.evaluations.empty());
  CHECK(source.cost_s > 0);  // of its evaluations
  CHECK(source.cost_s < task_of(plan, run_where(plan, "a", {{"source.epochs", "5"}}).task)->cost_s / 5);
  study.train.stop = study::StopRule{.on = true, .patience = 2};
  CHECK(!task::training(*task_of(compiled(study), source.id)).stop.on());  // there is nothing to end
  study = letters_study(axis("train.epochs", {0}));
  CHECK_THAT(complaints(study), Catch::Contains("a training on target 'other' has 0 epochs"));
}

TEST_CASE("budgets: a source of 0 epochs in one family with others does not make their steps dearer") {
  auto study = letters_study(axis("source.epochs", {0, 5}));
  study.data["letters"].test_per_class = 3000;  // its evaluation takes longer than many steps
  const Plan plan = compiled(study, {}, {}, support::small_facts(12, 3020));

  REQUIRE(plan.passes.size() > 2);
  for (const auto& pass : plan.passes) CHECK(pass.hours_after <= pass.hours_before * 1.0001);
}

}  // namespace espalier::plan
