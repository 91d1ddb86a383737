#include "espalier/study/parse.hpp"

#include <catch2/catch.hpp>

#include "study/study_texts.hpp"

using namespace espalier;
using namespace espalier::study;
using testing::design_study;
using testing::kSmallStudy;

namespace {

Study parsed(const std::string& text, const std::vector<std::string>& overrides = {}) {
  const auto result = parse(text, overrides);
  for (const auto& diagnostic : result.diagnostics) UNSCOPED_INFO(format(diagnostic, "study.toml"));
  REQUIRE(result.diagnostics.empty());
  return result.study;
}

}  // namespace

TEST_CASE("study: the design's example parses without a finding") {
  const Study study = parsed(design_study());

  CHECK(study.name == "plested-omniglot");
  CHECK(study.seed == 20190);
  CHECK(study.data.at("omniglot").test_per_class == 5);
  CHECK(study.data.at("omniglot").valid_per_class == 3);
  CHECK(study.split.count == 4);
  CHECK(study.sources.at(0).train.warn_below == 0.6);
  CHECK(study.targets.at(0).classes == "split.target");
  CHECK(study.networks.at(0).spec.depth() == 7);
  CHECK(study.train.rates.size() == 2);
  CHECK(study.train.rates.at(1).start == 0.001);
  CHECK(study.experiments.size() == 5);
  CHECK(study.resources.at(0).workers == 4);
  CHECK(study.figures.at(0).series == "per_class");
}

TEST_CASE("study: axes and cases stand in file order, not in that of the alphabet") {
  const Study study = parsed(design_study());

  const Experiment& first = study.experiments.at(0);
  REQUIRE(first.axes.size() == 2);
  CHECK(first.axes.at(0).name == "transferred");
  CHECK(first.axes.at(1).values.back().is_all());
  const Experiment& last = study.experiments.at(4);
  REQUIRE(last.cases.size() == 3);
  CHECK(last.cases.at(0).name == "optimal");
  CHECK(last.cases.at(0).takes.at(0).values.size() == 4);
  CHECK(last.cases.at(2).fixed.at(0) == std::pair<std::string, Value>("transferred", 0));
}

TEST_CASE("study: a number of splits or replicates means one to that number") {
  std::string text = kSmallStudy;
  text.replace(text.find("[0, 6]"), 6, "[0, 6], replicate = 3");
  const Study study = parsed(text);

  REQUIRE(study.experiments.at(0).axes.at(1).name == "replicate");
  CHECK(study.experiments.at(0).axes.at(1).values == std::vector<Value>{1, 2, 3});
}

TEST_CASE("study: training values are axes, nested or dotted") {
  const Study study = parsed(kSmallStudy + R"(
[[experiment]]
name = "b"
axes = { train.batch = [16, 32], source = { epochs = [1, 2] }, train.rates.top.start = [0.1, 0.01] }
fixed = { train.augment.flip = true }
)");

  std::vector<std::string> names;
  for (const auto& axis : study.experiments.at(1).axes) names.push_back(axis.name);
  CHECK(names == std::vector<std::string>{"train.batch", "train.rates.top.start", "source.epochs"});
  CHECK(study.experiments.at(1).fixed.at(0) == std::pair<std::string, Value>("train.augment.flip", true));
}

TEST_CASE("study: a dependent axis has values for each value of the axis it follows") {
  const Study study = parsed(kSmallStudy + R"(
[target.u]
data = "d"
[[experiment]]
name = "b"
axes = { target = ["t", "u"], per_class = { by = "target", t = [1, 2], u = [5] } }
)");

  const Axis& axis = study.experiments.at(1).axes.at(1);
  CHECK(axis.by == "target");
  CHECK(axis.per.at("t") == std::vector<Value>{1, 2});
}

