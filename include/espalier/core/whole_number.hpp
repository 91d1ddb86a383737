#pragma once
// Reads whole numbers out of texts, and says when there is none.
#include <charconv>
#include <concepts>
#include <optional>
#include <string_view>

namespace espalier {

/// The decimal number that all of `text` is; nothing for other texts and for numbers beyond the type.
template <std::integral Number>
std::optional<Number> whole_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

}  // namespace espalier
