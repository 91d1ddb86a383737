// Which classes a role trains on: images enough for a size, short classes, labels of several levels.
#include <catch2/catch.hpp>

#include "espalier/plan/plan.hpp"
#include "espalier/task/class_tree.hpp"
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

}  // namespace

TEST_CASE("plan: more images than a class has are refused with the classes and their numbers") {
  auto study = support::small_study(1);
  study.experiments = {experiment("a", {axis("per_class", {13})})};
  auto facts = support::small_facts();
  facts.data["letters"].class_counts[0] = 10;

  const std::string refused = complaints(study, facts);

  CHECK(refused.find("fewer than 13 training images") != std::string::npos);
  CHECK(refused.find("' has 12") != std::string::npos);
  CHECK(refused.find("experiment.a") != std::string::npos);
}

TEST_CASE("plan: a single class is nothing to tell apart, for a source or a target") {
  auto study = support::small_study(1);
  study.experiments = {experiment("a", {axis("per_class", {1})})};
  auto target = study;
  target.targets[0].classes = "list";
  target.targets[0].class_list = {3};
  CHECK_THAT(complaints(target), Catch::Contains("target 'other' has a single class"));
  study.sources[0].classes = "list";
  study.sources[0].class_list = {3};
  CHECK_THAT(complaints(study), Catch::Contains("source '" + study.sources[0].name + "' has a single class"));
}

TEST_CASE("plan: short classes give all they have, or are left out at every size, as asked") {
  auto study = support::small_study(1);
  study.split.kind = study::Split::Kind::none;
  study.sources[0].classes = study.targets[0].classes = "all";
  study.experiments = {experiment("a", {axis("per_class", {1, 5, "all"})})};
  auto facts = support::small_facts();
  facts.data["letters"].class_counts[3] = 11;  // 3 of them for training

  CHECK(complaints(study, facts).find("'letter 3' has 3") != std::string::npos);

  study.data["letters"].short_classes = study::ShortClasses::take_all;
  const Plan all = compiled(study, {}, {}, facts);
  const auto* at_five = task_of(all, run_where(all, "a", {{"per_class", "5"}}).task);
  CHECK(all.catalog.label_maps.at(task::training(*at_five).images.labels).classes.size() == 12);
  CHECK(at_five->epoch_images == 90 * (11 * 5 + 3));

  study.data["letters"].short_classes = study::ShortClasses::leave_out;
  const Plan fewer = compiled(study, {}, {}, facts);
  REQUIRE(fewer.diagnostics.size() == 1);
  CHECK_THAT(
      study::format(fewer.diagnostics[0], "s"),
      Catch::Contains("warning: data.letters: 1 class is left out ('letter 3' has 3; 5 training images are asked"));
  for (const auto& run : fewer.runs) {
    const auto& classes = fewer.catalog.label_maps.at(task::training(*task_of(fewer, run.task)).images.labels).classes;
    CHECK(classes.size() == 11);
    CHECK(std::find(classes.begin(), classes.end(), 3) == classes.end());
  }
}

TEST_CASE("plan: coarse and fine labels are two maps of one data set") {
  auto study = support::small_study(1);
  study.split.kind = study::Split::Kind::none;
  study.sources[0].classes = study.targets[0].classes = "all";
  study.data["coarse"] = study.data["letters"];
  study.data["coarse"].name = "coarse";
  study.data["coarse"].label_kind = "coarse";
  study.targets.push_back(study.targets[0]);
  study.targets[1].name = "groups";
  study.targets[1].data = "coarse";
  auto facts = support::small_facts();
  task::LabelLevel level{{}, {"vowels", "others"}};
  for (std::size_t i = 0; i < facts.data["letters"].class_counts.size(); ++i) level.of.push_back(i % 4 == 0 ? 0 : 1);
  facts.data["letters"].levels["coarse"] = level;
  facts.data["coarse"] = facts.data["letters"];
  study.experiments = {
      experiment("a", {axis("per_class", {5}), axis("target", {study.targets[0].name, std::string("groups")})})};

  const Plan plan = compiled(study, {}, {}, facts);

  const auto& fine = task::training(*task_of(plan, plan.runs[0].task));
  const auto& coarse = task::training(*task_of(plan, plan.runs[1].task));
  CHECK(fine.images.data == coarse.images.data);
  CHECK(fine.images.partition == coarse.images.partition);
  const auto& map = plan.catalog.label_maps.at(coarse.images.labels);
  CHECK(map.output_count == 2);
  CHECK(map.names == level.names);
  CHECK(map.classes.size() == level.of.size());
  for (std::size_t i = 0; i < map.classes.size(); ++i) {
    CHECK(map.outputs[i] == level.of[static_cast<std::size_t>(map.classes[i])]);
  }
  CHECK(task_of(plan, plan.runs[1].task)->images == 2 * 5);

  facts.data["coarse"].levels.clear();
  CHECK(complaints(study, facts).find("has no coarse labels") != std::string::npos);
}

