#pragma once
// Applies `--set KEY=VALUE` to a parsed study.
#include <string>
#include <vector>

#include "study/parse/reader.hpp"

namespace espalier::study {

/// Applies "KEY=VALUE" to the parsed text. Entries of arrays of tables are found by their `name`
/// ("experiment.frozen.fixed.high_units=2"); a value that is not TOML becomes a word.
void apply_overrides(toml::table& root, const std::vector<std::string>& overrides, Report& report);

}  // namespace espalier::study
