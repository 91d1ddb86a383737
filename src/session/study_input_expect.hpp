#pragma once
// Facts about a data set whose files are absent, taken from its `expect` table.
#include <filesystem>

#include "espalier/plan/plan.hpp"

namespace espalier::session {

/// Whether all files that this data set names exist. Procedural data need none.
bool files_are_there(const study::DataSet& data, const std::filesystem::path& root);

/// Facts as `expect` gives them; their digest is made of its numbers, so ids made from them are provisional.
plan::DataFacts expected_facts(const study::DataSet& data);

}  // namespace espalier::session
