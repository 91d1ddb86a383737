// Parses the JSON list of hand-made selections into the outcomes that the planner takes.
#include "espalier/session/plan_given.hpp"

#include <nlohmann/json.hpp>

#include "espalier/core/errors.hpp"
#include "session/study_input_text.hpp"

namespace espalier::session {
namespace {

using nlohmann::ordered_json;

constexpr std::uintmax_t kMostBytes = 64 << 20;
constexpr const char* kForm =
    R"(Write [{"experiment": "frozen", "per": {"per_class": 10}, "values": {"transferred": 6}}, ...])";

study::Value value_of(const ordered_json& value) {
  if (value.is_boolean()) return value.get<bool>();
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (value.is_number()) return value.get<double>();
  return value.get<std::string>();
}

std::vector<plan::Label> labels_of(const ordered_json& object) {
  std::vector<plan::Label> labels;
  for (const auto& [axis, value] : object.items()) labels.push_back({axis, study::to_string(value_of(value))});
  return labels;
}

plan::SelectionOutcome selection_of(const ordered_json& entry) {
  plan::SelectionOutcome outcome;
  outcome.experiment = entry.at("experiment").get<std::string>();
  if (entry.contains("per")) outcome.per = labels_of(entry.at("per"));
  outcome.chosen = labels_of(entry.at("values"));
  return outcome;
}

}  // namespace

std::vector<plan::SelectionOutcome> read_given(const std::filesystem::path& file) {
  const std::string text = read_text(file, "a JSON file of selections", kMostBytes);
  try {
    std::vector<plan::SelectionOutcome> all;
    for (const auto& entry : ordered_json::parse(text)) all.push_back(selection_of(entry));
    return all;
  } catch (const ordered_json::exception& error) {
    throw UsageError("'" + file.string() + "' is no list of selections", error.what(), kForm);
  }
}

}  // namespace espalier::session