TEST_CASE("study: networks may be listed unit by unit") {
  std::string text = kSmallStudy;
  text.replace(text.find("name = \"cifar7\""), 15, R"(name = "mine"
units = [
  [{ kind = "convolution", outputs = 8, kernel = 3, padding = 1 },
   { kind = "relu" },
   { kind = "max_pool", kernel = 2 }],
  { name = "mix", layers = [
    { kind = "add", branches = [[], [{ kind = "convolution", outputs = 8, kernel = [1, 3], bias = false }]] }] },
  [{ kind = "dropout" }, { kind = "linear" }],
  [{ kind = "relu" }], [{ kind = "relu" }], [{ kind = "relu" }],
])");
  const Study study = parsed(text);

  const auto& units = study.networks.at(0).spec.units;
  REQUIRE(units.size() == 6);
  CHECK(study.networks.at(0).name == "mine");
  CHECK(units.at(0).name == "unit1");
  CHECK(units.at(0).layers.at(0).init == network::Init::he_normal_fan_in);
  CHECK(units.at(0).layers.at(2).stride == 2);
  CHECK(units.at(1).name == "mix");
  CHECK(units.at(1).layers.at(0).branches.at(0).empty());
  CHECK(units.at(1).layers.at(0).branches.at(1).at(0).kernel_w == 3);
  CHECK(units.at(2).layers.at(0).probability == 0.5);
}

TEST_CASE("study: several networks are told apart by the names of their tables") {
  std::string text = kSmallStudy;
  text.replace(text.find("[network]\nname = \"cifar7\""), 25,
               "[network.cifar7]\n[network.wide]\nname = \"cifar7\"\nwidth = 2");
  text += "\n[[experiment]]\nname = \"both\"\naxes = { network = [\"cifar7\", \"wide\"] }\n";
  const Study study = parsed(text);

  REQUIRE(study.networks.size() == 2);
  CHECK(study.networks.at(0).name == "cifar7");
  CHECK(study.networks.at(1).name == "wide");
  CHECK(study.networks.at(1).spec.units.at(0).layers.at(0).outputs == 64);
}

TEST_CASE("study: durations are epochs or steps, and rate groups say how they fall") {
  const Study study = parsed(kSmallStudy + R"(
[train]
epochs = "2000 steps"
rates = [{ units = "new", start = 0.01, factor = 0.5, first = "100 steps", every = 10, decays = "after-first" },
         { units = "copied", relative = 0.2, to = "new" }]
)");

  CHECK(study.train.epochs == Duration{Duration::Unit::steps, 2000});
  CHECK(study.train.rates.at(0).first == Duration{Duration::Unit::steps, 100});
  CHECK(study.train.rates.at(0).decay_times == RateGroup::DecayTimes::after_first);
  CHECK(study.train.rates.at(1).relative->to == "new");
  CHECK(study.train.rates.at(1).relative->factor == 0.2);
}

TEST_CASE("study: choosing on test images is allowed and warned about") {
  const auto result = parse(kSmallStudy + R"(
[[experiment]]
name = "b"
take = [{ values = ["transferred"], from = ["a"], best = "test.top1" }]
)");

  REQUIRE(result.diagnostics.size() == 1);
  CHECK(result.diagnostics.at(0).severity == Diagnostic::Severity::warning);
  CHECK(result.diagnostics.at(0).where.line == 19);
}

TEST_CASE("study: every word of the language has a table, a type, a default and a meaning") {
  for (const auto& doc : keys()) {
    INFO(doc.table << "." << doc.key);
    CHECK_FALSE(doc.key.empty());
    CHECK_FALSE(doc.type.empty());
    CHECK_FALSE(doc.fallback.empty());
    CHECK_FALSE(doc.meaning.empty());
  }
}

TEST_CASE("study: every precision that a device may have can be asked for") {
  for (const char* precision : {"fp32", "bf16", "tf32"}) {
    CHECK(parsed(kSmallStudy, {std::string("train.precision=") + precision}).train.precision == precision);
  }
}
