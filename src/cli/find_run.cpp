// Looks a run up by the beginning of its id or by EXPERIMENT:AXIS=VALUE; lists candidates where several fit.
#include "cli/find_run.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

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
  std::vector<report::Condition> conditions = {{"experiment", {named.experiment}}};
  if (!named.conditions.empty()) {
    for (auto& condition : report::parse_conditions(named.conditions)) conditions.push_back(std::move(condition));
  }
  return report::select(views, conditions);
}

[[noreturn]] void refuse(const std::vector<report::RunView>& found, const std::string& wanted) {
  if (found.empty()) {
    throw UsageError("no run is '" + wanted + "'", "it is neither the beginning of an id nor EXPERIMENT:AXIS=VALUE,...",
                     "'espalier export DIR --format csv --what runs' lists all runs.");
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

}  // namespace

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
