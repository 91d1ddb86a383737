#pragma once
// What requests of planning say about a data set's files.
#include <nlohmann/json.hpp>

#include "espalier/data/import.hpp"

namespace espalier::data {

/// `files` is the "files" or "test_files" of the data set `json`. Throws UsageError for an unknown format.
ImportSpec spec_of(const nlohmann::json& json, const nlohmann::json& files);

}  // namespace espalier::data
