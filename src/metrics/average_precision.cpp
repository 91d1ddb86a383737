// Ranks images by score, and sums precisions over thresholds or over ranks.
#include "espalier/metrics/average_precision.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace espalier::metrics {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// Positives among the first images, and the precision there, by rank.
struct Curve {
  std::vector<std::int64_t> found;
  std::vector<double> precision;
};

Curve curve_of(const std::vector<Scored>& ranked) {
  Curve curve;
  std::int64_t found = 0;
  for (std::size_t rank = 0; rank < ranked.size(); ++rank) {
    found += ranked[rank].positive;
    curve.found.push_back(found);
    curve.precision.push_back(static_cast<double>(found) / static_cast<double>(rank + 1));
  }
  return curve;
}

double by_thresholds(const std::vector<Scored>& ranked, const Curve& curve) {
  const auto positives = static_cast<double>(curve.found.back());
  double sum = 0, recall = 0;
  for (std::size_t rank = 0; rank < ranked.size(); ++rank) {
    if (rank + 1 < ranked.size() && ranked[rank + 1].score == ranked[rank].score) continue;
    const double now = static_cast<double>(curve.found[rank]) / positives;
    sum += (now - recall) * curve.precision[rank];
    recall = now;
  }
  return sum;
}

/// By rank, the greatest precision there or behind.
std::vector<double> falling(std::vector<double> precision) {
  for (std::size_t rank = precision.size() - 1; rank-- > 0;)
    precision[rank] = std::max(precision[rank], precision[rank + 1]);
  return precision;
}

double area(const std::vector<Scored>& ranked, const std::vector<double>& falling, std::int64_t positives) {
  double sum = 0;
  for (std::size_t rank = 0; rank < ranked.size(); ++rank) sum += ranked[rank].positive ? falling[rank] : 0;
  return sum / static_cast<double>(positives);
}

double at_eleven_recalls(const Curve& curve, const std::vector<double>& falling) {
  constexpr std::int64_t kSteps = 10;
  double sum = 0;
  std::size_t rank = 0;
  for (std::int64_t step = 0; step <= kSteps; ++step) {
    while (curve.found[rank] * kSteps < step * curve.found.back()) ++rank;
    sum += falling[rank];
  }
  return sum / static_cast<double>(kSteps + 1);
}

}  // namespace

std::optional<Precisions> precisions_of(std::vector<Scored> images) {
  if (std::none_of(images.begin(), images.end(), [](const Scored& one) { return one.positive; })) return std::nullopt;
  if (std::any_of(images.begin(), images.end(), [](const Scored& one) { return std::isnan(one.score); }))
    return Precisions{kNone, kNone, kNone};
  std::stable_sort(images.begin(), images.end(), [](const Scored& a, const Scored& b) { return a.score > b.score; });
  const Curve curve = curve_of(images);
  const auto greatest = falling(curve.precision);
  return Precisions{by_thresholds(images, curve), area(images, greatest, curve.found.back()),
                    at_eleven_recalls(curve, greatest)};
}

MeanPrecisions mean_precisions(std::span<const float> scores, std::span<const float> labels, std::int64_t outputs) {
  MeanPrecisions all;
  std::int64_t with = 0;  // a positive image
  const auto width = static_cast<std::size_t>(outputs);
  for (std::size_t k = 0; k < width; ++k) {
    std::vector<Scored> images;
    for (std::size_t i = k; i < labels.size(); i += width) {
      if (labels[i] >= 0) images.push_back({scores[i], labels[i] > 0});
    }
    all.labels += !images.empty();
    const auto one = precisions_of(std::move(images));
    if (!one) continue;
    ++with;
    all.mean.ap += one->ap;
    all.mean.voc2010 += one->voc2010;
    all.mean.voc2007 += one->voc2007;
  }
  const auto counted = static_cast<double>(with);
  all.no_positives = all.labels - with;
  for (double* sum : {&all.mean.ap, &all.mean.voc2010, &all.mean.voc2007}) *sum = counted > 0 ? *sum / counted : kNone;
  return all;
}

double mean_class_accuracy(std::span<const std::int32_t> predicted, std::span<const std::int64_t> labels,
                           std::int64_t classes) {
  std::vector<std::int64_t> right(static_cast<std::size_t>(classes)), all(right.size());
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto label = static_cast<std::size_t>(labels[i]);
    right[label] += predicted[i] == labels[i];
    ++all[label];
  }
  double sum = 0, there = 0;
  for (std::size_t c = 0; c < all.size(); ++c) {
    if (all[c] == 0) continue;
    sum += static_cast<double>(right[c]) / static_cast<double>(all[c]);
    ++there;
  }
  return there > 0 ? sum / there : kNone;
}

}  // namespace espalier::metrics
