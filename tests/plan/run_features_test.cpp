// Probes of features: what a linear classifier is fitted to, what a distance compares, and what is refused.
#include <catch2/catch.hpp>

#include "support/planning.hpp"

using namespace espalier;
using namespace espalier::support;
using metrics::Metric;
using metrics::Subset;

namespace {

study::Experiment of_kind(const std::string& kind, std::vector<study::Axis> axes) {
  auto made = experiment(kind, std::move(axes));
  made.kind = kind;
  return made;
}

const task::ProbeSpec& probe_of(const plan::Plan& plan, const plan::PlannedRun& run) {
  const auto* task = task_of(plan, run.task);
  REQUIRE(task != nullptr);
  REQUIRE(task::probe_of(*task) != nullptr);
  return *task::probe_of(*task);
}

}  // namespace

TEST_CASE("features: a classifier is fitted to what a training of its size sees, on units of the split's source") {
  auto study = small_study();
  study.experiments = {experiment("trained", {axis("per_class", {4}), axis("frozen", {2})}),
                       of_kind("linear", {axis("features", {1, 2}), axis("per_class", {4, 8}), axis("C", {0.5, 2})})};
  const auto plan = compiled(study);
  const auto& trained = run_where(plan, "trained", {{"split", "2"}});
  const auto& run = run_where(plan, "linear", {{"split", "2"}, {"features", "2"}, {"per_class", "4"}, {"C", "0.5"}});
  const auto& spec = task::training(*task_of(plan, trained.task));
  const auto& probe = probe_of(plan, run);
  const auto& task = *task_of(plan, run.task);
  CHECK(probe.linear.images == spec.images);
  CHECK(probe.linear.c == 0.5);
  CHECK(probe.features == 2);
  CHECK(task.form.cached_units == 2);
  // Features are those of the training's frozen units, so that one cache serves both.
  CHECK(task::prefix_key(task::untrained(probe), 2) == task::prefix_key(spec, 2));
  CHECK(probe.units[0] == spec.units[0].start);
  CHECK(probe.units[2] == task::UnitStart{});
  REQUIRE(task.record.evaluations.size() == 2);
  CHECK(task.record.evaluations[1].name == Subset::test);
  CHECK(task.record.evaluations[1].metrics == std::vector{Metric::top1, Metric::top5});
  REQUIRE(task.inputs.size() == 1);
  CHECK(task.inputs[0].role == task::InputRole::measured);
  CHECK(plan.features_bytes > 0);
}

TEST_CASE("features: neighbours are found among what a training of its size sees, by features that classifiers share") {
  auto study = small_study();
  study.train.train_eval = true;
  study.experiments = {of_kind("linear", {axis("features", {2}), axis("per_class", {4})}),
                       of_kind("neighbours", {axis("features", {2}), axis("per_class", {4, 8}),
                                              axis("nearest_by", {"cosine", "euclidean"})})};
  const auto plan = compiled(study);
  const auto& fitted = run_where(plan, "linear", {{"split", "2"}});
  const auto& run = run_where(plan, "neighbours", {{"split", "2"}, {"per_class", "4"}, {"nearest_by", "euclidean"}});
  const auto& linear = probe_of(plan, fitted);
  const auto& probe = probe_of(plan, run);
  CHECK(probe.method == task::ProbeMethod::neighbours);
  CHECK(probe.neighbours.by == task::NearestBy::euclidean);
  CHECK(probe.neighbours.images == linear.linear.images);
  CHECK(task::used_images(probe) == std::vector{linear.linear.images});
  CHECK(probe.linear == task::LinearSpec{});
  CHECK(task::prefix_key(task::untrained(probe), 2) == task::prefix_key(task::untrained(linear), 2));
  const auto& evaluations =
      task_of(plan, run.task)->record.evaluations;  // an image is its own neighbour: no train_eval
  REQUIRE(evaluations.size() == 2);
  CHECK(task_of(plan, fitted.task)->record.evaluations.size() == 3);
  CHECK(evaluations[1].metrics == std::vector{Metric::top1, Metric::top5});
  CHECK(task_of(plan, run.task)->form.cached_units == 2);
}

TEST_CASE("features: what a classifier is fitted to is part of its id, and what it is measured on is not") {
  auto study = small_study(/*splits=*/1);
  study.experiments = {of_kind("linear", {axis("per_class", {4})})};
  const auto id_of = [&](const study::Study& changed) { return compiled(changed).runs.front().task; };
  const auto id = id_of(study);
  const auto changed = [&](const std::string& name, const study::Value& value) {
    auto other = study;
    other.experiments[0].fixed = {{name, value}};
    return id_of(other);
  };
  CHECK(changed("C", 3) != id);
  CHECK(changed("C", 1) == id);
  CHECK(changed("standardise", true) != id);
  CHECK(changed("classifier", "logistic") != id);
  CHECK(changed("features", 1) != id);
  CHECK(changed("replicate", 2) == id);  // nothing is drawn
  auto more = study;
  more.train.train_eval = true;
  CHECK(id_of(more) == id);
  more = study;
  more.experiments[0].axes = {axis("per_class", {5})};
  CHECK(id_of(more) != id);
}

TEST_CASE(
    "features: logistic regression has a loss, and starts from another experiment's run where that is asked for") {
  auto study = small_study(/*splits=*/1);
  study.experiments = {experiment("trained", {axis("per_class", {4})}), of_kind("linear", {axis("per_class", {4})})};
  study.experiments[1].fixed = {{"classifier", "logistic"}};
  study.experiments[1].start = study::Start{"trained", {"per_class", "split"}, {}};
  const auto plan = compiled(study);
  const auto& run = run_where(plan, "linear", {});
  const auto& probe = probe_of(plan, run);
  CHECK(task_of(plan, run.task)->record.evaluations[0].metrics == task::all_metrics());
  CHECK(probe.units[0].task == run_where(plan, "trained", {}).task);
  CHECK(task_of(plan, probe.units[0].task)->record.keep == task::Keep::last);
}

