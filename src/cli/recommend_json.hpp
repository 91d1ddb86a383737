#pragma once
// A recommendation as JSON.
#include <nlohmann/json.hpp>

#include "espalier/report/recommend.hpp"

namespace espalier::cli {

/// The question, the nearest measured cells with all their protocols, and the papers' rules; null for what is unknown.
nlohmann::ordered_json to_json(const report::Recommendation& answer);

}  // namespace espalier::cli
