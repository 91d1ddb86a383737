#pragma once
// Facts about a data set whose files are absent, taken from its `expect` table.
#include <filesystem>
#include <set>
#include <string>

#include "espalier/plan/plan.hpp"

namespace espalier::session {

/// Whether all files that this data set names exist. Procedural data need none.
bool files_are_there(const study::DataSet& data, const std::filesystem::path& root);

/// Facts as `expect` gives them; their digest is made of its numbers, so ids made from them are provisional.
plan::DataFacts expected_facts(const study::DataSet& data);

/// The data sets that need facts of this kind: those with `expect` whose files are absent, and those derived from them.
std::set<std::string> absent_data(const study::Study& study, const std::filesystem::path& root);

/// Adds the facts of an absent data set, and first those of absent ones that it is derived from. Adds nothing where
/// nothing is known of one of these. Throws UsageError where images of the expected shape cannot be transformed so.
void add_expected(const study::Study& study, const std::string& name, plan::Facts& facts);

}  // namespace espalier::session
