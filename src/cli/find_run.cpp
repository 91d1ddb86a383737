// Looks a run up by the beginning of its id or by EXPERIMENT:AXIS=VALUE; lists candidates where several fit.
#include "cli/find_run.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "espalier/core/errors.hpp"
#include "espalier/report/query.hpp"

namespace espalier::cli {
namespace {

std::vector<report::RunView> by_id(const std::vector<report::RunView>& views, const std::string& prefix) {
  std::vector<report::RunView> found;
  for (const auto& view : views) {
    if (view.run->id.hex.starts_with(prefix)) found.push_back(view);
  }
  return found;
}

std::vector<report::RunView> by_labels(const std::vector<report::RunView>& views, const std::string& wanted) {
  const auto named = report::parse_named_runs(wanted);
  std::vector<report::AxisCondition> conditions = {{"experiment", {named.experiment}}};
  if (!named.conditions.empty()) {
    for (auto& condition : report::parse_conditions(named.conditions)) conditions.push_back(std::move(condition));
  }
  return report::select(views, conditions);
}

[[noreturn]] void refuse(const std::vector<report::RunView>& found, const std::string& wanted) {
  if (found.empty()) {
    throw UsageError("no run or task is '" + wanted + "'",
                     "it is neither the beginning of an id nor EXPERIMENT:AXIS=VALUE,...",
                     "'espalier export DIR --format csv --what runs' lists all runs with their tasks.");
  }
  constexpr std::size_t kNamed = 8;
  std::string list;
  for (std::size_t i = 0; i < std::min(kNamed, found.size()); ++i) {
    const auto& run = *found[i].run;
    list += fmt::format("\n  {}  {}: {}", run.id.brief(), run.experiment, labels_text(run));
  }
  if (found.size() > kNamed) list += fmt::format("\n  and {} more", found.size() - kNamed);
  throw UsageError(fmt::format("{} runs are '{}'", found.size(), wanted), "one is wanted",
                   "Add axes, or name one by its id:" + list);
}

std::vector<const store::TaskState*> tasks_by_id(const store::State& state, const std::string& prefix) {
  std::vector<const store::TaskState*> found;
  for (const auto& [id, task] : state.tasks) {
    if (id.hex.starts_with(prefix)) found.push_back(&task);
  }
  std::sort(found.begin(), found.end(), [](const auto* a, const auto* b) { return a->task.id < b->task.id; });
  return found;
}

[[noreturn]] void refuse_tasks(const std::vector<report::RunView>& runs,
                               const std::vector<const store::TaskState*>& tasks, const std::string& wanted) {
  std::string list;
  for (std::size_t i = 0; i < std::min<std::size_t>(8, runs.size()); ++i)
    list += "\n  run  " + runs[i].run->id.hex.str();
  for (std::size_t i = 0; i < std::min<std::size_t>(8, tasks.size()); ++i)
    list += "\n  task " + tasks[i]->task.id.hex.str();
  throw UsageError(fmt::format("{} runs and {} tasks begin with '{}'", runs.size(), tasks.size(), wanted),
                   "one is wanted", "Write more of its id:" + list);
}

}  // namespace

Subject find_subject(const report::Directory& directory, const std::vector<report::RunView>& views,
                     const std::string& wanted) {
  const bool labelled = wanted.find(':') != std::string::npos;
  const auto tasks =
      labelled || wanted.empty() ? std::vector<const store::TaskState*>{} : tasks_by_id(directory.state, wanted);
  const auto runs = labelled || tasks.empty() ? std::vector<report::RunView>{} : by_id(views, wanted);
  if (tasks.empty()) {
    const auto run = find_run(views, wanted);
    return {run, run.task};
  }
  if (tasks.size() + runs.size() > 1) refuse_tasks(runs, tasks, wanted);
  std::vector<report::RunView> own;
  for (const auto& view : views) {
    if (view.task == tasks.front()) own.push_back(view);
  }
  if (own.size() == 1) return {own.front(), tasks.front()};
  return {std::nullopt, tasks.front()};
}

report::RunView find_run(const std::vector<report::RunView>& views, const std::string& wanted) {
  const bool labelled = report::parse_named_runs(wanted).has_colon;
  const auto found = labelled ? by_labels(views, wanted) : by_id(views, wanted);
  if (found.size() != 1 || wanted.empty()) refuse(found, wanted);
  return found.front();
}

std::string labels_text(const plan::PlannedRun& run) {
  std::string text;
  for (const auto& label : run.labels)
    text += (text.empty() ? "" : " ") + label.axis + "=" + report::spelled(label.value);
  return text;
}

std::string time_text(double seconds_since_1970) {
  if (seconds_since_1970 <= 0) return "-";
  return fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::gmtime(static_cast<std::time_t>(seconds_since_1970)));
}

}  // namespace espalier::cli
