// Converts the facts of a pack to JSON and back.
#include "data/facts_json.hpp"

namespace espalier::data {

nlohmann::json json_of(const PackFacts& facts) {
  return {{"digest", facts.digest},
          {"shape", {facts.shape.channels, facts.shape.height, facts.shape.width}},
          {"class_names", facts.class_names},
          {"class_counts", facts.class_counts},
          {"mean", facts.mean},
          {"std", facts.std}};
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
  return facts;
}

std::string facts_text(const PackFacts& facts) {
  return json_of(facts).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace espalier::data
