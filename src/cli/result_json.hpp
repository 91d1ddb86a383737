#pragma once
// Cells and comparisons of results as JSON objects.
#include <nlohmann/json.hpp>

#include "espalier/report/query.hpp"

namespace espalier::cli {

/// One object per cell with its axis values, statistics and counts; null for what does not exist.
nlohmann::ordered_json to_json(const stats::CellSummary& cell, const report::Query& query);
nlohmann::ordered_json to_json(const stats::Contrast& contrast, const report::Query& query);

}  // namespace espalier::cli
