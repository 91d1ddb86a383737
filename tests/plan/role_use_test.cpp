// How a cell uses a source or target: the study's keys, and axes over them.
#include "plan/role_use.hpp"

#include <catch2/catch.hpp>
#include <map>

#include "plan/findings.hpp"
#include "support/study_builder.hpp"

namespace espalier::plan {
namespace {

RoleUse used(const study::Study& study, Role role, const std::map<std::string, study::Value>& axes,
             std::int64_t replicate = 3) {
  const auto axis = [&](const std::string& name) {
    const auto found = axes.find(name);
    return found == axes.end() ? nullptr : &found->second;
  };
  return use_of(study, role, role == Role::source ? "half" : "other", 2, replicate, axis);
}

}  // namespace

TEST_CASE("uses: axes come over a source's keys, and \"all\" takes a key's budget away") {
  auto study = support::small_study();
  study.sources[0].per_class = 4;
  study.sources[0].class_count = 5;
  study.sources[0].labels = "fine";

  const auto plain = used(study, Role::source, {});
  CHECK(plain == own_use(study, Role::source, "half", 2));
  CHECK(plain.labels == "fine");
  CHECK(plain.per_class == 4);
  CHECK(plain.replicate == 1);
  const auto other = used(study, Role::source, {{"per_class", "all"}, {"images", 20}, {"labels", "coarse"}});
  CHECK(!other.per_class);
  CHECK(other.class_count == 5);
  CHECK(other.images == 20);
  CHECK(other.labels == "coarse");
  study.sources[0].redraw = "replicate";
  CHECK(used(study, Role::source, {}).replicate == 3);
}

TEST_CASE("uses: classes that are a label set already have its labels, and no axis changes them") {
  auto study = support::small_study();
  study.targets[0].classes = "labels.fine";
  CHECK(own_use(study, Role::target, "other", 1).labels == "fine");
  CHECK_THROWS_AS(used(study, Role::target, {{"labels", "coarse"}}), CompileError);
  study.targets[0].classes = "split.target";
  CHECK(used(study, Role::target, {{"labels", "coarse"}}).labels == "coarse");
  study.sources[0].classes = "labels.fine";
  CHECK_THROWS_AS(used(study, Role::source, {{"labels", "coarse"}}), CompileError);
}

TEST_CASE("uses: unknown names and budgets of checkpoints are refused") {
  auto study = support::small_study();
  CHECK_THROWS_AS(own_use(study, Role::source, "another", 1), CompileError);
  CHECK_THROWS_AS(own_use(study, Role::target, "another", 1), CompileError);
  study.sources[0].checkpoint = "net.safetensors";
  CHECK_NOTHROW(used(study, Role::source, {}));
  CHECK_THROWS_AS(used(study, Role::source, {{"per_class", 3}}), CompileError);
}

}  // namespace espalier::plan
