#pragma once
// A text of at most 32 characters stored in place: ids are copied, compared and hashed by the million.
#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <ostream>
#include <string>
#include <string_view>

#include "espalier/core/checks.hpp"

namespace espalier {

class ShortText {
 public:
  static constexpr std::size_t kMost = 32;

  ShortText() = default;
  explicit ShortText(std::string_view text) {
    ESPALIER_EXPECT(can_hold(text));
    std::copy(text.begin(), text.end(), characters_.begin());
  }
  ShortText(const std::string& text) : ShortText(std::string_view(text)) {}
  ShortText(const char* text) : ShortText(std::string_view(text)) {}

  static bool can_hold(std::string_view text) {
    return text.size() <= kMost && text.find('\0') == std::string_view::npos;
  }
  bool empty() const { return characters_[0] == '\0'; }
  std::size_t size() const {
    const void* end = std::memchr(characters_.data(), '\0', kMost);
    return end ? static_cast<std::size_t>(static_cast<const char*>(end) - characters_.data()) : kMost;
  }
  std::string_view view() const { return {characters_.data(), size()}; }
  std::string str() const { return std::string(view()); }
  bool starts_with(std::string_view beginning) const { return view().starts_with(beginning); }
  std::strong_ordering operator<=>(const ShortText& other) const {
    return std::memcmp(characters_.data(), other.characters_.data(), kMost) <=> 0;
  }
  bool operator==(const ShortText& other) const { return (*this <=> other) == 0; }

  friend std::string operator+(const std::string& text, const ShortText& more) { return text + more.str(); }
  friend std::string operator+(const char* text, const ShortText& more) { return text + more.str(); }
  friend std::string operator+(const ShortText& text, const char* more) { return text.str() + more; }
  friend std::ostream& operator<<(std::ostream& out, const ShortText& text) { return out << text.view(); }

  /// A hash of the first 16 characters: enough, since the text is usually itself a hash.
  std::size_t hash() const noexcept {
    std::uint64_t words[2];
    std::memcpy(words, characters_.data(), sizeof words);
    return static_cast<std::size_t>((words[0] ^ (words[1] * 0x9E3779B97F4A7C15ULL)) * 0xBF58476D1CE4E5B9ULL);
  }

 private:
  std::array<char, kMost> characters_{};  ///< zeros after the text
};

}  // namespace espalier
