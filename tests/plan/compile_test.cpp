#include <catch2/catch.hpp>
#include <set>

#include "espalier/plan/plan.hpp"
#include "support/planning.hpp"

namespace espalier::plan {
namespace {

using support::axis;
using support::compiled;
using support::complaints;
using support::experiment;
using support::run_where;
using support::task_of;

std::size_t sources_in(const Plan& plan) { return support::pretrainings(plan).size(); }
std::size_t others_in(const Plan& plan) { return plan.tasks.size() - sources_in(plan); }

}  // namespace

TEST_CASE("plan: a pretraining shared by two experiments appears once a split") {
  auto study = support::small_study();
  study.experiments = {experiment("a", {axis("transferred", {1, 2})}),
                       experiment("b", {axis("per_class", {1, 2, "all"})})};

  const Plan plan = compiled(study);

  CHECK(plan.runs.size() == 2 * 2 + 3 * 2);
  CHECK(sources_in(plan) == 2);
  CHECK(others_in(plan) == 8);  // transferred = 2 at all images occurs in both
  REQUIRE(plan.passes.size() == 5);
  CHECK(plan.passes[1].name == "merge");
  CHECK(plan.passes[1].tasks_before == 10 + 2 + 2);
  CHECK(plan.passes[1].tasks_after == 10);
}

TEST_CASE("plan: sources stand before what needs them, and from scratch nothing is needed") {
  auto study = support::small_study(1);
  study.experiments = {experiment("a", {axis("transferred", {0, 2})})};

  const Plan plan = compiled(study);

  REQUIRE(plan.tasks.size() == 3);
  CHECK(run_where(plan, "a", {{"transferred", "0"}}).task == plan.tasks[0].id);
  CHECK(plan.tasks[0].inputs.empty());
  CHECK(support::pretrainings(plan).contains(plan.tasks[1].id));
  CHECK(plan.tasks[2].inputs == std::vector<task::Input>{{plan.tasks[1].id, task::InputRole::pretraining}});
  CHECK(task::training(plan.tasks[2]).units[1].start.task == plan.tasks[1].id);
  CHECK(task::training(plan.tasks[2]).units[2].start.kind == task::StartKind::fresh);
}

TEST_CASE("plan: 'all' images and the number they come to are one value") {
  auto study = support::small_study(1);
  study.experiments = {experiment("word", {axis("per_class", {"all"})}),
                       experiment("number", {axis("per_class", {12})}),
                       experiment("both", {axis("per_class", {12, "all"})})};

  const Plan plan = compiled(study);

  CHECK(run_where(plan, "word", {}).task == run_where(plan, "number", {}).task);
  CHECK(task::training(*task_of(plan, plan.runs[0].task)).images.sample.count == 12);
  CHECK(plan.experiments[2].runs == 1);
  CHECK(plan.experiments[2].excluded.at("same cell twice") == 1);
}

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
  for (const auto& run : fewer.runs) {
    const auto& classes = fewer.catalog.label_maps.at(task::training(*task_of(fewer, run.task)).images.labels).classes;
    CHECK(classes.size() == 11);
    CHECK(std::find(classes.begin(), classes.end(), 3) == classes.end());
  }
}

TEST_CASE("plan: a class that is left out is in neither half of a split") {
  auto study = support::small_study(3);
  study.split.source = study.split.target = 5;  // of 12 classes, two of which are short
  study.data["letters"].short_classes = study::ShortClasses::leave_out;
  study.experiments = {experiment("a", {axis("transferred", {2}), axis("per_class", {5})})};
  auto facts = support::small_facts();
  facts.data["letters"].class_counts[3] = facts.data["letters"].class_counts[7] = 11;

  const Plan plan = compiled(study, {}, {}, facts);

  for (const auto& task : plan.tasks) {
    const auto& classes = plan.catalog.label_maps.at(task::training(task).images.labels).classes;
    CHECK(classes.size() == 5);
    for (const int left_out : {3, 7}) CHECK(std::find(classes.begin(), classes.end(), left_out) == classes.end());
  }
  study.split.target = 6;
  CHECK(complaints(study, facts).find("has 10 with enough images") != std::string::npos);
}

TEST_CASE("plan: halves of a split share no class, and listed splits are taken as they are") {
  auto study = support::small_study(3);
  study.experiments = {experiment("a", {axis("transferred", {2})})};

  const Plan plan = compiled(study);

  std::set<std::string> lists;
  for (const auto& task : plan.tasks) {
    if (support::pretrainings(plan).contains(task.id)) continue;
    const auto& target = plan.catalog.label_maps.at(task::training(task).images.labels).classes;
    const auto& source =
        plan.catalog.label_maps.at(task::training(*task_of(plan, task.inputs[0].task)).images.labels).classes;
    CHECK(target.size() == 4);
    CHECK(source.size() == 6);
    for (const auto index : target) CHECK(std::find(source.begin(), source.end(), index) == source.end());
    lists.insert(task::training(task).images.labels);
  }
  CHECK(lists.size() == 3);

  study.split.kind = study::Split::Kind::listed;
  study.split.listed = {{{0, 1}, {2, 3}}};
  const Plan listed = compiled(study);
  CHECK(listed.runs.size() == 1);
  CHECK(listed.catalog.label_maps.at(task::training(listed.tasks[1]).images.labels).classes ==
        std::vector<std::int32_t>{2, 3});
}

