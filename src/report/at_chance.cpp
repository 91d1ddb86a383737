// Compares training losses with those of guessing, and names the runs that came no further.
#include "espalier/report/at_chance.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "espalier/report/query.hpp"
#include "espalier/study/axes.hpp"

namespace espalier::report {
namespace {

/// 0 where the state does not know the labels.
std::int32_t outputs_of(const store::State& state, const task::TrainSpec& spec) {
  const auto found = state.catalog.label_maps.find(spec.images.labels);
  return found == state.catalog.label_maps.end() ? 0 : found->second.output_count;
}

const metrics::Row* training_row(const store::TaskState& task) {
  const auto* measured = store::result_at(task, metrics::Subset::train_eval);
  return measured ? measured : store::result_at(task, metrics::Subset::train);
}

}  // namespace

bool ended_at_chance(const store::State& state, const store::TaskState& task) {
  if (task.state != task::RunState::done || task::probe_of(task.task)) return false;
  const auto& spec = task::training(task.task);
  const auto outputs = outputs_of(state, spec);
  if (spec.loss != task::Loss::cross_entropy || outputs < 2 || spec.length == task::Moment{}) return false;
  const auto* row = training_row(task);
  return row && row->of(metrics::Metric::loss) >= kChanceShare * std::log(outputs);  // false where it was not measured
}

bool ended_at_chance(const RunView& view) { return view.task && ended_at_chance(view.directory->state, *view.task); }

std::string name_of_run(const RunView& view, const std::vector<RunView>& views) {
  std::string labels;
  for (const auto& label : view.run->labels) {
    const bool varies = std::any_of(views.begin(), views.end(), [&](const RunView& other) {
      return other.run->experiment == view.run->experiment && other.value(label.axis) != label.value;
    });
    if (varies) labels += (labels.empty() ? "" : ",") + label.axis + "=" + spelled(label.value);
  }
  return view.run->experiment + (labels.empty() ? "" : ":" + labels);
}

std::string at_chance_text(const std::vector<RunView>& views) {
  constexpr std::size_t kNamed = 5;
  std::vector<const RunView*> found;
  for (const auto& view : views) {
    if (ended_at_chance(view)) found.push_back(&view);
  }
  if (found.empty()) return "";
  std::string names;
  for (std::size_t i = 0; i < std::min(kNamed, found.size()); ++i)
    names += (i ? ", " : "") + name_of_run(*found[i], views);
  if (found.size() > kNamed) names += fmt::format(" and {} more", found.size() - kNamed);
  return fmt::format(
      "{} of {} runs ended at chance, with the loss of a guess on their own training images: {}. Their cells count "
      "them; a lower rate or train.warmup may help.",
      found.size(), views.size(), names);
}

}  // namespace espalier::report
