// The binary losses of batches and of whole sets, in parts and at once.
#include "train/losses.hpp"

#include "support/catch_after_torch.hpp"

using namespace espalier;

namespace {

struct Batch {
  at::Tensor logits, labels;
};

/// A fifth of the labels does not count.
Batch random_batch(std::int64_t images, std::int64_t outputs) {
  const at::Tensor draws = at::rand({images, outputs});
  const at::Tensor labels = at::where(draws.lt(0.2), at::full({}, -1.0f), draws.lt(0.5).to(at::kFloat));
  return {at::randn({images, outputs}) * 5, labels};
}

}  // namespace

TEST_CASE("losses: the mean is over the labels that count, of all images together") {
  at::manual_seed(1);
  const auto [logits, labels] = random_batch(9, 5);
  const at::Tensor counted = labels.ge(0);
  const at::Tensor expected =
      at::binary_cross_entropy_with_logits(logits.masked_select(counted), labels.masked_select(counted));
  CHECK(train::mean_loss(logits, labels).item<float>() == Approx(expected.item<float>()).epsilon(1e-6));
  CHECK(train::counted_labels(labels) == counted.sum().item<std::int64_t>());
  const float sum = train::summed_loss(logits, labels).item<float>();
  CHECK(sum / static_cast<float>(train::counted_labels(labels)) == Approx(expected.item<float>()).epsilon(1e-6));
}

TEST_CASE("losses: parts of a batch sum to the whole") {
  at::manual_seed(2);
  const auto [logits, labels] = random_batch(10, 4);
  const auto part = [&](std::int64_t first, std::int64_t end) {
    return train::summed_loss(logits.slice(0, first, end), labels.slice(0, first, end)).item<double>();
  };
  CHECK(part(0, 3) + part(3, 10) == Approx(train::summed_loss(logits, labels).item<double>()).epsilon(1e-6));
}

TEST_CASE("losses: a batch in which nothing counts has loss 0 and no gradient") {
  const at::Tensor logits = at::randn({3, 2}).requires_grad_(), labels = at::full({3, 2}, -1.0f);
  const at::Tensor loss = train::mean_loss(logits, labels);
  loss.backward();
  CHECK(loss.item<float>() == 0);
  CHECK(logits.grad().abs().sum().item<float>() == 0);
  CHECK(train::score_of(logits.detach(), labels).row(metrics::Subset::valid, {}, {}).of(metrics::Metric::loss) == 0);
}

TEST_CASE("losses: the score of a set has its mean loss and its number of images, and NaN where a score is") {
  at::manual_seed(3);
  auto [logits, labels] = random_batch(300, 7);
  const auto row = train::score_of(logits, labels).row(metrics::Subset::valid, {}, {});
  CHECK(row.count == 300);
  CHECK(row.of(metrics::Metric::loss) == Approx(train::mean_loss(logits, labels).item<float>()).epsilon(1e-5));
  labels[4][2] = 1;
  logits[4][2] = std::numeric_limits<float>::quiet_NaN();
  CHECK(std::isnan(train::score_of(logits, labels).row(metrics::Subset::valid, {}, {}).of(metrics::Metric::loss)));
}

TEST_CASE("losses: of one label an image it is the cross-entropy") {
  at::manual_seed(4);
  const at::Tensor logits = at::randn({6, 3}), labels = at::randint(3, {6}, at::kLong);
  CHECK(train::mean_loss(logits, labels).equal(at::cross_entropy_loss(logits, labels)));
}

TEST_CASE("losses: the greatest probability is that of the greatest logit, and great logits do not overflow") {
  at::manual_seed(4);
  const at::Tensor logits = at::randn({7, 6}) * 3, exponents = logits.to(at::kDouble).exp();
  const at::Tensor wanted = std::get<0>(exponents.max(1)) / exponents.sum(1);
  const at::Tensor found = train::greatest_probability(logits);
  CHECK(found.scalar_type() == at::kFloat);
  CHECK(at::allclose(found.to(at::kDouble), wanted, 1e-6, 0));
  CHECK(train::greatest_probability(at::full({1, 4}, 1000.0f)).item<float>() == Approx(.25));
}