TEST_CASE("plan: frozen beyond transferred without a rule is refused, naming experiment and cell") {
  auto study = support::small_study(1);
  study.experiments = {experiment("deep", {axis("frozen", {0, 1, 2}), axis("transferred", {1, 2})})};

  const std::string refused = complaints(study);

  CHECK(refused.find("frozen = 2 exceeds transferred = 1") != std::string::npos);
  CHECK(refused.find("experiment 'deep' at frozen=2, transferred=1, split=1") != std::string::npos);
  study.experiments[0].excludes = {{{}, "too deep", "frozen > transferred"}};
  CHECK(compiled(study).experiments[0].excluded.at("too deep") == 1);
}

TEST_CASE("plan: the whole network is transferred only where the classes are the same") {
  auto study = support::small_study(1);
  study.experiments = {experiment("a", {axis("transferred", {3})})};
  CHECK(complaints(study).find("different classes") != std::string::npos);

  study.targets[0].classes = "split.source";
  const Plan plan = compiled(study);
  CHECK(task::training(plan.tasks.back()).init_seed == 0);  // nothing is drawn
}

TEST_CASE("plan: a replicate draws anew from the same source, a pretraining only where asked") {
  auto study = support::small_study(1);
  study.experiments = {experiment("a", {axis("replicate", {1, 2})})};
  const Plan plan = compiled(study);
  CHECK(sources_in(plan) == 1);
  const auto& a = task::training(*task_of(plan, plan.runs[0].task));
  const auto& b = task::training(*task_of(plan, plan.runs[1].task));
  CHECK(a.init_seed != b.init_seed);
  CHECK(a.order_seed != b.order_seed);

  study.experiments[0].axes.push_back(axis("source.replicate", {1, 2}));
  CHECK(sources_in(compiled(study)) == 2);
}

TEST_CASE("plan: runs that differ in protocol only share initialisation and order") {
  auto study = support::small_study(1);
  study.experiments = {
      experiment("a", {axis("transferred", {0, 1, 2}), axis("high_units", {1, 2}), axis("per_class", {2, 4})})};
  const Plan plan = compiled(study);

  const auto spec = [&](const char* n, const char* h, const char* x) {
    return task::training(
        *task_of(plan, run_where(plan, "a", {{"transferred", n}, {"high_units", h}, {"per_class", x}}).task));
  };
  CHECK(spec("0", "1", "2").init_seed == spec("2", "2", "2").init_seed);
  CHECK(spec("0", "1", "2").order_seed == spec("2", "2", "2").order_seed);
  CHECK(spec("0", "1", "2").init_seed == spec("0", "1", "4").init_seed);
  CHECK(spec("0", "1", "2").order_seed != spec("0", "1", "4").order_seed);
}

TEST_CASE("plan: what two runs on one task want recorded is recorded together") {
  auto study = support::small_study(1);
  study.train.evaluate_every = 10;
  study.experiments = {experiment("a", {axis("transferred", {2})}),
                       experiment("b", {axis("transferred", {2})}, {{"train.evaluate.every", 4}, {"train.fit", true}})};

  const Plan plan = compiled(study);

  REQUIRE(plan.tasks.size() == 2);
  const auto& record = plan.tasks[1].record;
  CHECK(record.evaluations.size() == 3);
  CHECK(task::evaluation_named(record, metrics::Subset::valid)->every == 2);
  CHECK(task::evaluation_named(record, metrics::Subset::train_eval)->every == 0);
}

TEST_CASE("plan: what is done is not counted again, unless more is to be recorded") {
  auto study = support::small_study(1);
  study.experiments = {experiment("a", {axis("transferred", {1, 2})})};
  const Plan before = compiled(study);
  const auto outcomes = support::all_finished(before, [](const PlannedRun&) { return 700; });

  const Plan after = compiled(study, outcomes);
  CHECK(after.done == 3);
  CHECK(after.device_hours == 0);

  study.targets[0].train.fit = true;
  const Plan more = compiled(study, outcomes);
  CHECK(more.done == 1);
  CHECK(more.again == 2);
  CHECK(more.device_hours > 0);
}

