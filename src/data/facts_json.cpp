// Converts the facts of a pack to JSON and back.
#include "data/facts_json.hpp"

namespace espalier::data {

nlohmann::json json_of(const task::LabelLevels& levels) {
  auto json = nlohmann::json::object();
  for (const auto& [name, level] : levels) json[name] = {{"of", level.of}, {"names", level.names}};
  return json;
}

task::LabelLevels levels_from(const nlohmann::json& json) {
  task::LabelLevels levels;
  for (const auto& [name, level] : json.items()) {
    level.at("of").get_to(levels[name].of);
    level.at("names").get_to(levels[name].names);
  }
  return levels;
}

nlohmann::json json_of(const std::vector<Problem>& notes) {
  auto json = nlohmann::json::array();
  for (const Problem& note : notes) {
    json.push_back({{"problem", note.problem}, {"why", note.why}, {"suggestion", note.suggestion}});
  }
  return json;
}

std::vector<Problem> notes_from(const nlohmann::json& json) {
  std::vector<Problem> notes;
  const auto text = [](const nlohmann::json& note, const char* key) { return note.at(key).get<std::string>(); };
  for (const auto& note : json) {
    notes.push_back({text(note, "problem"), text(note, "why"), text(note, "suggestion")});
  }
  return notes;
}

nlohmann::json json_of(const PackFacts& facts) {
  nlohmann::json json{{"digest", facts.digest},
                      {"shape", {facts.shape.channels, facts.shape.height, facts.shape.width}},
                      {"class_names", facts.class_names},
                      {"class_counts", facts.class_counts},
                      {"mean", facts.mean},
                      {"std", facts.std}};
  if (!facts.levels.empty()) json["levels"] = json_of(facts.levels);
  if (!facts.notes.empty()) json["notes"] = json_of(facts.notes);
  if (!facts.origin.empty()) json["origin"] = facts.origin;
  if (!facts.positives.empty()) json["positives"] = facts.positives;
  if (!facts.difficult.empty()) json["difficult"] = facts.difficult;
  return json;
}

PackFacts facts_from(const nlohmann::json& json) {
  PackFacts facts;
  json.at("digest").get_to(facts.digest);
  const auto shape = json.at("shape").get<std::array<std::int32_t, 3>>();
  facts.shape = {shape[0], shape[1], shape[2]};
  json.at("class_names").get_to(facts.class_names);
  json.at("class_counts").get_to(facts.class_counts);
  json.at("mean").get_to(facts.mean);
  json.at("std").get_to(facts.std);
  if (json.contains("levels")) facts.levels = levels_from(json.at("levels"));
  if (json.contains("notes")) facts.notes = notes_from(json.at("notes"));
  facts.origin = json.value("origin", std::string());
  facts.positives = json.value("positives", std::vector<std::int64_t>());
  facts.difficult = json.value("difficult", std::vector<std::int64_t>());
  return facts;
}

std::string facts_text(const PackFacts& facts) {
  return json_of(facts).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace espalier::data
