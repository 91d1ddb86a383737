// Label sets of sources and targets, as keys and as axes, within halves of a split and as what is divided.
#include <catch2/catch.hpp>

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

/// Letters 0-3 are "low", 4-11 "high".
study::LabelSet levels() {
  study::LabelSet labels;
  labels.name = "coarse";
  labels.cut = study::LabelSet::Cut::listed;
  for (int i = 0; i < 12; ++i) {
    if (i == 0 || i == 4) labels.groups.emplace_back(i == 0 ? "low" : "high", std::vector<study::Value>{});
    labels.groups.back().second.emplace_back(i);
  }
  return labels;
}

study::LabelSet leaves(std::vector<study::Value> classes = {}) {
  study::LabelSet labels;
  labels.name = "fine";
  labels.classes = std::move(classes);
  return labels;
}

study::Study labelled_study() {
  auto study = support::small_study(2);
  study.labels = {levels(), leaves()};
  study.experiments = {experiment("a", {axis("source.labels", {"fine", "coarse"})}, {{"per_class", 2}})};
  return study;
}

const task::LabelMap& map_of_source(const Plan& plan, const std::vector<Label>& labels) {
  const auto& run = *task_of(plan, run_where(plan, "a", labels).task);
  return plan.catalog.label_maps.at(task::training(*task_of(plan, run.inputs.at(0).task)).images.labels);
}

}  // namespace

TEST_CASE("labels: an axis joins the classes of a source's half, and those without a join are as without labels") {
  auto study = labelled_study();
  const Plan plan = compiled(study);
  const auto &fine = map_of_source(plan, {{"source.labels", "fine"}, {"split", "1"}}),
             &coarse = map_of_source(plan, {{"source.labels", "coarse"}, {"split", "1"}});
  auto sorted = coarse.classes;
  std::sort(sorted.begin(), sorted.end());

  CHECK(pretrainings(plan).size() == 4);
  CHECK(fine.output_count == 6);
  CHECK(sorted == fine.classes);
  CHECK(coarse.names == std::vector<std::string>{"low", "high"});
  for (std::size_t i = 0; i < coarse.classes.size(); ++i) CHECK(coarse.outputs[i] == (coarse.classes[i] < 4 ? 0 : 1));
  study.experiments[0].axes = {axis("transferred", {2})};
  const Plan plain = compiled(study);
  for (const auto& id : pretrainings(plain)) CHECK(pretrainings(plan).contains(id));
}

TEST_CASE("labels: outputs that lose all their classes vanish; a label set that keeps none is refused") {
  auto study = labelled_study();
  study.sources[0].classes = "list";
  study.sources[0].class_list = {5, 1, 9};
  study.sources[0].labels = "coarse";
  study.experiments[0].axes = {axis("transferred", {2})};
  CHECK(map_of_source(compiled(study), {}).output_count == 2);
  study.sources[0].class_list = {5, 7};
  CHECK_THAT(complaints(study), Catch::Contains("source 'half' has a single class"));
  study.labels[0].classes = {5, 7};
  study.labels[0].groups.erase(study.labels[0].groups.begin());
  study.sources[0].class_list = {1, 2};
  CHECK_THAT(complaints(study), Catch::Contains("labels 'coarse' keep none of them"));
}

TEST_CASE("labels: budgets count outputs, whatever they join") {
  auto study = labelled_study();
  study.sources[0].classes = "all";
  study.sources[0].per_class = 5;
  const Plan plan = compiled(study);
  for (const auto& [labels, images] : {std::pair<const char*, int>{"fine", 60}, {"coarse", 10}}) {
    const auto& run = *task_of(plan, run_where(plan, "a", {{"source.labels", labels}}).task);
    CHECK(task_of(plan, run.inputs.at(0).task)->images == images);
  }
}

TEST_CASE("labels: an axis of targets makes runs of other outputs, and \"all\" is as many images as these have") {
  auto study = labelled_study();
  study.targets[0].classes = "all";
  study.experiments = {experiment("a", {axis("target.labels", {"fine", "coarse"}), axis("per_class", {12, "all"})})};
  const Plan plan = compiled(study);
  const auto task = [&](const char* labels, const char* size) {
    return run_where(plan, "a", {{"target.labels", labels}, {"per_class", size}}).task;
  };

  std::size_t fine = 0;
  for (const auto& run : plan.runs) fine += *run.label("target.labels") == "fine";
  CHECK(fine == 2);                                      // a letter has 12 images: one run in each of two splits
  CHECK(task("coarse", "12") != task("coarse", "all"));  // an output of eight letters has 96 images
  CHECK(task_of(plan, task("coarse", "12"))->images == 24);
}

TEST_CASE("labels: a classifier is transferred where the cell's labels are the target's") {
  auto study = labelled_study();
  study.sources[0].classes = study.targets[0].classes = "all";
  study.targets[0].labels = "coarse";
  study.experiments[0].fixed.emplace_back("transferred", 3);
  CHECK_THAT(complaints(study), Catch::Contains("source.labels=fine"));
  study.experiments[0].axes = {axis("source.labels", {"coarse"})};
  CHECK(pretrainings(compiled(study)).size() == 2);  // splits
}

TEST_CASE("splits: only the classes that a label set keeps are divided, by their own indices") {
  auto study = labelled_study();
  study.labels[1].classes = {1, 2, 3, 5, 6, 7, 9, 10, 11};
  study.split.classes = "labels.fine";
  study.split.source = 5;
  study.experiments[0].axes = {axis("transferred", {2})};
  const Plan plan = compiled(study);
  for (const char* split : {"1", "2"}) {
    std::set<std::int32_t> both;
    const auto& run = *task_of(plan, run_where(plan, "a", {{"split", split}}).task);
    for (const auto& id : {run.id, run.inputs.at(0).task}) {
      const auto& classes = plan.catalog.label_maps.at(task::training(*task_of(plan, id)).images.labels).classes;
      both.insert(classes.begin(), classes.end());
    }
    CHECK(both == std::set<std::int32_t>{1, 2, 3, 5, 6, 7, 9, 10, 11});
  }
  study.split.source = 6;
  CHECK_THAT(complaints(study), Catch::Contains("data 'letters' has 9"));
  study.split.classes = "labels.coarse";
  CHECK_THAT(complaints(study), Catch::Contains("joins classes: 'low' has 4"));
}

}  // namespace espalier::plan