namespace {

/// The small study with its images divided: the source has half of them and the target 0.4, of 30 a class.
study::Study divided_study() {
  auto study = support::small_study(2);
  study.split = {study::Split::Kind::images, {}, 2, 0, 0, {}, "", {{"source", 0.5}, {"target", 0.4}}};
  study.sources[0].classes = study.targets[0].classes = "all";
  study.sources[0].part = "source";
  study.targets[0].part = "target";
  study.experiments = {experiment("a", {axis("per_class", {2, "all"})})};
  return study;
}

Facts divided_facts() { return support::small_facts(12, 30); }

/// The images that the run of a size is trained on.
task::ImageSetSpec trained_on(const Plan& plan, const std::string& size, const std::string& split = "1",
                              const std::string& replicate = "1") {
  const auto& run = run_where(plan, "a", {{"per_class", size}, {"split", split}, {"replicate", replicate}});
  return task::training(*task_of(plan, run.task)).images;
}

}  // namespace

TEST_CASE("plan: of a split by images each role has its part, drawn anew for each split") {
  const Plan plan = compiled(divided_study(), {}, {}, divided_facts());

  const auto all = trained_on(plan, "all"), second = trained_on(plan, "all", "2");
  CHECK(all.partition.shares == std::vector<double>{0.5, 0.4});
  CHECK(all.partition.share == 1);
  CHECK(all.partition.seed != second.partition.seed);
  CHECK(all.sample.count == 12 - 3 - 5);  // validation and test images are held out within the part
  CHECK(all.partition.seed == trained_on(plan, "2").partition.seed);
  for (const auto& task : plan.tasks) {
    if (!pretrainings(plan).contains(task.id)) continue;
    CHECK(task::training(task).images.partition.share == 0);
    CHECK(task::training(task).images.sample.count == 15 - 3 - 5);
  }
}

TEST_CASE("plan: a size that a part does not have is refused, and a study of both parts is not") {
  auto study = divided_study();
  study.experiments = {experiment("a", {axis("per_class", {5})})};
  CHECK_THAT(complaints(study, divided_facts()),
             Catch::Contains("fewer than 5 training images") && Catch::Contains("has 4"));
}

TEST_CASE("plan: a target that is trained on its source's images is refused") {
  auto study = divided_study();
  study.targets[0].part = "source";
  CHECK_THAT(complaints(study, divided_facts()),
             Catch::Contains("target 'other' has images that source 'half' is trained on (both are of part 'source'"));
  study.targets[0].part = "";
  CHECK_THAT(complaints(study, divided_facts()), Catch::Contains("target 'other' names no part and has all images"));
  study.targets[0].part = "target";
  study.sources[0].part = "";
  CHECK_THAT(complaints(study, divided_facts()), Catch::Contains("source 'half' names no part and has all images"));
}

TEST_CASE("plan: derived data sets are their origin's images, others and classes apart are not") {
  auto study = divided_study();
  auto facts = divided_facts();
  study.data["shifted"] = study.data["letters"];
  study.data["shifted"].name = "shifted";
  study.data["shifted"].from = "letters";
  facts.data["shifted"] = facts.data["letters"];
  facts.data["shifted"].digest = "digest-of-shifted";
  study.targets[0].data = "shifted";
  const Plan plan = compiled(study, {}, {}, facts);
  CHECK(trained_on(plan, "2").data == "digest-of-shifted");
  CHECK(trained_on(plan, "2").partition ==
        trained_on(compiled(divided_study(), {}, {}, divided_facts()), "2").partition);

  study.targets[0].part = "source";
  CHECK_THAT(complaints(study, facts), Catch::Contains("has images that source 'half' is trained on"));
  study.data["shifted"].from = "";  // images of its own
  CHECK(complaints(study, facts).empty());
  study.targets[0].data = "letters";
  study.sources[0].classes = study.targets[0].classes = "list";
  study.sources[0].class_list = {0, 1, 2};
  study.targets[0].class_list = {3, 4};
  CHECK(complaints(study, facts).empty());
}

TEST_CASE("plan: a network may be measured on images of its own part that were held out, not on all images") {
  auto study = divided_study();
  auto measure = experiment("a", {});
  measure.kind = "evaluate";
  study.experiments = {measure};
  study.targets[0].part = "source";
  CHECK(complaints(study, divided_facts()).empty());
  study.targets[0].part = "";
  CHECK_THAT(complaints(study, divided_facts()), Catch::Contains("has images that source 'half' is trained on"));
}

