// Computes distances of mean features, and how well a linear classifier tells two sets apart.
#include "espalier/train/distances.hpp"

#include "espalier/core/checks.hpp"
#include "espalier/core/errors.hpp"

namespace espalier::train {

namespace {

at::Tensor mean_of(const at::Tensor& features) { return features.to(at::kDouble).mean(0); }

double cosine(const at::Tensor& a, const at::Tensor& b) {
  const double product = a.norm().item<double>() * b.norm().item<double>();
  if (!(product > 0)) {
    throw UsageError("the cosine distance is not defined", "the mean features of one of the sets are all 0",
                     "Take features after another unit, or use method = \"mmd\".");
  }
  return 1 - at::dot(a, b).item<double>() / product;
}

/// How many of the images that it was not fitted to a linear SVM puts into the right set: fitted to the first halves of
/// both and asked for the second, then the other way round.
std::optional<double> told_apart(const at::Tensor& a, const at::Tensor& b, const GoOn& go_on) {
  const std::int64_t half = a.size(0) / 2, count = 2 * half;
  std::int64_t right = 0;
  for (const bool first : {true, false}) {
    const auto part = [&](const at::Tensor& set, bool fit) {
      return fit == first ? set.slice(0, 0, half) : set.slice(0, half, count);
    };
    const at::Tensor labels = at::cat({at::zeros({half}, at::kLong), at::ones({half}, at::kLong)});
    const task::LinearSpec spec{task::Classifier::svm, /*c=*/1, /*standardise=*/true, {}};
    const auto fitted = fit_linear(spec, at::cat({part(a, true), part(b, true)}), labels, /*classes=*/2, go_on);
    if (!fitted) return std::nullopt;
    const at::Tensor chosen = fitted->scores(at::cat({part(a, false), part(b, false)})).argmax(1);
    right += chosen.eq(labels).sum().item<std::int64_t>();
  }
  return static_cast<double>(right) / static_cast<double>(2 * count);
}

}  // namespace

double distance_of_means(task::DistanceMethod method, const at::Tensor& a, const at::Tensor& b) {
  ESPALIER_EXPECT(a.dim() == 1 && a.sizes() == b.sizes());
  const at::Tensor first = a.to(at::kDouble), second = b.to(at::kDouble);
  return method == task::DistanceMethod::cosine ? cosine(first, second) : (first - second).norm().item<double>();
}

std::optional<double> distance_of(task::DistanceMethod method, const at::Tensor& a, const at::Tensor& b,
                                  const GoOn& go_on) {
  ESPALIER_EXPECT(a.dim() == 2 && a.sizes() == b.sizes() && a.size(0) >= 2);
  switch (method) {
    case task::DistanceMethod::cosine:
    case task::DistanceMethod::mmd: return distance_of_means(method, mean_of(a), mean_of(b));
    case task::DistanceMethod::svm: return told_apart(a, b, go_on);
    case task::DistanceMethod::cnn: break;  // a training
  }
  throw UsageError("a distance of a method that this trainer does not know", "", "");
}

}  // namespace espalier::train