TEST_CASE("plan: images that are only measured are not in an id; kept networks are measured on new ones") {
  auto study = support::small_study(1);
  auto facts = support::small_facts();
  study.experiments = {experiment("a", {axis("transferred", {1, 2})})};
  const auto with_test_files = [&](const std::string& digest) {
    study.data["letters"].test_files.emplace();
    facts.data["letters"].test_digest = digest;
    facts.data["letters"].test_counts.assign(facts.data["letters"].class_counts.size(), 3);
  };
  with_test_files("some test images");
  const Plan before = compiled(study, {}, {}, facts);
  auto outcomes = support::all_finished(before, [](const PlannedRun&) { return 700; });

  with_test_files("other test images");
  const Plan after = compiled(study, outcomes, {}, facts);
  CHECK(after.runs[0].task == before.runs[0].task);
  CHECK(after.runs[0].images(metrics::Subset::test) != before.runs[0].images(metrics::Subset::test));
  CHECK(after.runs[0].images(metrics::Subset::valid) == before.runs[0].images(metrics::Subset::valid));
  CHECK(after.again == 3);  // no network was kept

  for (auto& [id, outcome] : outcomes) outcome.has_network = true;
  const Plan measured = compiled(study, outcomes, {}, facts);
  CHECK(measured.remeasured == 3);
  CHECK(measured.again == 0);
  CHECK(measured.device_hours == 0);

  study.data["letters"].valid_per_class += 1;  // fewer images are left to train on
  CHECK(compiled(study, {}, {}, facts).runs[0].task != before.runs[0].task);
}

TEST_CASE("plan: runs of one training are each measured on their own images") {
  auto study = support::small_study(1);
  auto facts = support::small_facts();
  study.data["shifted"] = study.data["letters"];
  study.data["shifted"].name = "shifted";
  study.data["letters"].test_files.emplace();
  study.data["shifted"].test_files.emplace();
  for (const auto* name : {"letters", "shifted"}) {
    if (name == std::string("shifted")) facts.data[name] = facts.data["letters"];
    facts.data[name].test_digest = std::string(name) + " for test";
    facts.data[name].test_counts.assign(facts.data["letters"].class_counts.size(), 3);
  }
  study.targets.push_back(study.targets[0]);
  study.targets[1].name = "moved";
  study.targets[1].data = "shifted";
  study.experiments = {
      experiment("a", {axis("transferred", {2}), axis("target", {study.targets[0].name, study.targets[1].name})})};

  const Plan plan = compiled(study, {}, {}, facts);

  REQUIRE(plan.runs.size() == 2);
  CHECK(plan.runs[0].task == plan.runs[1].task);
  CHECK(plan.runs[0].images(metrics::Subset::test) != plan.runs[1].images(metrics::Subset::test));
  CHECK(task_of(plan, plan.runs[0].task)->record.evaluations.size() == 3);
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
  plan::LabelLevel level{{}, {"vowels", "others"}};
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

TEST_CASE("plan: --only keeps the tasks of its runs and their sources, and lists every run") {
  auto study = support::small_study(2);
  study.experiments = {experiment("a", {axis("transferred", {0, 2}), axis("per_class", {1, 2})})};
  CompileOptions options;
  options.only = "per_class == 1 and split == 2 and transferred > 0";

  const Plan plan = compiled(study, {}, options);

  CHECK(plan.runs.size() == 8);
  CHECK(plan.tasks.size() == 2);
  options.only = "per_clas == 1";
  CHECK_FALSE(compile(study, support::small_facts(), {}, options).diagnostics.empty());
}

TEST_CASE("plan: a product above the limit is refused before it is multiplied") {
  auto study = support::small_study(2);
  std::vector<study::Value> many;
  for (int i = 1; i <= 1000; ++i) many.push_back(i);
  study.experiments = {
      experiment("a", {axis("replicate", many), axis("train.batch", many), axis("source.batch", many)})};

  CHECK(complaints(study).find("more than 1000000 runs") != std::string::npos);
}

TEST_CASE("plan: a training value of targets leaves the pretraining alone, one of sources does not") {
  auto study = support::small_study(1);
  study.experiments = {experiment("a", {axis("train.batch", {4, 8})}),
                       experiment("b", {axis("source.batch", {8, 16})})};

  const Plan plan = compiled(study);

  CHECK(sources_in(plan) == 2);
  CHECK(others_in(plan) == 3);
}

TEST_CASE("plan: freezing makes a training cheaper") {
  auto study = support::small_study(1);
  study.experiments = {experiment("a", {axis("frozen", {0, 1, 2})})};
  const Plan plan = compiled(study);

  const auto cost = [&](const char* k) { return task_of(plan, run_where(plan, "a", {{"frozen", k}}).task)->cost_s; };
  CHECK(cost("0") > cost("1"));
  CHECK(cost("1") > cost("2"));
}

}  // namespace espalier::plan
