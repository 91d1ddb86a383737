// Counts right coarse and right fine classes among the predictions of one run.
#include "report/coarse/coarse_counts.hpp"

#include <fmt/format.h>

#include "espalier/core/errors.hpp"

namespace espalier::report {
namespace {

struct FineCount {
  std::int64_t images = 0, right = 0;
};

std::size_t checked(std::int32_t output, std::size_t outputs) {
  if (output >= 0 && static_cast<std::size_t>(output) < outputs) return static_cast<std::size_t>(output);
  throw UsageError(fmt::format("predictions name output {}", output), fmt::format("the network has {}", outputs), "");
}

void add(CoarseCount& to, const FineCount& fine) {
  ++to.fine_classes;
  to.fine_sum += static_cast<double>(fine.right) / static_cast<double>(fine.images);
}

}  // namespace

CoarseCounts count_coarse(const Predictions& predictions, const plan::Coarsening& coarsening) {
  const auto& coarse_of = coarsening.coarse_of;
  CoarseCounts counts;
  counts.classes.resize(coarsening.names.size());
  std::vector<FineCount> fine(coarse_of.size());
  for (std::size_t i = 0; i < predictions.labels.size(); ++i) {
    const auto label = checked(predictions.labels[i], fine.size());
    const auto predicted = checked(predictions.predicted.at(i), fine.size());
    if (coarse_of[label] < 0) {
      ++counts.left_out;
      continue;
    }
    ++fine[label].images;
    fine[label].right += predicted == label;
    for (auto* count : {&counts.classes.at(static_cast<std::size_t>(coarse_of[label])), &counts.all}) {
      ++count->images;
      count->right += coarse_of[predicted] == coarse_of[label];
    }
  }
  for (std::size_t output = 0; output < fine.size(); ++output) {
    if (fine[output].images == 0) continue;
    add(counts.classes.at(static_cast<std::size_t>(coarse_of[output])), fine[output]);
    add(counts.all, fine[output]);
  }
  return counts;
}

}  // namespace espalier::report
