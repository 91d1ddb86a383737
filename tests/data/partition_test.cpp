// The parts of one class's images: shares and folds divide them without gaps, ranges are cut from the end.
#include "data/batch/partition.hpp"

#include <algorithm>
#include <cmath>

#include "espalier/core/errors.hpp"
#include "support/catch_after_torch.hpp"

namespace espalier::data {
namespace {

using Rows = std::vector<std::int64_t>;

/// 100, 103, 106, ...: rows as they stand in a file where classes take turns.
Rows rows_of(std::int64_t count) {
  Rows rows;
  for (std::int64_t i = 0; i < count; ++i) rows.push_back(100 + 3 * i);
  return rows;
}

task::PartitionSpec shares(std::vector<double> parts, std::int32_t share, std::uint64_t seed = 1) {
  task::PartitionSpec spec;
  spec.shares = std::move(parts);
  spec.share = share;
  spec.seed = seed;
  return spec;
}

task::PartitionSpec folds(std::int32_t count, std::int32_t fold, task::FoldUse use = task::FoldUse::only) {
  task::PartitionSpec spec;
  spec.folds = count;
  spec.fold = fold;
  spec.fold_use = use;
  spec.seed = 1;
  return spec;
}

/// Parts put together and in order: the rows themselves where parts neither overlap nor leave gaps.
Rows together(const std::vector<Rows>& parts) {
  Rows all;
  for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
  std::sort(all.begin(), all.end());
  return all;
}

}  // namespace

TEST_CASE("partition: an undivided class keeps all its rows in their order") {
  CHECK(part_of_class({}, 3, rows_of(7)) == rows_of(7));
  CHECK(part_of_class({}, 3, {}).empty());
}

TEST_CASE("partition: shares of a class hold each of its rows once, in their order, as many as they say") {
  const std::vector<double> thirds = {0.1, 0.2, 0.7};
  for (const std::int64_t count : {0, 1, 2, 3, 10, 17, 40}) {
    std::vector<Rows> parts;
    for (std::int32_t share = 0; share < 3; ++share) {
      parts.push_back(part_of_class(shares(thirds, share), 2, rows_of(count)));
      CHECK(std::is_sorted(parts.back().begin(), parts.back().end()));
    }
    CHECK(together(parts) == rows_of(count));
  }
  CHECK(part_of_class(shares(thirds, 1), 2, rows_of(40)).size() == 8);
}

TEST_CASE("partition: shares that do not sum to 1 leave the rest out") {
  CHECK(part_of_class(shares({0.25}, 0), 0, rows_of(40)).size() == 10);
}

TEST_CASE("partition: seed and class decide which rows a share has") {
  const auto half = [](std::uint64_t seed, std::int32_t index) {
    return part_of_class(shares({0.5, 0.5}, 0, seed), index, rows_of(40));
  };
  CHECK(half(1, 0) == half(1, 0));
  CHECK(half(1, 0) != half(2, 0));
  CHECK(half(1, 0) != half(1, 1));
}

TEST_CASE("partition: a range is what stands right before the rows at the end; a short class keeps the end") {
  task::PartitionSpec spec;
  spec.behind = 2;
  CHECK(part_of_class(spec, 0, rows_of(5)) == Rows{100, 103, 106});
  spec.length = 2;
  CHECK(part_of_class(spec, 0, rows_of(5)) == Rows{103, 106});
  CHECK(part_of_class(spec, 0, rows_of(3)) == Rows{100});
  CHECK(part_of_class(spec, 0, rows_of(2)).empty());
  CHECK(part_of_class(spec, 0, rows_of(1)).empty());
}

TEST_CASE("partition: folds divide a class evenly, and all but one fold is the rest") {
  for (const std::int64_t count : {0, 2, 9, 10}) {
    std::vector<Rows> parts;
    for (std::int32_t fold = 0; fold < 3; ++fold) {
      const Rows only = part_of_class(folds(3, fold), 4, rows_of(count));
      CHECK(static_cast<std::int64_t>(only.size()) >= count / 3);
      CHECK(static_cast<std::int64_t>(only.size()) <= (count + 2) / 3);
      CHECK(together({only, part_of_class(folds(3, fold, task::FoldUse::without), 4, rows_of(count))}) ==
            rows_of(count));
      parts.push_back(only);
    }
    CHECK(together(parts) == rows_of(count));
  }
}

TEST_CASE("partition: a fold is one of the range, and the range is one of the share") {
  auto spec = shares({0.5, 0.5}, 1);
  const Rows share = part_of_class(spec, 0, rows_of(20));
  spec.behind = 4;
  const Rows range = part_of_class(spec, 0, rows_of(20));
  CHECK(range == Rows(share.begin(), share.end() - 4));
  spec.folds = 2;
  spec.fold_use = task::FoldUse::only;
  CHECK(part_of_class(spec, 0, rows_of(20)) == part_of_class(folds(2, 0), 0, range));  // of the same seed
}

TEST_CASE("partition: shares and folds that cannot be are refused") {
  CHECK_NOTHROW(check(task::PartitionSpec{}));
  CHECK_NOTHROW(check(shares({0.1, 0.2, 0.7}, 2)));  // which sums to a little more than 1
  CHECK_NOTHROW(check(folds(3, 2)));
  CHECK_THROWS_WITH(check(shares({0.6, 0.5}, 0)), Catch::Contains("the shares of the images sum to 1.1"));
  CHECK_THROWS_WITH(check(shares({-0.5, 0.5}, 0)), Catch::Contains("it is below 0"));
  CHECK_THROWS_AS(check(shares({std::nan(""), 0.5}, 0)), UsageError);
  CHECK_THROWS_WITH(check(shares({0.5, 0.5}, 2)), Catch::Contains("there is no share 2"));
  CHECK_THROWS_AS(check(shares({0.5, 0.5}, -1)), UsageError);
  CHECK_THROWS_WITH(check(folds(3, 3)), Catch::Contains("there is no fold 3"));
  CHECK_THROWS_AS(check(folds(0, 0)), UsageError);
  CHECK_NOTHROW(check(folds(0, 7, task::FoldUse::none)));
}

TEST_CASE("partition: the front of a range is kept before folds divide it, so that larger fronts hold smaller ones") {
  const auto front = [](std::int32_t images, task::PartitionSpec spec = {}) {
    spec.behind = 4;
    spec.front = images;
    return part_of_class(spec, 0, rows_of(20));
  };
  const Rows range = rows_of(16);
  CHECK(front(0) == range);
  CHECK(front(5) == Rows(range.begin(), range.begin() + 5));
  CHECK(front(40) == range);
  std::vector<Rows> parts;
  for (std::int32_t fold = 0; fold < 5; ++fold) parts.push_back(front(10, folds(5, fold)));
  for (const auto& part : parts) CHECK(part.size() == 2);
  CHECK(together(parts) == front(10));
  task::PartitionSpec negative;
  negative.front = -1;
  CHECK_THROWS_AS(check(negative), UsageError);
}

}  // namespace espalier::data
