// Reads runs' predictions, says which have none, and finds the names of their outputs.
#include "report/predicted/predicted_runs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "espalier/core/errors.hpp"
#include "espalier/plan/labelled_data.hpp"

namespace espalier::report {
namespace {

/// Why a finished run has no predictions that count; "" where the file is to be read.
std::string lacking(const RunView& view) {
  if (view.run->images(metrics::Subset::test).empty()) return "the run has no test images";
  if (!view.task || view.task->predictions.artifact.empty()) return "none is stored with its task";
  const auto* written = task::evaluation_named(view.task->task.record, metrics::Subset::test);
  if (!written || written->images != view.run->images(metrics::Subset::test))
    return "those of its task are of the test images of another target";
  return "";
}

template <class Listed>
const Listed& listed(const std::map<std::string, Listed>& all, const std::string& digest) {
  const auto found = all.find(digest);
  if (found != all.end()) return found->second;
  throw UsageError("the journal does not list the test images of a run, or their labels", "its records are damaged",
                   "'espalier verify' says what is missing.");
}

/// Replaces the numbers of outputs by what the target's data call their classes; an output that joins several of them
/// keeps the name that its label map has.
void name_by_data(std::vector<std::string>& names, const task::LabelMap& map, const plan::LabelledData& data) {
  std::map<std::int32_t, std::int32_t> class_of;  // by finest class
  for (std::int32_t index = 0; index < data.class_count(); ++index) {
    for (const auto one : data.finest(index)) class_of[one] = index;
  }
  std::map<std::int32_t, std::size_t> joined;  // finest classes by output
  for (const auto output : map.outputs) ++joined[output];
  for (std::size_t i = 0; i < map.classes.size(); ++i) {
    const auto found = class_of.find(map.classes[i]);
    if (found == class_of.end() || joined[map.outputs[i]] != data.finest(found->second).size()) continue;
    names.at(static_cast<std::size_t>(map.outputs[i])) = data.class_name(found->second);
  }
}

}  // namespace

PredictionsOrWhy predictions_of(const RunView& view, const ReadPredictions& read) {
  if (const std::string why = lacking(view); !why.empty()) return {std::nullopt, why};
  if (!read) return {std::nullopt, "nothing reads them here"};
  PredictionsOrWhy found;
  try {
    found.predictions = read(*view.directory, view.task->predictions.artifact);
  } catch (const Error& error) {
    const auto& [problem, why, suggestion] = error.problem();
    return {std::nullopt, why.empty() ? problem : problem + ", " + why};
  }
  const auto* row = final_row(view, metrics::Subset::test);
  const auto images = found.predictions->images();
  if (row && row->count != images)
    return {std::nullopt, fmt::format("they are of {} images, its result is of {}", images, row->count)};
  return found;
}

bool RunTally::add(const RunView& view) {
  ++runs;
  const bool is_done = !view.diverged() && view.state == task::RunState::done;
  if (view.diverged()) ++diverged;
  else if (!is_done) ++unfinished;
  return is_done;
}

void RunTally::lacks(const std::string& why) {
  if (++lacking == 1) first_lacking = why;
}

std::string RunTally::lacking_text() const {
  return fmt::format("{} of {} finished runs {} no predictions that can be used: {}", lacking, lacking + measured,
                     lacking == 1 ? "has" : "have", first_lacking);
}

std::string RunTally::text() const {
  if (measured == runs) return "";
  std::string text = fmt::format(" {} of {} runs count", measured, runs);
  if (diverged > 0) text += fmt::format(", {} diverged", diverged);
  if (unfinished > 0) text += fmt::format(", {} did not end well or not yet", unfinished);
  return text + "." + (lacking > 0 ? " " + lacking_text() + "." : "");
}

void RunTally::refuse(const std::string& experiment) const {
  if (lacking > 0)
    throw UsageError(fmt::format("no run of '{}' has predictions", experiment), lacking_text(),
                     "Run the study again with test images, or leave this out.");
  throw UsageError(fmt::format("no run of '{}' has ended well yet", experiment),
                   fmt::format("{} of {} diverged", diverged, runs), "Report again when some have.");
}

std::string target_of(const RunView& view, const study::Study& study) {
  const std::string named = view.value("target");
  return named.empty() && !study.targets.empty() ? study.targets.front().name : named;
}

std::vector<std::string> output_names(const RunView& view, const study::Study& study) {
  const auto& state = view.directory->state;
  const auto& images = listed(state.catalog.image_sets, view.run->images(metrics::Subset::test).hex.str());
  const auto& map = listed(state.catalog.label_maps, images.labels);
  std::vector<std::string> names = map.names;
  for (auto i = names.size(); i < static_cast<std::size_t>(map.output_count); ++i) names.push_back(std::to_string(i));
  const auto target = std::find_if(study.targets.begin(), study.targets.end(),
                                   [&](const auto& one) { return one.name == target_of(view, study); });
  if (target == study.targets.end()) return names;
  const auto data = study.data.find(target->data);
  const auto facts = state.study.facts.data.find(target->data);
  if (data != study.data.end() && facts != state.study.facts.data.end())
    name_by_data(names, map, plan::LabelledData(data->second, facts->second));
  return names;
}

}  // namespace espalier::report
