// Draws shares and folds of a class's images, and cuts ranges and fronts of them.
#include "data/batch/partition.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "espalier/core/errors.hpp"
#include "espalier/core/seed.hpp"

namespace espalier::data {
namespace {

using Rows = std::vector<std::int64_t>;

constexpr double kRounding = 1e-9;  ///< shares such as 0.1, 0.2 and 0.7 may sum to a little more than 1

/// The place of each of `count` images in a permutation of them.
std::vector<std::int64_t> drawn_places(std::size_t count, std::uint64_t seed) {
  std::vector<std::int64_t> places(count);
  std::int64_t next = 0;
  for (const std::int32_t image : permutation(static_cast<std::int32_t>(count), seed)) {
    places[static_cast<std::size_t>(image)] = next++;
  }
  return places;
}

/// The rows whose place in a permutation satisfies `keep`, in their order.
template <class Keep>
Rows kept_rows(const Rows& rows, std::uint64_t seed, const Keep& keep) {
  const auto places = drawn_places(rows.size(), seed);
  Rows kept;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (keep(places[i])) kept.push_back(rows[i]);
  }
  return kept;
}

/// Bounds are rounded from the sum of all shares before, so that neighbouring shares neither overlap nor leave gaps.
Rows share_of(const task::PartitionSpec& partition, std::int32_t class_index, const Rows& rows) {
  if (partition.shares.empty()) return rows;
  const auto count = static_cast<double>(rows.size());
  double before = 0;
  for (std::int32_t i = 0; i < partition.share; ++i) before += partition.shares[static_cast<std::size_t>(i)];
  const double until = before + partition.shares[static_cast<std::size_t>(partition.share)];
  const std::int64_t first = std::llround(count * before), end = std::llround(count * until);
  return kept_rows(rows, seed_of(partition.seed, {"shares", std::int64_t{class_index}}),
                   [&](std::int64_t place) { return place >= first && place < end; });
}

/// A class with fewer images gives what it has: those behind the range come first.
Rows range_of(const task::PartitionSpec& partition, const Rows& rows) {
  const auto count = [](std::int32_t wanted, std::size_t available) {
    return std::min(static_cast<std::size_t>(std::max(wanted, 0)), available);
  };
  const std::size_t end = rows.size() - count(partition.behind, rows.size());
  const std::size_t length = partition.length > 0 ? count(partition.length, end) : end;
  return {rows.begin() + static_cast<std::ptrdiff_t>(end - length), rows.begin() + static_cast<std::ptrdiff_t>(end)};
}

/// A class with fewer images gives what it has.
Rows front_of(const task::PartitionSpec& partition, Rows rows) {
  if (partition.front > 0) rows.resize(std::min(rows.size(), static_cast<std::size_t>(partition.front)));
  return rows;
}

Rows fold_of(const task::PartitionSpec& partition, std::int32_t class_index, const Rows& rows) {
  if (partition.fold_use == task::FoldUse::none) return rows;
  const bool only = partition.fold_use == task::FoldUse::only;
  return kept_rows(rows, seed_of(partition.seed, {"folds", std::int64_t{class_index}}),
                   [&](std::int64_t place) { return (place % partition.folds == partition.fold) == only; });
}

void check_shares(const task::PartitionSpec& partition) {
  if (partition.shares.empty()) return;
  double sum = 0;
  for (const double share : partition.shares) {
    if (!(share >= 0)) throw UsageError("a share of the images is " + std::to_string(share), "it is below 0", "");
    sum += share;
  }
  if (sum > 1 + kRounding) {
    throw UsageError("the shares of the images sum to " + std::to_string(sum), "an image is in one share only", "");
  }
  if (partition.share < 0 || static_cast<std::size_t>(partition.share) >= partition.shares.size()) {
    throw UsageError("there is no share " + std::to_string(partition.share),
                     "there are " + std::to_string(partition.shares.size()) + " shares", "");
  }
}

}  // namespace

void check(const task::PartitionSpec& partition) {
  check_shares(partition);
  if (partition.front < 0) {
    throw UsageError("the front of a part has " + std::to_string(partition.front) + " images", "it is below 0", "");
  }
  if (partition.fold_use == task::FoldUse::none) return;
  if (partition.folds < 1 || partition.fold < 0 || partition.fold >= partition.folds) {
    throw UsageError("there is no fold " + std::to_string(partition.fold),
                     "there are " + std::to_string(partition.folds) + " folds", "");
  }
}

std::vector<std::int64_t> part_of_class(const task::PartitionSpec& partition, std::int32_t class_index,
                                        const std::vector<std::int64_t>& rows) {
  const Rows range = range_of(partition, share_of(partition, class_index, rows));
  return fold_of(partition, class_index, front_of(partition, range));
}

}  // namespace espalier::data