TEST_CASE("distances: equal numbers of images on both sides, drawn anew by split and replicate only") {
  auto study = small_study();
  study.experiments = {of_kind(
      "distance", {axis("method", {"cosine", "mmd", "svm"}), axis("features", {1, 2}), axis("replicate", {1, 2})})};
  const auto plan = compiled(study);
  CHECK(plan.runs.size() == 3 * 2 * 2 * 2);
  std::map<std::string, std::set<std::string>> draws;
  for (const auto& run : plan.runs) {
    const auto& distance = probe_of(plan, run).distance;
    CHECK(distance.count == 6 * 5 / 2);  // half of the source's test images; the target has 20
    CHECK(distance.source.sample.count == 2 * distance.count);
    CHECK(distance.target.sample.count == distance.count);
    draws[*run.label("split") + "/" + *run.label("replicate")].insert(std::to_string(distance.seed));
    REQUIRE(task_of(plan, run.task)->record.evaluations.size() == 1);
    CHECK(task_of(plan, run.task)->record.evaluations[0].metrics == std::vector{Metric::distance, Metric::floor});
  }
  REQUIRE(draws.size() == 4);
  std::set<std::string> seeds;
  for (const auto& [draw, of_it] : draws) {
    CHECK(of_it.size() == 1);
    seeds.insert(*of_it.begin());
  }
  CHECK(seeds.size() == 4);
}

TEST_CASE("distances: the small network trains on one half of both sets' images and is measured on the other") {
  auto study = small_study(/*splits=*/1);
  study.networks.push_back({"small", {}, 1, tiny_network(2)});
  study.experiments = {of_kind("distance", {axis("method", {"cnn"})})};
  study::DistanceNetwork cnn;
  cnn.network = "small";
  cnn.train.batch = 4;
  study.experiments[0].cnn = cnn;
  const auto plan = compiled(study);
  const auto* task = task_of(plan, plan.runs.front().task);
  REQUIRE(task != nullptr);
  const auto& spec = task::training(*task);
  CHECK(spec.batch == 4);
  CHECK(plan.catalog.networks.at(spec.network).units.size() == 2);
  REQUIRE(spec.images.parts.size() == 2);
  const auto& test = plan.catalog.image_sets.at(task->record.evaluations.at(0).images.hex.str());
  REQUIRE(test.parts.size() == 2);
  for (std::size_t side = 0; side < 2; ++side) {
    CHECK(spec.images.parts[side].partition.fold == 0);
    CHECK(test.parts[side].partition.fold == 1);
    CHECK(spec.images.parts[side].partition.folds == 2);
    CHECK(spec.images.parts[side].sample.count == test.parts[side].sample.count);
  }
  CHECK(task->images == 2 * spec.images.parts[0].sample.count);
  CHECK(task->record.evaluations[0].metrics == std::vector{Metric::distance});
  CHECK(plan.catalog.label_maps.at(spec.images.labels).names == std::vector<std::string>{"source", "target"});
}

TEST_CASE("features: a checkpoint whose data are the target's has no distance, and one with data of its own has") {
  auto study = small_study(/*splits=*/1);
  study.sources[0].checkpoint = "net.safetensors";
  study.experiments = {of_kind("distance", {})};
  auto facts = small_facts();
  facts.checkpoints[study.sources[0].name] = ArtifactId{std::string(64, 'a')};
  CHECK_THAT(complaints(study, facts), Catch::Contains("the source is a checkpoint, and its data are the target's"));
  study.data["others"] = study.data["letters"];
  study.data["others"].name = "others";
  study.sources[0].data = "others";
  study.sources[0].classes = "all";
  facts.data["others"] = facts.data["letters"];
  CHECK(complaints(study, facts).empty());
}

TEST_CASE("features: what cannot be fitted or compared brings one message") {
  auto study = small_study(/*splits=*/1);
  study.experiments = {of_kind("linear", {axis("features", {4})})};
  CHECK_THAT(complaints(study), Catch::Contains("there is no unit 4 to take features after"));
  study = small_study(1);
  study.targets[0].classes = "list";
  study.targets[0].class_list = {3};
  study.experiments = {of_kind("linear", {})};
  CHECK_THAT(complaints(study), Catch::Contains("target 'other' has a single class"));
  study = small_study(1);
  study.data["letters"].valid_per_class = study.data["letters"].test_per_class = 0;
  study.experiments = {of_kind("linear", {})};
  CHECK_THAT(complaints(study), Catch::Contains("has no images to measure on"));
  study.experiments = {of_kind("distance", {})};
  CHECK_THAT(complaints(study), Catch::Contains("source 'half' has no images that it was not trained on"));
  study = small_study(1);
  auto other = study.data["letters"];
  other.name = "drawings";
  study.data["drawings"] = other;
  study.targets[0].data = "drawings";
  study.targets[0].classes = "all";
  study.experiments = {of_kind("distance", {})};
  auto facts = small_facts();
  facts.data["drawings"] = facts.data["letters"];
  facts.data["drawings"].shape = {3, 8, 8};
  CHECK_THAT(complaints(study, facts),
             Catch::Contains("the images of target 'other' have another shape") && Catch::Contains("resize"));
}
