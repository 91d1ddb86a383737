#pragma once
// Bounds how deeply the keys of a study's text may nest, before it is parsed.
#include <optional>
#include <string>

namespace espalier::study {

/// The longest key of the language has six parts, as in experiment.NAME.start.of.train.rate.
inline constexpr int kMostKeyParts = 16;

/// Line of the first dotted key with more parts; nothing where there is none. The TOML library bounds the nesting of
/// values, but not that of keys: each part is a table, and tables are destroyed by recursion.
std::optional<int> line_of_deep_key(const std::string& text);

}  // namespace espalier::study
