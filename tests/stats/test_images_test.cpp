// The bootstrap over test images and McNemar's test, against closed forms.
#include "espalier/stats/test_images.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>
#include <cmath>

namespace espalier::stats {

TEST_CASE("test images: the bootstrap of a share is near the normal interval, and its own at every call") {
  std::vector<double> values(400, 0);
  for (std::size_t i = 0; i < 300; ++i) values[i] = 1;
  const auto interval = bootstrap_mean(values, 4000, 7);
  const double half = 1.959964 * std::sqrt(0.75 * 0.25 / 400);

  CHECK(interval.low == Approx(0.75 - half).margin(0.006));
  CHECK(interval.high == Approx(0.75 + half).margin(0.006));
  CHECK(bootstrap_mean(values, 4000, 7).low == interval.low);
  CHECK(bootstrap_mean(values, 4000, 7, 0.5).low > interval.low);
  CHECK(bootstrap_mean({1, 1, 1}, 10, 7).low == 1);
}

TEST_CASE("test images: the mean of runs is taken image by image") {
  CHECK(mean_hits({{true, false, true}, {true, false, false}}) == std::vector<double>{1, 0, 0.5});
}

TEST_CASE("test images: McNemar's exact test is that of a fair coin, whichever side is called a") {
  Hits a(20, true), b(20, true);
  for (const std::size_t i : {0, 1, 2, 3, 4, 5, 6, 7}) b[i] = false;
  a[8] = false;
  const auto found = mcnemar(a, b);
  CHECK(found.only_a == 8);
  CHECK(found.only_b == 1);
  CHECK(found.p_value == Approx(2.0 * (1 + 9) / 512));  // 2 P(at most one of nine)
  CHECK(mcnemar(a, a).p_value == 1);

  CHECK(rc::check("symmetric", [](const std::vector<std::pair<bool, bool>>& images) {
    Hits one, other;
    for (const auto& [x, y] : images) {
      one.push_back(x);
      other.push_back(y);
    }
    const auto forth = mcnemar(one, other), back = mcnemar(other, one);
    RC_ASSERT(forth.only_a == back.only_b);
    RC_ASSERT(forth.p_value == back.p_value);
    RC_ASSERT(forth.p_value > 0 && forth.p_value <= 1);
  }));
}

}  // namespace espalier::stats
