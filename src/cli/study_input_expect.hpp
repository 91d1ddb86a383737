#pragma once
// Facts about a data set whose files are absent, taken from its `expect` table.
#include <filesystem>

#include "espalier/plan/plan.hpp"

namespace espalier::cli {

/// Whether all files this data set names are there. Made data need none.
bool files_are_there(const study::DataSet& data, const std::filesystem::path& root);

/// Facts as `expect` tells them, with a digest of its numbers: ids made from them are provisional.
plan::DataFacts expected_facts(const study::DataSet& data);

}  // namespace espalier::cli
