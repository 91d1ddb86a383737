#pragma once
// PackFacts as JSON: in the cache's index and in the answers of the verbs.
#include <nlohmann/json.hpp>

#include "espalier/data/resolve.hpp"

namespace espalier::data {

/// Leaves out the file's path.
nlohmann::json json_of(const PackFacts& facts);
/// Throws nlohmann::json::exception where a field is missing.
PackFacts facts_from(const nlohmann::json& json);

}  // namespace espalier::data
