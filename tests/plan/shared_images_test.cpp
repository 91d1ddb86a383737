// What --explain says of images: sources under several labels, looks at networks that share a pass.
#include "plan/cost/shared_images.hpp"

#include <catch2/catch.hpp>

#include "support/planning.hpp"

namespace espalier::plan {
namespace {

using support::axis;
using support::compiled;
using support::experiment;

study::Experiment of_kind(const std::string& kind, std::vector<study::Axis> axes) {
  auto made = experiment(kind, std::move(axes));
  made.kind = kind;
  return made;
}

/// Sources with two and with twelve outputs on all letters.
study::Study labelled_study() {
  auto study = support::small_study(1);
  study.sources[0].classes = study.targets[0].classes = "all";
  study.split.kind = study::Split::Kind::none;
  study::LabelSet fine, halves;
  fine.name = "fine";
  halves.name = "halves";
  halves.cut = study::LabelSet::Cut::listed;
  halves.groups = {{"a", {0, 1, 2, 3, 4, 5}}, {"b", {6, 7, 8, 9, 10, 11}}};
  study.labels = {fine, halves};
  study.experiments = {experiment("a", {axis("source.labels", {"fine", "halves"})})};
  return study;
}

}  // namespace

TEST_CASE("explain: sources that differ in labels alone are counted; other images and samples are not") {
  auto study = labelled_study();
  const auto both = compiled(study).shared;
  CHECK(both.relabelled == 2);
  CHECK(both.labellings == 2);
  study.sources[0].per_class = 5;  // images are drawn by output: those of two label sets differ
  CHECK(compiled(study).shared.relabelled == 0);
  study::LabelSet other = study.labels[1];
  other.name = "other";
  other.groups = {{"a", {0, 2, 4, 6, 8, 10}}, {"b", {1, 3, 5, 7, 9, 11}}};
  study.labels.push_back(other);
  study.experiments[0].axes = {axis("source.labels", {"halves", "other"})};
  CHECK(compiled(study).shared.relabelled == 0);  // as many images, of other letters
  study.experiments[0].axes = {axis("source.per_class", {"all", 5})};
  CHECK(compiled(study).shared.relabelled == 0);
}

TEST_CASE("explain: looks after one unit of one network share a pass over the images, evaluations too") {
  auto study = labelled_study();
  study.experiments = {of_kind("evaluate", {}), of_kind("linear", {axis("C", {0.1, 1.0}), axis("features", {1, 2})}),
                       of_kind("neighbours", {axis("features", {2}), axis("nearest_by", {"cosine", "euclidean"})})};
  const auto shared = compiled(study).shared;
  CHECK(shared.looks.at("evaluation") == 1);
  CHECK(shared.looks.at("linear classifier") == 4);
  CHECK(shared.looks.at("neighbours") == 2);
  CHECK(shared.passes == 2);  // after unit 1, and after unit 2, which the evaluation goes on from
  CompileOptions without;
  without.passes.features = false;
  CHECK(compiled(study, {}, without).shared.passes == 3);
}

}  // namespace espalier::plan
