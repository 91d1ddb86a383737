// Studies as bytes: each comes back equal, member by member, and other bytes are refused.
#include "espalier/study/study_bytes.hpp"

#include <catch2/catch.hpp>
#include <filesystem>

#include "espalier/core/errors.hpp"
#include "espalier/study/train_values.hpp"
#include "study/study_texts.hpp"

using namespace espalier;
using namespace espalier::study;

namespace {

std::string text_of(const std::filesystem::path& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

void make_unusual(Experiment& experiment) {
  Axis axis{"per_class", {5, 6}, {1, 2.5, "all", true}, "target", {{"t", {1, 2}}}};
  experiment.axes = {axis};
  experiment.zips = {{"a", "b"}, {}};
  experiment.fixed = {{"frozen", 2}, {"case", "x"}};
  experiment.takes = {{{7, 8}, {"frozen"}, {"a"}, "valid.top1", {"split"}, {"per_class"}, true}};
  experiment.excludes = {{{9, 1}, "rule", "frozen > 1"}};
  experiment.cases = {{"one", {2, 2}, experiment.fixed, experiment.takes}};
  experiment.pick = Pick{{8, 1}, {"a", "b"}, "valid.top1", {"split"}};
}

void make_unusual(Target& target) {
  target.outputs_of = "source";
  target.class_list = {3};
  target.train.train_eval = false;
  target.part = "half";
  target.sample = TargetSample{{4, 1}, true, false, "replicate"};
}

void label(Study& study) {
  study.trees = {{"w", {1, 2}, "tree.tsv", "names.tsv", "d", "coarse"}};
  study.labels = {{"l",
                   {3, 4},
                   "w",
                   "d",
                   LabelSet::Cut::listed,
                   3,
                   {{"birds", {"owl", 3}}},
                   {"cow"},
                   "target.t",
                   {Value(2), Value("emu")}}};
}

void make_unusual(DataSet& data) {
  data.format = task::ImageFormat::folder;
  data.files = {{"a", "b"}, "labels"};
  data.test_files = DataFiles{{"c"}, "more"};
  data.order = task::ImageOrder::file;
  data.label_kind = "coarse";
  data.resize = 32;
  data.grey = true;
  data.max_pixels = 99;
  data.mean = {0.5, 0.25};
  data.std = {1.0};
  data.short_classes = ShortClasses::leave_out;
  data.made = {{"classes", 4}};
  data.expect = ExpectedData{3, 4, 5, {1, 28, 28}};
  data.from = "e";
  data.transforms = {{"blend", {{"seed", 3}}, {{"with", "e"}}}};
  data.multi_label = true;
  data.valid_images = 8;
  data.test_images = 9;
}

void make_unusual(Source& source) {
  source.class_list = {2, 1};
  source.checkpoint = "net.safetensors";
  source.labels = "coarse";
  source.per_class = 5;
  source.class_count = 6;
  source.images = 30;
  source.redraw = "replicate";
}

/// The small study with what few studies say: every member that it leaves at its default.
Study unusual() {
  Study study = parse(testing::kSmallStudy + testing::kTwoSteps + testing::kSwap).study;
  study.seed = -3;
  study.max_runs = 12;
  make_unusual(study.data["d"]);
  study.split = {Split::Kind::listed, {1, 2}, 3,   4, 5,         {{{0, 1}, {2}}, {{}, {1}}}, "d",
                 {{"half", 0.5}},     5,      "w", 4, "artifact"};
  label(study);
  RateGroup group{{3, 4}, "top", 0.5, RateGroup::Relative{"new", 0.2}, 0.1, parse_duration("5 steps"), Duration{}, {}};
  group.decay_times = RateGroup::DecayTimes::after_first;
  study.train = {8,
                 Duration{},
                 "adam",
                 0.5,
                 0.1,
                 task::AugmentSpec{true, 2},
                 "on",
                 "bf16",
                 Duration{Duration::Unit::steps, 7},
                 true,
                 0.25,
                 {group},
                 StopRule{{3, 5}, true, "valid.loss", Duration{}, 3, 0.1, "last"},
                 "last",
                 "binary"};
  study.split.classes = "labels.some";
  make_unusual(study.sources[0]);
  study.targets[0].labels = "fine";
  make_unusual(study.experiments[0]);
  make_unusual(study.targets[0]);
  study.resources = {{{1, 1}, "images > 5", 4}};
  study.figures = {{{1, 3}, "a", "x", "series", "valid.loss", "title", true}};
  study.augments["light"].flip = true;
  const RatioSpec ratio{{{"units", {"a", "b"}}}, {{"frozen", {"1"}}, {"split", {"2"}}}, {"far", "mmd", 6}};
  study.figures.push_back({{1, 4}, "a", "distance", "", "test.top1", "", false, ratio});
  study.figures.back().coarse = "coarse";
  study.tables = {{{5, 5},
                   TableKind::recommendation,
                   "a",
                   "valid.top5",
                   "title",
                   {"a", "b"},
                   {"target", "split"},
                   ratio,
                   {0.1, 0.5},
                   "coarse"}};
  return study;
}

}  // namespace

TEST_CASE("study bytes: the studies of jobs/ come back equal") {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(ESPALIER_SOURCE_DIR) + "/jobs")) {
    if (entry.path().extension() != ".toml") continue;
    const Study study = parse(text_of(entry.path()), {"study.seed=17"}).study;
    ++count;
    INFO(entry.path());

    CHECK(from_bytes(to_bytes(study)) == study);
  }
  CHECK(count >= 4);
}

TEST_CASE("study bytes: members that few studies set come back, too") {
  const Study study = unusual();

  const Study read = from_bytes(to_bytes(study));

  CHECK(read == study);
  CHECK(read.experiments.at(0).axes.at(0).values == std::vector<Value>{1, 2.5, "all", true});
  CHECK(read.experiments.back().units_from == study.experiments.back().units_from);
}

TEST_CASE("study bytes: bytes that are missing or left over are refused") {
  const std::string bytes = to_bytes(unusual());

  for (std::size_t size = 0; size < bytes.size(); size += 7) {
    CHECK_THROWS_AS(from_bytes(std::string_view(bytes).substr(0, size)), CorruptionError);
  }
  CHECK_THROWS_WITH(from_bytes(bytes + "x"), Catch::Contains("followed by more bytes"));
}
