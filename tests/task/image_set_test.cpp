// Label maps and the names of image sets.
#include "espalier/task/image_set.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>

#include "espalier/core/errors.hpp"

using namespace espalier;
using namespace espalier::task;
using Catch::Contains;

namespace {

/// A map that check() accepts: the first classes get an output each, so that none is left without a class.
LabelMap some_map() {
  const auto outputs = *rc::gen::inRange(1, 5), classes = *rc::gen::inRange(outputs, 9);
  LabelMap map;
  map.output_count = outputs;
  for (std::int32_t i = 0; i < classes; ++i) {
    map.classes.push_back(3 * i + 1);
    map.outputs.push_back(i < outputs ? i : *rc::gen::inRange(0, outputs));
  }
  return map;
}

}  // namespace

TEST_CASE("label map: names change no digest, everything else does") {
  const bool ok = rc::check([] {
    const LabelMap map = some_map();
    LabelMap named = map, other = map;
    named.names.assign(static_cast<std::size_t>(map.output_count), "a name");
    RC_ASSERT(digest_of(named) == digest_of(map));
    const auto place = static_cast<std::size_t>(*rc::gen::inRange(0, static_cast<int>(map.classes.size())));
    other.classes[place] += 1;
    RC_ASSERT(digest_of(other) != digest_of(map));
    other = map;
    other.outputs[place] += 1;
    RC_ASSERT(digest_of(other) != digest_of(map));
    other = map;
    other.output_count += 1;
    RC_ASSERT(digest_of(other) != digest_of(map));
    RC_ASSERT(digest_of(map).size() == 32u);
  });

  CHECK(ok);
}

TEST_CASE("label map: one output each is what it says, and passes the check") {
  const LabelMap map = one_output_each({4, 2, 7});

  CHECK(map.classes == std::vector<std::int32_t>{4, 2, 7});
  CHECK(map.outputs == std::vector<std::int32_t>{0, 1, 2});
  CHECK(map.output_count == 3);
  CHECK_NOTHROW(check(map));
}

TEST_CASE("label map: a class twice or an output out of range is refused by name, an output without a class is not") {
  CHECK(rc::check([] { check(some_map()); }));
  CHECK_THROWS_WITH(check(LabelMap{{1, 5, 1}, {0, 1, 1}, 2, {}}), Contains("class 1 stands twice"));
  CHECK_THROWS_WITH(check(LabelMap{{1, 5}, {0, 2}, 2, {}}), Contains("output 2") && Contains("0 to 1"));
  CHECK_THROWS_WITH(check(LabelMap{{1, 5}, {0, -1}, 2, {}}), Contains("output -1"));
  CHECK_NOTHROW(check(LabelMap{{1, 5}, {0, 2}, 3, {}}));  // output 1 is of a class that these data do not have
  CHECK_THROWS_WITH(check(LabelMap{{1, 5}, {0}, 1, {}}), Contains("2 classes and 1 outputs"));
}

TEST_CASE("image set: each field is part of the id") {
  const ImageSetSpec set{"data", "labels", {}, {}};
  const auto changed = [&](auto change) {
    ImageSetSpec other = set;
    change(other);
    return id_of(other) != id_of(set);
  };

  CHECK(id_of(set) == id_of(ImageSetSpec(set)));
  CHECK(changed([](ImageSetSpec& one) { one.data = "other"; }));
  CHECK(changed([](ImageSetSpec& one) { one.labels = "other"; }));
  CHECK(changed([](ImageSetSpec& one) { one.order = ImageOrder::file; }));
  CHECK(changed([](ImageSetSpec& one) { one.sample.rule = SampleRule::random; }));
  CHECK(changed([](ImageSetSpec& one) { one.sample.count = 1; }));
  CHECK(changed([](ImageSetSpec& one) { one.sample.seed = 1; }));
  CHECK(changed([](ImageSetSpec& one) { one.partition.shares = {0.5}; }));
  CHECK(changed([](ImageSetSpec& one) { one.partition.share = 1; }));
  CHECK(changed([](ImageSetSpec& one) { one.partition.behind = 1; }));
  CHECK(changed([](ImageSetSpec& one) { one.partition.length = 1; }));
  CHECK(changed([](ImageSetSpec& one) { one.partition.front = 1; }));
  CHECK(changed([](ImageSetSpec& one) { one.partition.folds = 2; }));
  CHECK(changed([](ImageSetSpec& one) { one.partition.fold = 1; }));
  CHECK(changed([](ImageSetSpec& one) { one.partition.fold_use = FoldUse::only; }));
  CHECK(changed([](ImageSetSpec& one) { one.partition.seed = 1; }));
}
