// Matches planned runs against an id prefix or EXPERIMENT:axis=value,...
#include "cli/show_choice.hpp"

#include "espalier/core/errors.hpp"
#include "espalier/study/parse.hpp"

namespace espalier::cli {
namespace {

struct Wanted {
  std::string experiment;
  std::vector<plan::Label> labels;
};

Wanted parse_wanted(const std::string& text) {
  const auto colon = text.find(':');
  Wanted wanted{text.substr(0, colon), {}};
  std::size_t at = colon == std::string::npos ? text.size() : colon + 1;
  while (at < text.size()) {
    const auto comma = std::min(text.find(',', at), text.size());
    const std::string part = text.substr(at, comma - at);
    const auto equals = part.find('=');
    if (equals == std::string::npos) {
      throw UsageError("'" + part + "' gives no axis a value", "a run is named by an id or by axes",
                       "Write EXPERIMENT:axis=value,axis=value");
    }
    wanted.labels.push_back({part.substr(0, equals), part.substr(equals + 1)});
    at = comma + 1;
  }
  return wanted;
}

bool fits(const plan::PlannedRun& run, const Wanted& wanted) {
  if (!wanted.experiment.empty() && run.experiment != wanted.experiment) return false;
  for (const auto& label : wanted.labels) {
    const auto* value = run.label(label.axis);
    if (!value || study::to_string(study::parse_value(*value)) != study::to_string(study::parse_value(label.value)))
      return false;
  }
  return true;
}

[[noreturn]] void refuse(const plan::Plan& plan, const std::string& text) {
  std::vector<std::string> names;
  for (const auto& one : plan.experiments) names.push_back(one.name);
  std::string list;
  for (const auto& name : names) list += (list.empty() ? "" : ", ") + name;
  throw UsageError("no run is '" + text + "'", "experiments: " + list,
                   "Name the first digits of an id, or EXPERIMENT:axis=value,axis=value");
}

}  // namespace

std::vector<const plan::PlannedRun*> choose_runs(const plan::Plan& plan, const std::string& text) {
  std::vector<const plan::PlannedRun*> chosen;
  const bool may_be_id = !text.empty() && text.find_first_not_of("0123456789abcdef") == std::string::npos;
  for (const auto& run : plan.runs) {
    if (may_be_id && run.id.hex.starts_with(text)) chosen.push_back(&run);
  }
  if (!chosen.empty()) return chosen;
  const Wanted wanted = parse_wanted(text);
  for (const auto& run : plan.runs) {
    if (fits(run, wanted)) chosen.push_back(&run);
  }
  if (chosen.empty()) refuse(plan, text);
  return chosen;
}

}  // namespace espalier::cli
