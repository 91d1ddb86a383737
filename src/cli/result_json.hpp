#pragma once
// Cells and comparisons of results as JSON objects.
#include <nlohmann/json.hpp>

#include "espalier/report/query.hpp"

namespace espalier::cli {

/// One object a cell: its axis values, statistics and counts. What does not exist is null.
nlohmann::ordered_json to_json(const stats::Cell& cell, const report::Query& query);
nlohmann::ordered_json to_json(const stats::Contrast& contrast, const report::Query& query);

}  // namespace espalier::cli
