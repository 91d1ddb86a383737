// Trainings that tune one unit, and targets that have their source's outputs.
#include "plan/run_trainings.hpp"

#include <catch2/catch.hpp>

#include "support/planning.hpp"

namespace espalier::plan {
namespace {

using support::axis;
using support::compiled;
using support::complaints;
using support::experiment;
using support::run_where;
using support::task_of;
using task::StartKind;
using task::Trained;

study::Study same_classes(int splits = 1) {
  auto study = support::small_study(splits);
  study.targets[0].classes = "split.source";
  return study;
}

const task::TrainSpec& spec_of(const Plan& plan, const PlannedRun& run) {
  return task::training(*task_of(plan, run.task));
}

std::vector<Trained> trained(const task::TrainSpec& spec) {
  std::vector<Trained> all;
  for (const auto& row : spec.units) all.push_back(row.trained);
  return all;
}

bool copies_all(const task::TrainSpec& spec) {
  return std::all_of(spec.units.begin(), spec.units.end(),
                     [](const auto& row) { return row.start.kind == StartKind::task; });
}

/// A second data set with classes of some of the names, in another order.
void add_some(study::Study& study, Facts& facts, std::vector<std::string> names) {
  study.data["some"] = study.data.at("letters");
  study.data["some"].name = "some";
  facts.data["some"] = facts.data.at("letters");
  auto& some = facts.data["some"];
  some.digest = "digest-of-some";
  some.class_names = std::move(names);
  some.class_counts.assign(some.class_names.size(), 20);
  study.sources[0].classes = "all";
  study.split = {};
  study.targets[0] = {"other", {}, "some", "all", {}, {}};
}

}  // namespace

TEST_CASE("tuned_unit: all units are copied, the classifier too, and one of them is trained, or all") {
  auto study = same_classes();
  study.experiments = {experiment("one", {axis("tuned_unit", {1, 3, "all"}), axis("per_class", {2})}),
                       experiment("by-hand", {axis("units", {"T(1)F(2-3)", "F(1-2)T(3)", "T(1-3)", "S(1-2)T(3)"}),
                                              axis("per_class", {2})})};
  const Plan plan = compiled(study);
  const std::vector<std::pair<const char*, const char*>> same = {
      {"1", "T(1)F(2-3)"}, {"3", "F(1-2)T(3)"}, {"all", "T(1-3)"}};
  for (const auto& [unit, word] : same) {
    const auto& run = run_where(plan, "one", {{"tuned_unit", unit}});
    CHECK(run.task == run_where(plan, "by-hand", {{"units", word}}).task);
    CHECK(copies_all(spec_of(plan, run)));
    CHECK(run.label("transferred") == nullptr);
    CHECK(run.label("frozen") == nullptr);
  }
  const auto& scaled = spec_of(plan, run_where(plan, "by-hand", {{"units", "S(1-2)T(3)"}}));
  CHECK(trained(scaled) == std::vector{Trained::scale_shift, Trained::scale_shift, Trained::all});
  CHECK(copies_all(scaled));
  for (const auto& row : scaled.units) CHECK_FALSE(row.rates.empty());
}

TEST_CASE("tuned_unit: a classifier for other classes is drawn anew and trained beside the unit") {
  auto study = support::small_study(1);
  study.experiments = {experiment("one", {axis("tuned_unit", {1, 3, "all"})})};
  const Plan plan = compiled(study);

  const auto& first = spec_of(plan, run_where(plan, "one", {{"tuned_unit", "1"}}));
  CHECK(trained(first) == std::vector{Trained::all, Trained::no, Trained::all});
  CHECK(first.units[2].start.kind == StartKind::fresh);
  const auto& last = spec_of(plan, run_where(plan, "one", {{"tuned_unit", "3"}}));
  CHECK(trained(last) == std::vector{Trained::no, Trained::no, Trained::all});
  CHECK(last.units[2].start.kind == StartKind::fresh);
  const auto& all = spec_of(plan, run_where(plan, "one", {{"tuned_unit", "all"}}));
  CHECK(trained(all) == std::vector(3, Trained::all));
  CHECK(all.units[1].start.kind == StartKind::task);
}

TEST_CASE("outputs_of: a target's classes are found among the source's by name, and share its classifier") {
  auto study = support::small_study(1);
  auto facts = support::small_facts();
  add_some(study, facts, {"letter 7", "letter 2"});
  study.targets[0].outputs_of = "source";
  study.experiments = {experiment("one", {axis("tuned_unit", {3})}), experiment("new", {axis("transferred", {2})}),
                       experiment("measured", {}), experiment("scratch", {axis("transferred", {0})})};
  study.experiments[2].kind = "evaluate";
  const Plan plan = compiled(study, {}, {}, facts);

  const auto& spec = spec_of(plan, run_where(plan, "one", {}));
  CHECK(copies_all(spec));
  const auto& labels = plan.catalog.label_maps.at(spec.images.labels);
  CHECK(labels.classes == std::vector<std::int32_t>{0, 1});
  CHECK(labels.outputs == std::vector<std::int32_t>{7, 2});
  CHECK(labels.output_count == 12);
  CHECK(labels.names.at(7) == "letter 7");
  CHECK(LabelledData(study.data.at("some"), facts.data.at("some")).output_names(labels).at(3) == "letter 3");
  const auto& run = run_where(plan, "one", {});
  for (const auto& one : run.measured)
    CHECK(plan.catalog.image_sets.at(one.images.hex.str()).labels == spec.images.labels);
  const auto& measured = run_where(plan, "measured", {});
  CHECK(measured.measured == run.measured);
  CHECK(spec_of(plan, run_where(plan, "new", {})).images == spec.images);  // drawn anew, with as many outputs
  CHECK(spec_of(plan, run_where(plan, "scratch", {})).images == spec.images);

  study.targets[0].outputs_of = "";
  CHECK_THAT(complaints(study, facts), Catch::Contains("the network's outputs are not the classes of target 'other'") &&
                                           Catch::Contains("outputs_of = \"source\""));
}

TEST_CASE("outputs_of: a listed label set calls a target's classes as the source does") {
  auto study = support::small_study(1);
  auto facts = support::small_facts();
  add_some(study, facts, {"tv", "unlike", "radio"});
  study.targets[0].outputs_of = "source";
  study.experiments = {experiment("one", {axis("tuned_unit", {3})})};
  CHECK_THAT(complaints(study, facts), Catch::Contains("has classes that its source does not have: 'tv'"));

  study::LabelSet mapped;
  mapped.name = "mapped";
  mapped.cut = study::LabelSet::Cut::listed;
  mapped.groups = {{"letter 7", {"tv"}}, {"letter 2", {"radio"}}};
  study.labels = {mapped};
  study.targets[0].classes = "labels.mapped";
  const Plan plan = compiled(study, {}, {}, facts);

  const auto& spec = spec_of(plan, run_where(plan, "one", {}));
  CHECK(copies_all(spec));
  const auto& labels = plan.catalog.label_maps.at(spec.images.labels);
  CHECK(labels.classes == std::vector<std::int32_t>{0, 2});
  CHECK(labels.outputs == std::vector<std::int32_t>{7, 2});
  CHECK(labels.output_count == 12);
}

TEST_CASE("outputs_of: a target of some of the source's classes that draws its own last unit is warned about") {
  auto study = support::small_study(1);
  auto facts = support::small_facts();
  add_some(study, facts, {"letter 7", "letter 2"});
  study.experiments = {experiment("one", {axis("tuned_unit", {1, 2})})};
  const auto warned = [&] {
    const Plan plan = compiled(study, {}, {}, facts);
    return std::count_if(plan.diagnostics.begin(), plan.diagnostics.end(), [](const auto& found) {
      return found.key == "target.other" && found.problem.problem.starts_with("the last unit is drawn anew");
    });
  };
  CHECK(warned() == 1);
  study.targets[0].outputs_of = "source";
  CHECK(warned() == 0);
  study.targets[0].outputs_of = "";
  study.experiments = {experiment("new", {axis("transferred", {2})})};  // says itself that the last one is new
  CHECK(warned() == 0);
}

TEST_CASE("outputs_of: a run that starts from a run has that run's outputs, and ids of whole label sets stay") {
  auto study = support::small_study(1);
  auto facts = support::small_facts();
  add_some(study, facts, {"letter 7", "letter 2"});
  study.targets[0].outputs_of = "source";
  study.experiments = {experiment("first", {}, {{"tuned_unit", "all"}}), experiment("second", {}, {{"tuned_unit", 1}})};
  study.experiments[1].start = study::Start{"first", {}, {}};
  const Plan plan = compiled(study, {}, {}, facts);
  CHECK(copies_all(spec_of(plan, run_where(plan, "second", {}))));

  auto whole = same_classes();
  whole.experiments = {experiment("one", {axis("tuned_unit", {1})})};
  const auto id = compiled(whole).runs.at(0).task;
  whole.targets[0].outputs_of = "source";
  CHECK(compiled(whole).runs.at(0).task == id);
}

TEST_CASE("outputs_of: a class that the source does not have, and a run without a source, are said once") {
  auto study = support::small_study(1);
  auto facts = support::small_facts();
  add_some(study, facts, {"letter 7", "glyph", "rune"});
  study.targets[0].outputs_of = "source";
  study.experiments = {experiment("one", {axis("tuned_unit", {1, 2, 3})})};
  const auto said = complaints(study, facts);
  CHECK_THAT(said, Catch::Contains("target 'other' has classes that its source does not have: 'glyph', 'rune'"));
  CHECK(said.find("glyph") == said.rfind("glyph"));

  study.sources.clear();
  study.experiments = {experiment("scratch", {axis("transferred", {0})})};
  CHECK_THAT(complaints(study, facts), Catch::Contains("has the outputs of its source, and there is no source"));
}

TEST_CASE("swaps: unit l comes from the run, the others from the source, and lower units are cached") {
  auto study = same_classes();
  auto facts = support::small_facts();
  study.data["toned"] = study.data.at("letters");
  study.data["toned"].name = study.targets[0].data = "toned";
  facts.data["toned"] = facts.data.at("letters");
  facts.data["toned"].mean = {0.9f};
  study.split.data = "letters";
  study.experiments = {experiment("all", {}, {{"tuned_unit", "all"}}),
                       experiment("swaps", {axis("tuned_unit", {1, 2, 3})})};
  study.experiments[1].kind = "evaluate";
  study.experiments[1].units_from.push_back({{}, {}, study::Start{"all", {"split"}, {}}, "", "tuned_unit"});
  const Plan plan = compiled(study, {}, {}, facts);
  const auto tuned = run_where(plan, "all", {}).task;
  for (int unit = 1; unit <= 3; ++unit) {
    const auto& task = *task_of(plan, run_where(plan, "swaps", {{"tuned_unit", std::to_string(unit)}}).task);
    const auto starts = task::unit_starts(task);
    for (int u = 1; u <= 3; ++u) CHECK((starts[static_cast<std::size_t>(u - 1)].task == tuned) == (u == unit));
    CHECK(task::probe_of(task)->mean == std::vector{0.9f});  // as the run saw them, whichever unit is the first
    CHECK(task.form.cached_units == (unit == 1 ? 0 : 1));    // the most units that another swap begins with, too
  }
  CompileOptions options;
  options.passes.features = false;
  const Plan plain = compiled(study, {}, options, facts);
  for (const auto& task : plain.tasks) CHECK(task.form.cached_units == 0);

  study.targets[0].classes = "split.target";
  CHECK_THAT(complaints(study, facts), Catch::Contains("the network's outputs are not the classes of target 'other'"));
}

TEST_CASE("plan: a target that is normalised unlike the images of a checkpoint is warned of") {
  auto study = support::small_study(1);
  study.data["photos"] = study.data["letters"];
  study.data["photos"].name = "photos";
  study.split = {};
  study.sources[0].data = "photos";
  study.sources[0].classes = study.targets[0].classes = "all";
  study.sources[0].checkpoint = "net.safetensors";
  study.experiments = {support::experiment("a", {support::axis("transferred", {2})})};
  Facts facts = support::small_facts();
  facts.data["photos"] = facts.data["letters"];
  facts.data["photos"].digest = "digest-of-photos";
  facts.checkpoints["half"] = ArtifactId{std::string(64, 'a')};
  CHECK(support::complaints(study, facts).empty());

  study.data["photos"].mean = {0.485};
  CHECK(support::complaints(study, facts).empty());  // measured as 0.5: rounded otherwise
  study.data["photos"].mean = {0.1};
  const auto said = support::complaints(study, facts);
  CHECK_THAT(said, Catch::Contains("warning") && Catch::Contains("normalised by mean [0.500] and std [0.250]") &&
                       Catch::Contains("by mean [0.100]"));
}

}  // namespace espalier::plan
