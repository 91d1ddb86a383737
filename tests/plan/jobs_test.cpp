#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <sstream>

#include "espalier/study/parse.hpp"
#include "support/planning.hpp"

namespace espalier::plan {
namespace {

study::Study job(const std::string& name) {
  std::ifstream stream(std::string(ESPALIER_SOURCE_DIR) + "/jobs/" + name);
  REQUIRE(stream);
  std::stringstream text;
  text << stream.rdbuf();
  const auto parsed = study::parse(text.str());
  for (const auto& diagnostic : parsed.diagnostics) {
    if (diagnostic.severity == study::Diagnostic::Severity::error) FAIL(study::format(diagnostic, name));
  }
  return parsed.study;
}

/// What `expect` says of the data sets, in place of their images.
Facts expected(const study::Study& study) {
  Facts facts;
  for (const auto& [name, data] : study.data) {
    REQUIRE(data.expect);
    DataFacts one;
    one.provisional = true;
    one.digest = "expected of " + name;
    one.shape = data.expect->shape;
    for (int i = 0; i < data.expect->classes; ++i) one.class_names.push_back(std::to_string(i));
    one.class_counts.assign(static_cast<std::size_t>(data.expect->classes), data.expect->per_class);
    one.test_counts.assign(static_cast<std::size_t>(data.expect->classes), data.expect->test_per_class);
    one.test_digest = "expected test of " + name;
    one.mean = {0.5f, 0.5f, 0.5f};
    one.std = {0.25f, 0.25f, 0.25f};
    facts.data[name] = one;
  }
  return facts;
}

SelectionOutcome given(const std::string& experiment, const std::string& size, std::vector<Label> chosen) {
  SelectionOutcome outcome;
  outcome.experiment = experiment;
  outcome.per = {{"per_class", size}};
  outcome.chosen = std::move(chosen);
  return outcome;
}

/// Table 2 of the paper.
std::vector<SelectionOutcome> published_optimum() {
  const std::vector<std::string> sizes = {"10", "25", "50", "100", "250", "500", "all"};
  const std::vector<std::string> n = {"6", "6", "6", "6", "6", "6", "5"}, e = {"10", "5", "3", "3", "3", "0", "30"},
                                 k = {"6", "5", "5", "1", "1", "0", "0"};
  std::vector<SelectionOutcome> all;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const Label transferred{"transferred", n[i]}, decay{"decay_epoch", e[i]};
    all.push_back(given("frozen", sizes[i], {transferred, decay}));
    all.push_back(given("optimum", sizes[i], {transferred, decay, {"high_units", "1"}, {"frozen", k[i]}}));
  }
  return all;
}

}  // namespace

TEST_CASE("plan: plested-imagenet counts 1,036 runs, 224 of them later, without its images") {
  const auto study = job("plested-imagenet.toml");

  const Plan plan = support::compiled(study, {}, {}, expected(study));

  std::int64_t runs = 0, later = 0;
  for (const auto& one : plan.experiments) {
    runs += one.runs;
    later += one.later;
  }
  CHECK(runs == 1036);
  CHECK(later == 224);
  CHECK(plan.provisional);
  CHECK(support::pretrainings(plan).size() == 4);
  CHECK(plan.device_hours > 0);
}

TEST_CASE("plan: plested-imagenet counts 1,032 runs with the paper's selections") {
  const auto study = job("plested-imagenet.toml");
  CompileOptions options;
  options.decided = published_optimum();

  const Plan plan = support::compiled(study, {}, options, expected(study));

  CHECK(plan.runs.size() == 1032);
  CHECK(plan.pending.empty());
  for (const auto& run : plan.runs) CHECK(run.aborted.empty());
}

TEST_CASE("plan: chu-imagenet counts 138 runs for six targets and 30 for half of ImageNet, without their images") {
  const auto study = job("chu-imagenet.toml");

  const Plan plan = support::compiled(study, {}, {}, expected(study));

  std::map<std::string, std::int64_t> runs;
  for (const auto& one : plan.experiments) runs[one.name] = one.runs;
  CHECK(runs["targets"] == 138);
  CHECK(runs["half"] == 30);
  CHECK(runs["distances"] == 90);
  CHECK(plan.provisional);
  CHECK(support::pretrainings(plan).size() == 2);
  for (const auto& run : plan.runs) CHECK(run.aborted.empty());
}

TEST_CASE("plan: chu-imagenet tunes at 0.2 of the rate of new units, and frozen units have none") {
  const auto study = job("chu-imagenet.toml");

  const Plan plan = support::compiled(study, {}, {}, expected(study));

  for (const auto& run : plan.runs) {
    if (run.experiment == "distances") continue;
    const auto& units = task::training(*support::task_of(plan, run.task)).units;
    const bool tuned = run.label("units")->front() == 'T';
    INFO(*run.label("units"));
    CHECK((units.front().trained == task::Trained::all) == tuned);
    REQUIRE_FALSE(units.back().rates.empty());
    CHECK(units.back().rates.front().rate == 0.01f);
    if (tuned) CHECK(units.front().rates.front().rate == 0.002f);
  }
}

}  // namespace espalier::plan
