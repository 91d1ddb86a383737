#include "espalier/train/score.hpp"

#include <limits>

#include "support/catch_after_torch.hpp"

using namespace espalier;

TEST_CASE("score: top 1 and top 5 count the classes that stand before the label") {
  const auto logits = at::tensor({9.f, 8.f, 7.f, 6.f, 5.f, 4.f}).repeat({3, 1});
  const auto labels = at::tensor({0L, 4L, 5L});
  train::Score score;

  score.add(logits, labels, 0.5);
  score.add(logits.slice(0, 0, 1), labels.slice(0, 0, 1), 1.5);

  CHECK(score.hits[0] == 2);
  CHECK(score.hits[1] == 3);
  CHECK(score.count == 4);
  const auto row = score.row(metrics::Subset::valid, {}, {3, 1});
  CHECK((row.epoch == 3 && row.step == 1 && row.subset == metrics::Subset::valid && row.count == 4));
  CHECK(row.of(metrics::Metric::loss) == 0.75);
  CHECK(row.values.get(metrics::Metric::top1) == 2);
  CHECK(row.of(metrics::Metric::top5) == 0.75);
}

TEST_CASE("score: of equal logits the first class wins, so a dead network is right on one class only") {
  train::Score score;

  score.add(at::zeros({4, 4}), at::tensor({0L, 1L, 2L, 3L}), 1);

  CHECK(score.hits[0] == 1);
}

TEST_CASE("score: a label whose logit is not a number is wrong") {
  train::Score score;

  score.add(at::full({2, 3}, std::numeric_limits<float>::quiet_NaN()), at::tensor({0L, 1L}), 1);

  CHECK(score.hits[0] == 0);
  CHECK(score.hits[1] == 0);
}
