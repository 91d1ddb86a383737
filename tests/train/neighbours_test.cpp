// Nearest neighbours: by brute force in double precision, whatever the batches; ties in order.
#include "espalier/train/neighbours.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "support/catch_after_torch.hpp"

using espalier::task::NearestBy;
using espalier::train::NearestNeighbours;

namespace {

using Places = std::vector<std::int64_t>;

at::Tensor rows(std::vector<float> values, std::int64_t width) { return at::tensor(values).view({-1, width}); }

Places row_of(const at::Tensor& nearest, std::int64_t query) {
  const at::Tensor own = nearest[query].contiguous();
  return {own.const_data_ptr<std::int64_t>(), own.const_data_ptr<std::int64_t>() + own.numel()};
}

/// By the definition: all scores of one query in double precision, sorted with equal ones in order.
Places by_definition(const at::Tensor& among, const at::Tensor& query, NearestBy by, std::int64_t count) {
  const at::Tensor all = among.to(at::kDouble), asked = query.to(at::kDouble);
  at::Tensor scores = -(all - asked).square().sum(1);
  if (by == NearestBy::cosine) {
    const at::Tensor lengths = all.norm(2, 1) * asked.norm();
    scores = (all.matmul(asked) / lengths).masked_fill(lengths.eq(0), 0);
  }
  const double* score = scores.const_data_ptr<double>();
  Places order(static_cast<std::size_t>(among.size(0)));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return score[a] > score[b] + 1e-13; });
  order.resize(static_cast<std::size_t>(std::min<std::int64_t>(count, among.size(0))));
  return order;
}

}  // namespace

TEST_CASE("neighbours: those of a brute-force search in double precision, close ones and many of them") {
  const auto generator = at::make_generator<at::CPUGeneratorImpl>(5);
  for (const auto by : {NearestBy::cosine, NearestBy::euclidean}) {
    for (const std::int64_t width : {1, 3, 64, 700}) {
      const at::Tensor centre =
          at::randn({1, width}, generator) * 30;  // far from 0, so that float32 products are coarse
      const at::Tensor among = centre + at::randn({400, width}, generator) * .01;
      const at::Tensor asked = centre + at::randn({30, width}, generator) * .01;
      const at::Tensor nearest = NearestNeighbours(among, by).nearest(asked, 5);
      REQUIRE(nearest.sizes() == at::IntArrayRef({30, 5}));
      for (std::int64_t query = 0; query < 30; ++query) {
        INFO("width " << width << ", query " << query << ", by " << static_cast<int>(by));
        CHECK(row_of(nearest, query) == by_definition(among, asked[query], by, 5));
      }
    }
  }
}

TEST_CASE("neighbours: equally near ones stand in their order, and a batch gives what its queries give alone") {
  const auto generator = at::make_generator<at::CPUGeneratorImpl>(6);
  const at::Tensor few = at::randn({7, 16}, generator);
  const at::Tensor among = few.repeat({40, 1});  // each of them forty times
  const at::Tensor asked = at::cat({few, at::randn({57, 16}, generator)});
  for (const auto by : {NearestBy::cosine, NearestBy::euclidean}) {
    const NearestNeighbours neighbours(among, by);
    const at::Tensor together = neighbours.nearest(asked, 50);
    for (std::int64_t query = 0; query < asked.size(0); ++query) {
      const auto own = row_of(together, query);
      CHECK(own == row_of(neighbours.nearest(asked.slice(0, query, query + 1), 50), 0));
      CHECK(std::is_sorted(own.begin(), own.begin() + 40));
      if (query < 7) CHECK(own.at(0) == query);
    }
  }
}

TEST_CASE("neighbours: lengths count for distances alone, and nothing is near what is 0") {
  const at::Tensor among = rows({0, 0, 9, 0, 1, 1, 2, 0}, 2);
  const at::Tensor asked = rows({1, 0}, 2);
  CHECK(row_of(NearestNeighbours(among, NearestBy::cosine).nearest(asked, 4), 0) == Places{1, 3, 2, 0});
  CHECK(row_of(NearestNeighbours(among, NearestBy::euclidean).nearest(asked, 4), 0) == Places{0, 2, 3, 1});
  CHECK(row_of(NearestNeighbours(among, NearestBy::cosine).nearest(rows({0, 0}, 2), 2), 0) == Places{0, 1});
}

TEST_CASE("neighbours: there are no more than images, and features that are not finite come last") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const at::Tensor among = rows({nan, 1, 5, 5, 1, 1}, 2);
  for (const auto by : {NearestBy::cosine, NearestBy::euclidean}) {
    const auto own = row_of(NearestNeighbours(among, by).nearest(rows({1, 1}, 2), 9), 0);
    CHECK(own == (by == NearestBy::cosine ? Places{1, 2, 0} : Places{2, 1, 0}));
  }
}
