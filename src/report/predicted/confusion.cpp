// Counts predictions by class, and sorts mistakes.
#include "report/predicted/confusion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "espalier/core/errors.hpp"

namespace espalier::report {

Confusion empty_confusion(std::vector<std::string> names) {
  Confusion confusion{std::move(names), {}, 0};
  confusion.counts.assign(confusion.names.size(), std::vector<std::int64_t>(confusion.names.size()));
  return confusion;
}

void Confusion::add(const Predictions& predictions) {
  const auto checked = [&](std::int32_t output) {
    if (output >= 0 && static_cast<std::size_t>(output) < names.size()) return static_cast<std::size_t>(output);
    throw UsageError(fmt::format("predictions name output {}", output), fmt::format("the network has {}", names.size()),
                     "");
  };
  for (std::size_t i = 0; i < predictions.labels.size(); ++i)
    ++counts[checked(predictions.labels[i])][checked(predictions.predicted.at(i))];
  ++runs;
}

std::int64_t Confusion::images_of(std::size_t right) const {
  return std::accumulate(counts[right].begin(), counts[right].end(), std::int64_t{0});
}

std::vector<ConfusedPair> most_confused(const Confusion& confusion, std::size_t most) {
  std::vector<ConfusedPair> pairs;
  for (std::size_t right = 0; right < confusion.counts.size(); ++right) {
    for (std::size_t predicted = 0; predicted < confusion.counts.size(); ++predicted) {
      const auto images = confusion.counts[right][predicted];
      if (right != predicted && images > 0) pairs.push_back({right, predicted, images});
    }
  }
  std::stable_sort(pairs.begin(), pairs.end(), [](const auto& a, const auto& b) { return a.images > b.images; });
  pairs.resize(std::min(pairs.size(), most));
  return pairs;
}

std::vector<std::size_t> surest_mistakes(const Predictions& predictions, std::size_t most) {
  std::vector<std::size_t> wrong;
  for (std::size_t i = 0; i < predictions.probability.size(); ++i) {
    if (predictions.predicted.at(i) != predictions.labels.at(i)) wrong.push_back(i);
  }
  std::stable_sort(wrong.begin(), wrong.end(), [&](std::size_t a, std::size_t b) {
    return predictions.probability[a] > predictions.probability[b];
  });
  wrong.resize(std::min(wrong.size(), most));
  return wrong;
}

}  // namespace espalier::report
