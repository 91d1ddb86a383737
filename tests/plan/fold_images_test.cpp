// Folds of a target's training images: which images each run trains on, how many, and what cannot be divided.
#include "plan/fold_images.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "support/planning.hpp"

namespace espalier::plan {
namespace {

using support::axis;
using support::compiled;
using support::complaints;
using support::experiment;
using support::run_where;
using support::task_of;

/// One split; 4 target classes of 15 images for training each, 5 for tests.
study::Study folded_study(int folds, std::vector<study::Value> sizes) {
  auto study = support::small_study(1);
  study.split.folds = folds;
  study.data["letters"].valid_per_class = 0;
  study.experiments = {experiment("a", {axis("per_class", std::move(sizes))}, {{"transferred", 0}})};
  return study;
}

const task::ImageSetSpec& set_of(const Plan& plan, const PlannedRun& run, metrics::Subset subset) {
  return plan.catalog.image_sets.at(run.images(subset).hex.str());
}

std::int64_t measured_images(const Plan& plan, const PlannedRun& run) { return task_of(plan, run.task)->images; }

/// The small data with classes at a coarser level: the first eight in pairs, the others alone.
Facts coarse_facts(const std::vector<std::int32_t>& of) {
  auto facts = support::small_facts();
  task::LabelLevel level{of, {}};
  for (std::int32_t i = 0; i <= *std::max_element(of.begin(), of.end()); ++i) level.names.push_back(std::to_string(i));
  facts.data["letters"].levels["coarse"] = level;
  return facts;
}

study::Study coarse_study(int folds, std::vector<study::Value> sizes) {
  auto study = folded_study(folds, std::move(sizes));
  study.data["letters"].label_kind = "coarse";
  study.split = {};
  study.split.folds = folds;
  study.sources.clear();
  study.targets[0].classes = "all";
  return study;
}

}  // namespace

TEST_CASE("folds: a run trains on the images outside its fold and is validated on those in it") {
  const Plan plan = compiled(folded_study(5, {10}));

  REQUIRE(plan.runs.size() == 5);
  std::set<ImageSetId> validated, tested;
  for (const auto& run : plan.runs) {
    const auto& task = *task_of(plan, run.task);
    const auto& trained = task::training(task).images.partition;
    auto wanted = trained;
    wanted.fold_use = task::FoldUse::only;
    CHECK(set_of(plan, run, metrics::Subset::valid).partition == wanted);
    CHECK(trained.fold_use == task::FoldUse::without);
    CHECK(trained.front == 10);
    CHECK(trained.behind == 5);
    CHECK(trained.folds == 5);
    CHECK(std::to_string(trained.fold + 1) == *run.label("fold"));
    CHECK(task.images == 4 * 8);
    CHECK(task.epoch_images == 90 * 4 * 8);
    validated.insert(run.images(metrics::Subset::valid));
    tested.insert(run.images(metrics::Subset::test));
  }
  CHECK(validated.size() == 5);
  CHECK(tested.size() == 1);
}

TEST_CASE("folds: those of one run share their random streams; sources and the division know no fold or replicate") {
  auto study = folded_study(5, {10, "all"});
  study.experiments[0].axes.push_back(axis("replicate", {1, 2}));
  study.experiments[0].fixed = {{"transferred", 2}};

  const Plan plan = compiled(study);

  const auto at = [&](const char* size, const char* fold, const char* replicate) {
    const auto& run = run_where(plan, "a", {{"per_class", size}, {"fold", fold}, {"replicate", replicate}});
    return task::training(*task_of(plan, run.task));
  };
  const auto one = at("10", "1", "1"), two = at("10", "2", "1"), again = at("10", "1", "2"), all = at("all", "1", "1");
  CHECK(one.init_seed == two.init_seed);
  CHECK(one.order_seed == two.order_seed);
  CHECK(again.order_seed != one.order_seed);
  CHECK(again.images == one.images);
  CHECK(one.images.partition.seed == all.images.partition.seed);
  CHECK(all.images.partition.front == 0);
  CHECK(support::pretrainings(plan).size() == 1);
  study.split.folds = 0;
  const auto unfolded = compiled(study);
  const auto& same_size = run_where(unfolded, "a", {{"per_class", "10"}, {"replicate", "1"}});
  CHECK(task::training(*task_of(unfolded, same_size.task)).order_seed == one.order_seed);
}

TEST_CASE("folds: where they do not divide evenly, the first ones validate on one image more") {
  const Plan plan = compiled(folded_study(4, {"all"}));

  const auto images = [&](const char* fold) { return measured_images(plan, run_where(plan, "a", {{"fold", fold}})); };
  CHECK(images("1") == 4 * (15 - 4));
  CHECK(images("3") == 4 * (15 - 4));
  CHECK(images("4") == 4 * (15 - 3));
}

TEST_CASE("folds: the largest number of images that there is, and more, is all") {
  const Plan plan = compiled(folded_study(3, {15, "all"}));

  CHECK(plan.runs.size() == 3);
  CHECK(plan.tasks.size() == 3);
}

TEST_CASE("folds: ids of studies without folds are as they were, and a fold is part of a run's id") {
  auto study = folded_study(2, {10});
  const Plan folded = compiled(study);
  study.split.folds = 0;
  const Plan plain = compiled(study);

  CHECK(plain.runs.at(0).label("fold") == nullptr);
  CHECK(plain.runs.at(0).id.hex.str() != folded.runs.at(0).id.hex.str());
  CHECK(folded.runs.at(0).id.hex.str() != folded.runs.at(1).id.hex.str());
}

TEST_CASE("folds: more of them than images a class are refused, once an experiment") {
  const auto refused = complaints(folded_study(5, {3, 4, 10}));

  CHECK(refused.find("split.folds = 5 is greater than the 3 training images of class 'letter ") != std::string::npos);
  CHECK(refused.find("(each fold validates on at least one image of every class") != std::string::npos);
  CHECK(refused.find("Lower split.folds") != std::string::npos);
  CHECK(std::count(refused.begin(), refused.end(), '\n') == 1);
  auto study = folded_study(5, {"all"});
  study.data["letters"].short_classes = study::ShortClasses::take_all;
  auto facts = support::small_facts();
  facts.data["letters"].class_counts.assign(12, 9);
  CHECK(complaints(study, facts).find("the 4 training images") != std::string::npos);
}

TEST_CASE("folds: with coarse labels they are drawn within finest classes, of which a size is a multiple") {
  const auto facts = coarse_facts({0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5});
  const Plan plan = compiled(coarse_study(2, {8, "all"}), {}, {}, facts);

  const auto& run = run_where(plan, "a", {{"per_class", "8"}, {"fold", "1"}});
  CHECK(task::training(*task_of(plan, run.task)).images.partition.front == 4);
  CHECK(measured_images(plan, run) == 6 * 4);
  CHECK(complaints(coarse_study(2, {7}), facts).find("Use a multiple of 2, or \"all\"") != std::string::npos);
  CHECK(complaints(coarse_study(5, {8}), facts).find("the 4 training images of a finest class of class '0'") !=
        std::string::npos);
  const auto uneven = coarse_facts({0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5});
  CHECK(complaints(coarse_study(2, {8}), uneven).find("hold unequal numbers of finest classes") != std::string::npos);
  compiled(coarse_study(2, {"all"}), {}, {}, uneven);
}

TEST_CASE("folds: a network that is measured again is measured on its own fold") {
  auto study = folded_study(3, {6, 12});
  auto evaluate = experiment("again", {axis("per_class", {6, 12})});
  evaluate.kind = "evaluate";
  evaluate.start = study::Start{"a", {"per_class", "split", "fold", "target"}, {}};
  study.experiments.push_back(evaluate);

  const Plan plan = compiled(study);

  for (const auto& run : plan.runs) {
    if (run.experiment != "again") continue;
    const auto& trained = run_where(plan, "a", {{"per_class", *run.label("per_class")}, {"fold", *run.label("fold")}});
    CHECK(run.images(metrics::Subset::valid) == trained.images(metrics::Subset::valid));
    CHECK(run.images(metrics::Subset::test) == trained.images(metrics::Subset::test));
  }
  CHECK(plan.runs.size() == 12);
}

TEST_CASE("folds: a run that starts from another size would be validated on what that was trained on, and is refused") {
  auto study = folded_study(3, {12});
  auto second = experiment("b", {axis("per_class", {6, 12})}, {{"transferred", 2}});
  second.start = study::Start{"a", {"fold", "split"}, {}};
  study.experiments.push_back(second);

  const auto refused = complaints(study);

  CHECK(refused.find("a run of experiment 'a' was trained on images that validate what is made of it") !=
        std::string::npos);
  CHECK(refused.find("per_class=6") != std::string::npos);
  study.experiments[1].axes = {axis("per_class", {12})};
  CHECK(compiled(study).runs.size() == 6);
}

TEST_CASE("folds: a selection averages over them, and a failure in one of them is named with it") {
  auto study = folded_study(4, {5, 10});
  auto second = experiment("b", {axis("frozen", {0})}, {{"transferred", 0}});
  second.takes = {support::take({"per_class"}, {"a"}, {})};
  study.experiments.push_back(second);
  const Plan first = compiled(study);
  const auto right = [](const PlannedRun& run) {
    return (*run.label("per_class") == "10" ? 600 : 500) + (*run.label("fold") == "1" ? 200 : 0);
  };

  const Plan chosen = compiled(study, support::all_finished(first, right));

  REQUIRE(chosen.selections.size() == 1);
  CHECK(chosen.selections[0].chosen == std::vector<Label>{{"per_class", "10"}});
  CHECK(chosen.selections[0].candidates.at(0).mean == Approx(0.65));
  CHECK(chosen.selections[0].candidates.at(0).splits == 1);
  CHECK(chosen.selections[0].candidates.at(1).p_value == 0);  // one difference in every fold
  auto outcomes = support::all_finished(first, right);
  outcomes[run_where(first, "a", {{"fold", "2"}, {"per_class", "5"}}).task].state = task::RunState::failed;
  CHECK(compiled(study, outcomes).selections[0].reason.find("fold=2") != std::string::npos);
}

}  // namespace espalier::plan
