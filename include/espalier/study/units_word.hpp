#pragma once
// Chu et al.'s notation of a protocol, "F(1-5)R(6-8)": F copied and frozen, T copied and tuned, S copied and only
// scaled and shifted, R drawn anew; and lists of units, "1-3,7".
#include <cstdint>
#include <string>
#include <vector>

namespace espalier::study {

enum class UnitUse : std::uint8_t { frozen, tuned, fresh, scaled };

/// One entry per unit, units 1 to N in order; the caller checks N against its network. Throws UsageError where the word
/// is malformed, or a unit is named twice or left out.
std::vector<UnitUse> parse_units_word(const std::string& word);

/// The inverse: neighbouring units with equal use become one part.
std::string to_units_word(const std::vector<UnitUse>& uses);

/// Unit numbers such as "3", "2-5" or "1,3", ascending. Throws UsageError where the text is malformed or names a unit
/// twice.
std::vector<std::int32_t> parse_unit_list(const std::string& text);

}  // namespace espalier::study
