#pragma once
// Cuts and measures UTF-8 text by whole characters, and by the columns that a terminal shows.
#include <cstddef>
#include <string>
#include <string_view>

namespace espalier {

/// The longest beginning of at most `bytes` bytes that ends between two characters.
std::string_view first_bytes(std::string_view text, std::size_t bytes);
/// The text without the parts of characters at its beginning and end: what was cut out of a longer one.
std::string_view whole_characters(std::string_view text);

/// The columns that a terminal uses: two for wide characters (East Asian, emoji), none for combining ones. A byte that
/// is no UTF-8 counts as one.
std::size_t display_width(std::string_view text);
/// The text, or its beginning and "…" where it is wider than that many columns.
std::string cut_to_width(const std::string& text, std::size_t columns);

/// The text with control characters shown as "?", so that what it says cannot move a terminal's cursor.
std::string without_controls(const std::string& text);

}  // namespace espalier
