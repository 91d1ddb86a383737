// Converts the facts of a pack to JSON and back.
#include "data/facts_json.hpp"

namespace espalier::data {

nlohmann::json json_of(const LabelLevels& levels) {
  auto json = nlohmann::json::object();
  for (const auto& [name, level] : levels) json[name] = {{"of", level.of}, {"names", level.names}};
  return json;
}

LabelLevels levels_from(const nlohmann::json& json) {
  LabelLevels levels;
  for (const auto& [name, level] : json.items()) {
    level.at("of").get_to(levels[name].of);
    level.at("names").get_to(levels[name].names);
  }
  return levels;
}

nlohmann::json json_of(const PackFacts& facts) {
  nlohmann::json json{{"digest", facts.digest},
                      {"shape", {facts.shape.channels, facts.shape.height, facts.shape.width}},
                      {"class_names", facts.class_names},
                      {"class_counts", facts.class_counts},
                      {"mean", facts.mean},
                      {"std", facts.std}};
  if (!facts.levels.empty()) json["levels"] = json_of(facts.levels);
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
  return facts;
}

std::string facts_text(const PackFacts& facts) {
  return json_of(facts).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace espalier::data
