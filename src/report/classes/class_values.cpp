// Counts hits by class, and ranks images by the scores of each label.
#include "report/classes/class_values.hpp"

#include <fmt/format.h>

#include <cmath>

#include "espalier/core/errors.hpp"
#include "espalier/metrics/average_precision.hpp"

namespace espalier::report {
namespace {

std::size_t checked(std::int32_t output, std::size_t outputs) {
  if (output >= 0 && static_cast<std::size_t>(output) < outputs) return static_cast<std::size_t>(output);
  throw UsageError(fmt::format("predictions name output {}", output), fmt::format("the network has {}", outputs), "");
}

double form_of(const metrics::Precisions& precisions, metrics::Metric metric) {
  if (metric == metrics::Metric::ap_voc2010) return precisions.voc2010;
  return metric == metrics::Metric::ap_voc2007 ? precisions.voc2007 : precisions.ap;
}

ClassValue precision_of(const Predictions& predictions, std::size_t output, metrics::Metric metric) {
  ClassValue value;
  std::vector<metrics::Scored> images;
  const auto width = static_cast<std::size_t>(predictions.outputs);
  for (std::size_t i = output; i < predictions.positives.size(); i += width) {
    if (predictions.positives[i] < 0) continue;
    const bool positive = predictions.positives[i] > 0;
    value.positives += positive;
    images.push_back({predictions.scores[i], positive});
  }
  value.images = static_cast<std::int64_t>(images.size());
  const auto precisions = metrics::precisions_of(std::move(images));
  if (!precisions || !std::isfinite(form_of(*precisions, metric))) return value;
  value.measured = true;
  value.value = form_of(*precisions, metric);
  return value;
}

}  // namespace

bool is_by_class(metrics::Metric metric, bool several) {
  using metrics::Metric;
  if (several) return metric == Metric::ap || metric == Metric::ap_voc2010 || metric == Metric::ap_voc2007;
  return metric == Metric::top1 || metric == Metric::mean_class;
}

std::vector<ClassValue> class_values(const Predictions& predictions, std::size_t outputs, metrics::Metric metric) {
  std::vector<ClassValue> values(outputs);
  if (predictions.are_several()) {
    if (static_cast<std::size_t>(predictions.outputs) != outputs)
      throw UsageError(fmt::format("scores are of {} outputs", predictions.outputs),
                       fmt::format("the network has {}", outputs), "");
    for (std::size_t k = 0; k < outputs; ++k) values[k] = precision_of(predictions, k, metric);
    return values;
  }
  std::vector<std::int64_t> right(outputs);
  for (std::size_t i = 0; i < predictions.labels.size(); ++i) {
    const auto label = checked(predictions.labels[i], outputs);
    ++values[label].images;
    right[label] += checked(predictions.predicted.at(i), outputs) == label;
  }
  for (std::size_t k = 0; k < outputs; ++k) {
    values[k].positives = values[k].images;
    values[k].measured = values[k].images > 0;
    if (values[k].measured) values[k].value = metrics::Share(static_cast<double>(right[k]), values[k].images);
  }
  return values;
}

ClassValue mean_of(const std::vector<ClassValue>& values) {
  ClassValue mean;
  double sum = 0;
  int measured = 0;
  for (const auto& one : values) {
    mean.images += one.images;
    mean.positives += one.positives;
    if (!one.measured) continue;
    ++measured;
    sum += one.value.value();
  }
  mean.measured = measured > 0;
  if (mean.measured) mean.value = sum / measured;
  return mean;
}

}  // namespace espalier::report
