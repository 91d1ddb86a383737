#include "data/pack/same_images.hpp"

#include <catch2/catch.hpp>

using namespace espalier::data;

namespace {

/// One image of two pixels for each number.
at::Tensor images(const std::vector<int>& values) {
  at::Tensor all = at::empty({static_cast<std::int64_t>(values.size()), 1, 1, 2}, at::kByte);
  for (std::size_t i = 0; i < values.size(); ++i) all[static_cast<std::int64_t>(i)].fill_(values[i]);
  return all;
}

std::vector<std::pair<std::int64_t, std::int64_t>> rows(const std::vector<SameImages>& same) {
  std::vector<std::pair<std::int64_t, std::int64_t>> all;
  for (const auto& one : same) all.emplace_back(one.first, one.second);
  return all;
}

}  // namespace

TEST_CASE("same images: each later copy is named with the first of its likes") {
  using Rows = std::vector<std::pair<std::int64_t, std::int64_t>>;
  CHECK(rows(same_within(images({7, 8, 7, 9, 7}))) == Rows{{0, 2}, {0, 4}});
  CHECK(rows(same_between(images({7, 8, 7}), images({9, 7, 8}))) == Rows{{0, 1}, {1, 2}});
  CHECK(same_within(images({})).empty());
}
