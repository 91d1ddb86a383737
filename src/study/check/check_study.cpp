// Runs all checks, and refuses a study with more runs than study.max_runs.
#include "study/check/check_study.hpp"

#include <algorithm>

#include "study/cells.hpp"

namespace espalier::study {

namespace {

constexpr std::int64_t kCounted = 1'000'000'000'000'000;  ///< larger products saturate

std::string runs_text(std::int64_t cells) {
  return cells > kCounted ? "more than " + std::to_string(kCounted) : "up to " + std::to_string(cells);
}

void check_size(const CheckContext& context) {
  std::int64_t above = 0;
  for (const auto& experiment : context.study.experiments) {
    const std::int64_t cells = cell_count(context.study, experiment);
    const std::int64_t counted = std::min(cells, context.study.max_runs + 1);
    if (above + counted <= context.study.max_runs) {
      above += counted;
      continue;
    }
    return context.report.error(experiment.where, key_of(experiment, "axes"),
                                {runs_text(cells) + " runs here" +
                                     (above > 0 ? " and " + std::to_string(above) + " in the experiments above" : "") +
                                     " pass the limit of " + std::to_string(context.study.max_runs),
                                 "the axes multiply", "Shorten an axis, or raise study.max_runs"});
  }
}

}  // namespace

void check_study(const CheckContext& context) {
  for (auto* part : {check_roles, check_labels, check_multi_label, check_stops, check_experiments, check_takes,
                     check_picks, check_starts, check_kinds, check_circles, check_freezing, check_size, check_outputs})
    part(context);
}

std::string key_of(const Experiment& experiment, const std::string& part) {
  return (experiment.pick ? "pick." : "experiment.") + experiment.name + (part.empty() ? "" : "." + part);
}

}  // namespace espalier::study
