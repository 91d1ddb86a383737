#include <algorithm>

#include "study/cells.hpp"
#include "study/parts.hpp"

namespace espalier::study {

void check_size(const Whole& whole) {
  std::int64_t sum = 0;
  for (const auto& experiment : whole.study.experiments) {
    const std::int64_t cells = cell_count(whole.study, experiment);
    sum += std::min(cells, whole.study.max_runs + 1);
    if (sum <= whole.study.max_runs) continue;
    return whole.report.error(
        experiment.where, key_of(experiment, "axes"),
        {"up to " + std::to_string(cells) + " runs here pass the limit of " + std::to_string(whole.study.max_runs),
         "the axes multiply", "Shorten an axis, or raise study.max_runs"});
  }
}

}  // namespace espalier::study