TEST_CASE("plan: a sample over all classes counts a size on average, and is redrawn where asked") {
  auto study = divided_study();
  study.experiments = {experiment("a", {axis("per_class", {1, 2, "all"}), axis("replicate", {1, 2})})};
  const Plan first = compiled(study, {}, {}, divided_facts());
  study.targets[0].sample = study::TargetSample{{}, true, false, "replicate"};

  const Plan plan = compiled(study, {}, {}, divided_facts());

  const auto one = trained_on(plan, "1"), two = trained_on(plan, "2"), again = trained_on(plan, "1", "1", "2");
  CHECK((one.sample.rule == task::SampleRule::random_over_all));
  CHECK(one.sample.count == 12);
  CHECK(two.sample.count == 24);
  CHECK(one.sample.seed == two.sample.seed);  // so that the larger contains the smaller
  CHECK(one.sample.seed != again.sample.seed);
  CHECK(trained_on(plan, "all") == trained_on(first, "all"));
  const auto& run = run_where(plan, "a", {{"per_class", "2"}, {"split", "1"}, {"replicate", "1"}});
  CHECK(task_of(plan, run.task)->epoch_images == 90 * 24);

  study.targets[0].sample->redraw = "";
  const Plan fixed = compiled(study, {}, {}, divided_facts());
  CHECK(trained_on(fixed, "1").sample.seed == trained_on(fixed, "1", "1", "2").sample.seed);
  study.targets[0].sample->stratified = true;
  const auto within = trained_on(compiled(study, {}, {}, divided_facts()), "2").sample;
  CHECK((within.rule == task::SampleRule::random));
  CHECK(within.count == 2);
}

TEST_CASE("plan: draws of training images are a run's own in a study of one split, where a size is drawn") {
  auto study = divided_study();
  study.experiments = {experiment("a", {axis("per_class", {1, "all"}), axis("replicate", {1, 2})})};
  study.targets[0].sample = study::TargetSample{{}, true, true, "replicate"};
  const auto draws = [&](const char* size) {
    const Plan plan = compiled(study, {}, {}, divided_facts());
    return run_where(plan, "a", {{"per_class", size}, {"split", "1"}, {"replicate", "2"}}).draws_images;
  };

  study.split.count = 1;
  CHECK(draws("1"));
  CHECK_FALSE(draws("all"));
  study.split.count = 2;
  CHECK_FALSE(draws("1"));
  study.split.count = 1;
  study.targets[0].sample->redraw = "";
  CHECK_FALSE(draws("1"));
}

TEST_CASE("plan: a size on average may be a fraction, but only of a sample over all classes") {
  auto study = divided_study();
  study.experiments = {experiment("a", {axis("per_class", {0.3, 1, 1.46})})};
  CHECK_THAT(complaints(study, divided_facts()), Catch::Contains("per_class = 0.3 is no whole number"));
  study.targets[0].sample = study::TargetSample{{}, true, true, ""};
  CHECK_THAT(complaints(study, divided_facts()), Catch::Contains("takes as many images of each class"));

  study.targets[0].sample->stratified = false;
  const Plan plan = compiled(study, {}, {}, divided_facts());
  CHECK(trained_on(plan, "0.3").sample.count == 4);  // of 12 classes, 3.6
  CHECK(trained_on(plan, "1").sample.count == 12);
  CHECK(trained_on(plan, "1.46").sample.count == 18);

  study.experiments = {experiment("a", {axis("per_class", {0.01})})};
  CHECK_THAT(complaints(study, divided_facts()), Catch::Contains("per_class = 0.01 of 12 classes is no image"));
}

TEST_CASE("plan: a sample over all classes needs as many images in all, not of each class") {
  auto study = divided_study();
  study.experiments = {experiment("a", {axis("per_class", {4})})};
  auto facts = divided_facts();
  facts.data["letters"].class_counts[0] = 28;  // 11 in the part, 3 for training
  CHECK_THAT(complaints(study, facts), Catch::Contains("fewer than 4 training images"));
  study.targets[0].sample = study::TargetSample{{}, true, false, ""};
  CHECK_THAT(complaints(study, facts), Catch::Contains("fewer than 48 training images (47 are there"));
  facts.data["letters"].class_counts[1] = 33;
  CHECK(complaints(study, facts).empty());
}

}  // namespace espalier::plan

