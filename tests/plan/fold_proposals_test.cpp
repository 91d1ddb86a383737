// When `plan` proposes folds.
#include "espalier/plan/fold_proposals.hpp"

#include <catch2/catch.hpp>

#include "support/planning.hpp"

namespace espalier::plan {
namespace {

using support::axis;
using support::compiled;
using support::experiment;

/// 4 target classes of at most 12 images for training, 3 for validation.
study::Study small(std::vector<study::Value> sizes) {
  auto study = support::small_study(1);
  study.experiments = {experiment("a", {axis("per_class", std::move(sizes))})};
  return study;
}

std::vector<FoldProposal> proposals(const study::Study& study, const Facts& facts = support::small_facts()) {
  return propose_folds(study, compiled(study, {}, {}, facts));
}

}  // namespace

TEST_CASE("fold proposals: a target with few training and few validation images gets as many as its classes allow") {
  const auto few = proposals(small({4, "all"}));

  REQUIRE(few.size() == 1);
  CHECK(few[0].target == "other");
  CHECK(few[0].images == 4 * 12);
  CHECK(few[0].valid == 4 * 3);
  CHECK(few[0].folds == 4);
  CHECK(
      to_string(few[0]) ==
      "target 'other' trains on at most 48 images and has 12 validation images: with folds = 4 in [split], in place of "
      "valid, each training image would be validated once");
  CHECK(proposals(small({10})).at(0).folds == 5);
}

TEST_CASE("fold proposals: there are none where a size allows none, where there are folds, or enough images") {
  CHECK(proposals(small({1, "all"})).empty());
  auto folded = small({10});
  folded.data["letters"].valid_per_class = 0;
  CHECK(proposals(folded).size() == 1);
  folded.split.folds = 2;
  CHECK(proposals(folded).empty());
  CHECK(proposals(small({10, 249}), support::small_facts(12, 300)).size() == 1);
  CHECK(proposals(small({10, 250}), support::small_facts(12, 300)).empty());
  auto validated = small({10});
  validated.data["letters"].valid_per_class = 100;
  CHECK(proposals(validated, support::small_facts(12, 300)).empty());
}

}  // namespace espalier::plan
