// Looks a kept network up by its run, or chooses the best by validation among those that are kept.
#include "cli/kept_network.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>
#include <unordered_set>

#include "cli/find_run.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/metrics/shown.hpp"
#include "espalier/report/wording.hpp"

namespace espalier::cli {
namespace {

constexpr const char* kHowToKeep =
    "Set train.keep = \"best\", \"selected\" or \"last\" before a study is run; what ran without is made again in "
    "another "
    "folder: espalier run STUDY --out OTHER --set train.keep=last --only CONDITION";

bool is_kept(const store::TaskState& task) {
  return task.state == task::RunState::done && !task.finished.artifact.empty();
}

/// The runs with kept networks; runs that share one count once.
std::vector<report::RunView> kept_runs(const std::vector<report::RunView>& views) {
  std::unordered_set<const store::TaskState*> seen;
  std::vector<report::RunView> kept;
  for (const auto& view : views) {
    if (view.task && is_kept(*view.task) && seen.insert(view.task).second) kept.push_back(view);
  }
  return kept;
}

struct Rank {
  double accuracy = 0, loss = 0;
};

std::optional<Rank> rank_of(const report::RunView& view) {
  const auto* row = report::final_row(view, metrics::Subset::valid);
  if (!row) return std::nullopt;
  const Rank rank{accuracy_on(metrics::Subset::valid, *view.task).of(*row), row->of(metrics::Metric::loss)};
  return std::isfinite(rank.accuracy) ? std::optional(rank) : std::nullopt;
}

bool is_better(const Rank& a, const Rank& b) {
  return a.accuracy != b.accuracy ? a.accuracy > b.accuracy : a.loss < b.loss;
}

std::string listed(const std::vector<report::RunView>& runs) {
  constexpr std::size_t kNamed = 8;
  std::string text;
  for (std::size_t i = 0; i < std::min(kNamed, runs.size()); ++i)
    text += fmt::format("\n  {}  {}: {}", runs[i].run->id.brief(), runs[i].run->experiment, labels_text(*runs[i].run));
  return runs.size() > kNamed ? text + fmt::format("\n  and {} more", runs.size() - kNamed) : text;
}

KeptNetwork best_of(const std::vector<report::RunView>& kept) {
  std::set<std::string> targets;
  for (const auto& view : kept) targets.insert(view.value("target"));
  if (targets.size() > 1)
    throw UsageError(fmt::format("networks of {} targets are kept", targets.size()),
                     "they tell other classes apart, and their accuracies do not compare",
                     "Name a run as DIR:RUN:" + listed(kept));
  const report::RunView* best = nullptr;
  std::optional<Rank> highest;
  for (const auto& view : kept) {
    const auto rank = rank_of(view);
    if (!rank || (highest && !is_better(*rank, *highest))) continue;
    highest = rank;
    best = &view;
  }
  if (!best)
    throw UsageError(fmt::format("{} networks are kept", kept.size()), "none was measured on validation images",
                     "Name a run as DIR:RUN:" + listed(kept));
  KeptNetwork network{best->task, *best, ""};
  const auto metric = accuracy_on(metrics::Subset::valid, *best->task);
  network.note = fmt::format("{}: {} {}, the best of {} kept networks", called(network), report::axis_title(metric),
                             metrics::shown(metric.metric, highest->accuracy), kept.size());
  return network;
}

[[noreturn]] void refuse_unkept(const KeptNetwork& network) {
  const auto& task = *network.task;
  if (task::probe_of(task.task))
    throw UsageError(called(network) + " has no network of its own", "it measures others and trains none",
                     "Name a run that trains.");
  if (task.state != task::RunState::done)
    throw UsageError(called(network) + " is not done", std::string("it is ") + task::name_of(task.state),
                     "'espalier explain' says what it waits for.");
  const auto keep = task.task.record.keep;
  const bool was_chosen_from = keep == task::Keep::best || keep == task::Keep::selected;
  throw UsageError("the network of " + called(network) + " was not kept",
                   was_chosen_from ? "others were chosen by train.keep" : "train.keep was \"none\"", kHowToKeep);
}

}  // namespace

DirAndRun dir_and_run(const std::string& text) {
  std::error_code none;
  const auto is_folder = [&](const std::string& path) { return std::filesystem::is_directory(path, none); };
  if (is_folder(text)) return {text, ""};
  for (auto colon = text.find(':'); colon != std::string::npos; colon = text.find(':', colon + 1)) {
    if (is_folder(text.substr(0, colon))) return {text.substr(0, colon), text.substr(colon + 1)};
  }
  return {text, ""};
}

std::string called(const KeptNetwork& network) {
  if (!network.run) return "source " + network.task->task.id.brief();
  const auto& run = *network.run->run;
  return fmt::format("experiment '{}', {} (run {})", run.experiment, labels_text(run), run.id.brief());
}

metrics::MetricName accuracy_on(metrics::Subset subset, const store::TaskState& task) {
  const bool several = task::as_training(task.task).loss == task::Loss::binary;
  return {subset, several ? metrics::Metric::ap : metrics::Metric::top1};
}

KeptNetwork find_kept_network(const report::Directory& directory, const std::vector<report::RunView>& views,
                              const std::string& wanted) {
  if (!wanted.empty()) {
    const auto subject = find_subject(directory, views, wanted);
    if (!subject.task)
      throw UsageError("run '" + wanted + "' has no training yet", "a selection must still choose its values",
                       "'espalier explain' says what it waits for.");
    KeptNetwork network{subject.task, subject.run, ""};
    if (!is_kept(*network.task)) refuse_unkept(network);
    return network;
  }
  const auto kept = kept_runs(views);
  if (kept.empty()) throw UsageError("'" + directory.name + "' keeps no network of a run", "", kHowToKeep);
  if (kept.size() > 1) return best_of(kept);
  KeptNetwork network{kept.front().task, kept.front(), ""};
  network.note = called(network) + ", the only kept network";
  return network;
}

}  // namespace espalier::cli