namespace espalier::plan {
namespace {

/// The letters in three groups of four: source and target use label sets of a level's tree.
std::pair<study::Study, Facts> labelled_study() {
  auto study = support::small_study(1);
  study.split.kind = study::Split::Kind::none;
  study.trees = {{"groups", {}, "", "", "letters", "coarse"}};
  study::LabelSet coarse{"coarse", {}, "groups"}, leaves{"leaves", {}, "groups"};
  coarse.cut = study::LabelSet::Cut::clamp;
  coarse.amount = 1;
  study.labels = {coarse, leaves};
  study.sources[0].classes = "labels.coarse";
  study.targets[0].classes = "labels.leaves";
  study.experiments = {experiment("a", {axis("per_class", {4}), axis("transferred", {1})})};
  auto facts = support::small_facts();
  task::LabelLevel level{{}, {"0", "1", "2"}};
  for (int i = 0; i < 12; ++i) level.of.push_back((i + 1) % 3);
  facts.data["letters"].levels["coarse"] = level;
  return {study, facts};
}

}  // namespace

TEST_CASE("plan: a label set that says what others say makes the same tasks") {
  auto [study, facts] = labelled_study();

  const Plan plan = compiled(study, {}, {}, facts);

  study.targets[0].classes = "all";
  study.sources[0].data = "coarse";
  study.sources[0].classes = "all";
  study.data["coarse"] = study.data["letters"];
  study.data["coarse"].name = "coarse";
  study.data["coarse"].label_kind = "coarse";
  facts.data["coarse"] = facts.data["letters"];
  const Plan other = compiled(study, {}, {}, facts);
  REQUIRE(plan.tasks.size() == 2);
  REQUIRE(other.tasks.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) CHECK(plan.tasks[i].id == other.tasks[i].id);
  const auto& map = plan.catalog.label_maps.at(task::training(plan.tasks[0]).images.labels);
  CHECK(map.names == std::vector<std::string>{"coarse 0", "coarse 1", "coarse 2"});
  CHECK(map.classes == std::vector<std::int32_t>{2, 5, 8, 11, 0, 3, 6, 9, 1, 4, 7, 10});
}

TEST_CASE("plan: names and the lines' order of a tree's file change no id, other labels do") {
  auto [study, facts] = labelled_study();
  study.trees = {{"file", {}, "tree.tsv"}};
  study.labels[0].tree = study.labels[1].tree = "file";
  std::vector<std::string> lines;
  for (int i = 0; i < 12; ++i) {
    lines.push_back("letter " + std::to_string(i) + "\tgroup " + std::to_string(i % 3) + "\n");
    if (i < 3) lines.push_back("group " + std::to_string(i) + "\tall\n");
  }
  const auto read = [&] {
    std::string text;
    for (const auto& line : lines) text += line;
    facts.trees["file"] = task::read_tree(text, "tree.tsv");
  };
  read();
  const Plan plan = compiled(study, {}, {}, facts);
  std::reverse(lines.begin(), lines.end());
  study.trees[0].name = study.labels[0].tree = study.labels[1].tree = "renamed";
  study.labels[0].name = "rough";
  study.sources[0].classes = "labels.rough";
  read();
  facts.trees["renamed"] = facts.trees["file"];

  CHECK(compiled(study, {}, {}, facts).tasks[0].id == plan.tasks[0].id);

  study.labels[0].without = {"letter 11"};
  CHECK(compiled(study, {}, {}, facts).tasks[0].id != plan.tasks[0].id);
}

TEST_CASE("plan: classes of a target are left out of a source by name, with what lies below them") {
  auto [study, facts] = labelled_study();
  study.labels[1].without_classes_of = "target.other";
  study.sources[0].classes = "labels.leaves";
  study.targets[0].classes = "list";
  study.targets[0].class_list = {3, 4};

  const Plan plan = compiled(study, {}, {}, facts);

  CHECK(plan.catalog.label_maps.at(task::training(plan.tasks[0]).images.labels).classes ==
        std::vector<std::int32_t>{0, 1, 2, 5, 6, 7, 8, 9, 10, 11});
}

TEST_CASE("plan: a label set that cannot be made is told once, where it is defined") {
  auto [study, facts] = labelled_study();
  study.labels[0].without = {"nobody"};
  study.labels[0].where = {7, 1};
  const std::string all = complaints(study, facts);
  CHECK_THAT(all, Catch::StartsWith("study:7:1: error: labels.coarse: 'nobody' is no class"));
  CHECK(std::count(all.begin(), all.end(), '\n') == 1);
  study.labels[0].without = {"coarse 0", "coarse 1"};
  CHECK_THAT(complaints(study, facts), Catch::Contains("source 'half' has a single class"));
  study.labels[0].without = {};
  facts.data["letters"].levels.clear();
  CHECK_THAT(complaints(study, facts), Catch::Contains("data 'letters' has no coarse labels, which tree 'groups'"));
}

}  // namespace espalier::plan
