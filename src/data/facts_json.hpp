#pragma once
// Facts of a pack as JSON, for the cache's index and the answers of verbs.
#include <nlohmann/json.hpp>

#include "espalier/data/resolve.hpp"

namespace espalier::data {

nlohmann::json json_of(const task::LabelLevels& levels);
nlohmann::json json_of(const std::vector<Problem>& notes);
std::vector<Problem> notes_from(const nlohmann::json& json);
/// Throws nlohmann::json::exception where a field is missing.
task::LabelLevels levels_from(const nlohmann::json& json);

/// Leaves out the file's path.
nlohmann::json json_of(const PackFacts& facts);
/// Throws nlohmann::json::exception where a field is missing.
PackFacts facts_from(const nlohmann::json& json);

}  // namespace espalier::data
