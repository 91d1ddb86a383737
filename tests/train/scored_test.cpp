// What a whole set's scores and predictions give beside sums over batches.
#include "train/scored.hpp"

#include "support/catch_after_torch.hpp"
#include "train/losses.hpp"

using namespace espalier;
using metrics::Metric;

TEST_CASE("scored: of several labels an image loss and average precisions, and neither top-1 nor top-5") {
  const at::Tensor scores = at::tensor({3.0f, 1.0f, 2.0f, 0.0f, 1.0f, 2.0f}).view({3, 2});
  const at::Tensor labels = at::tensor({1.0f, 0.0f, 0.0f, -1.0f, 1.0f, 0.0f}).view({3, 2});
  train::Evaluation evaluation;
  evaluation.scores = scores;
  evaluation.score = train::score_of(scores, labels);
  const auto whole = train::scored(evaluation, labels, 2);
  const auto row = train::row_of(whole, metrics::Subset::test, ImageSetId{"set"}, {2, 0});
  CHECK(row.count == 3);
  CHECK(row.of(Metric::ap) == Approx((1 + 2.0 / 3) / 2));
  CHECK(row.of(Metric::ap_voc2010) == Approx((1 + 2.0 / 3) / 2));
  CHECK(row.of(Metric::loss) > 0);
  for (const auto metric : {Metric::top1, Metric::top5, Metric::mean_class}) CHECK(std::isnan(row.of(metric)));
  CHECK(whole.remark.starts_with("1 of 2 labels have no positive image"));
}

TEST_CASE("scored: of one label an image hits, and the mean accuracy of classes") {
  train::Evaluation evaluation;
  evaluation.labels = {0, 0, 1};
  evaluation.score.count = 3;
  evaluation.score.hits = {2, 3};
  const auto whole = train::scored(evaluation, at::tensor({0, 0, 2}, at::kLong), 3);
  const auto row = train::row_of(whole, metrics::Subset::valid, {}, {});
  CHECK(row.of(Metric::mean_class) == 0.5);
  CHECK(row.of(Metric::top1) == Approx(2.0 / 3));
  CHECK(std::isnan(row.of(Metric::ap)));
  CHECK(whole.remark.empty());
}
