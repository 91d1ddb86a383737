// Writes the lines of `watch`: progress, workers, and the best setting so far of each size.
#include "cli/watch_frame.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "cli/progress_line.hpp"
#include "espalier/report/progress.hpp"
#include "espalier/report/wording.hpp"
#include "espalier/study/axes.hpp"

namespace espalier::cli {
namespace {

/// The axes of an experiment's runs that have several values, besides those that repeat a setting.
using VaryingAxes = std::map<std::string, std::set<std::string>>;

VaryingAxes varying_axes(const store::State& state) {
  std::map<std::pair<std::string, std::string>, std::string> first;
  VaryingAxes varying;
  for (const auto& entry : state.runs) {
    if (!entry.current) continue;
    for (const auto& label : entry.run.labels) {
      const auto [known, is_new] = first.try_emplace({entry.run.experiment, label.axis}, label.value);
      if (!is_new && known->second != label.value) varying[entry.run.experiment].insert(label.axis);
    }
  }
  return varying;
}

std::string text_of(const plan::PlannedRun& run, const VaryingAxes& varying, bool with_repetition,
                    const std::set<std::string>& without = {}) {
  std::string text = run.experiment + ":";
  const auto axes = varying.find(run.experiment);
  for (const auto& label : run.labels) {
    const bool varies = axes != varying.end() && axes->second.contains(label.axis);
    if (!varies || without.contains(label.axis) || (!with_repetition && study::repeats(label.axis))) continue;
    text += " " + label.axis + "=" + label.value;
  }
  return text;
}

/// The task's first run, or the source that a run starts from.
std::map<TaskId, std::string> names_in_hand(const store::State& state, const report::StudyProgress& progress,
                                            const VaryingAxes& varying) {
  std::map<TaskId, std::string> names;
  for (const auto& task : progress.running) names[task.task];
  for (const auto& entry : state.runs) {
    if (!entry.current) continue;
    const auto own = names.find(entry.run.task);
    if (own != names.end() && own->second.empty()) own->second = text_of(entry.run, varying, true);
    const auto task = state.tasks.find(entry.run.task);
    if (task == state.tasks.end()) continue;
    for (const auto& input : task->second.task.inputs) {
      const auto source = names.find(input.task);
      const auto* name = entry.run.label("source");
      const auto* split = entry.run.label("split");
      if (source == names.end() || !source->second.empty() || input.role != task::InputRole::pretraining) continue;
      source->second = fmt::format("source {}{}", name ? *name : "", split ? " split=" + *split : "");
    }
  }
  return names;
}

void add_workers(const store::State& state, const report::StudyProgress& progress, const VaryingAxes& varying,
                 std::vector<std::string>& lines) {
  const auto names = names_in_hand(state, progress, varying);
  for (const auto& task : progress.running) {
    const auto& name = names.at(task.task);
    const auto epochs = task.epochs > 0 ? fmt::format("  epoch {} of {}", task.epoch, task.epochs) : "";
    lines.push_back(
        fmt::format("worker {:<3} {}{}", task.worker.rank, name.empty() ? "task " + task.task.brief() : name, epochs));
  }
}

struct Mean {
  double sum = 0;
  int runs = 0, all = 0;
  std::string text;
  double value() const { return sum / runs; }
};

/// The metric of validation images that is maximised for this task's kind of labels.
metrics::MetricName metric_of(const store::TaskState& task) {
  const bool several = !task::probe_of(task.task) && task::training(task.task).loss == task::Loss::binary;
  return {metrics::Subset::valid, several ? metrics::Metric::ap : metrics::Metric::top1};
}

void add_value(const store::State& state, const plan::PlannedRun& run, Mean& mean) {
  ++mean.all;
  const auto task = state.tasks.find(run.task);
  if (task == state.tasks.end() || task->second.state != task::RunState::done) return;
  const auto* row = store::result_at(task->second, run, metrics::Subset::valid);
  const double value = row ? metric_of(task->second).of(*row) : std::nan("");
  if (!std::isfinite(value)) return;
  mean.sum += value;
  ++mean.runs;
}

std::string place_of(const plan::PlannedRun& run, bool several_targets) {
  const auto *target = run.label("target"), *size = run.label("per_class");
  std::string text = several_targets && target ? *target : "";
  if (size) text += fmt::format("{}{} a class", text.empty() ? "" : ", ", *size);
  return text.empty() ? "all" : text;
}

void add_best(const store::State& state, const VaryingAxes& varying, std::vector<std::string>& lines) {
  std::set<std::string> targets;
  for (const auto& entry : state.runs) {
    if (const auto* target = entry.run.label("target"); entry.current && target) targets.insert(*target);
  }
  std::vector<std::string> places;
  std::map<std::string, std::map<std::string, Mean>> means;  // by place, by setting
  for (const auto& entry : state.runs) {
    if (!entry.current || entry.run.task.empty()) continue;
    const auto place = place_of(entry.run, targets.size() > 1);
    if (!means.contains(place)) places.push_back(place);
    const auto setting = text_of(entry.run, varying, false, {"target", "per_class"});
    Mean& mean = means[place][setting];
    mean.text = setting;
    add_value(state, entry.run, mean);
  }
  for (const auto& place : places) {
    const Mean* best = nullptr;
    for (const auto& [setting, mean] : means.at(place)) {
      if (mean.runs > 0 && (!best || mean.value() > best->value())) best = &mean;
    }
    if (best)
      lines.push_back(fmt::format("best so far, {}: {:.1f} % on validation  {}  ({} of {} runs)", place,
                                  100 * best->value(), best->text, best->runs, best->all));
  }
}

}  // namespace

std::vector<std::string> watch_frame(const store::State& state, const std::string& launch) {
  const auto progress = report::progress(state);
  const auto varying = varying_axes(state);
  std::vector<std::string> lines = {launch};
  if (const auto line = progress_line(state); !line.empty()) lines.push_back(line);
  add_workers(state, progress, varying, lines);
  add_best(state, varying, lines);
  return lines;
}

std::string watch_milestone(const store::State& state, const std::string& launch) {
  const auto runs = report::progress(state).runs;
  std::string text = launch;
  for (std::size_t i = 0; i < report::kStates; ++i) {
    if (task::is_final(static_cast<task::RunState>(i))) text += fmt::format(" {}", runs.of[i]);
  }
  return text + fmt::format(" of {}", runs.total);
}

}  // namespace espalier::cli
