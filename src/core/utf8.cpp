// Walks UTF-8 text character by character, with the width of each on a terminal (Unicode 15, East Asian Width).
#include "espalier/core/utf8.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace espalier {
namespace {

constexpr char32_t kNoCharacter = 0xFFFD;

struct Character {
  char32_t code = kNoCharacter;
  std::size_t bytes = 1;
};

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

std::size_t length_of(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead < 0xC2) return 0;  // a continuation, or an overlong form
  if (lead < 0xE0) return 2;
  if (lead < 0xF0) return 3;
  return lead < 0xF5 ? 4 : 0;
}

/// The character at `at`; one byte where that is no UTF-8.
Character character_at(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t length = length_of(lead);
  if (length == 1) return {lead, 1};
  if (length == 0 || at + length > text.size()) return {};
  char32_t code = lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if (!continues(text[at + i])) return {};
    code = (code << 6) | (static_cast<unsigned char>(text[at + i]) & 0x3FU);
  }
  return {code, length};
}

struct CodeRange {
  char32_t first, last;
};

/// Shown on top of the character before, or not at all.
constexpr CodeRange kCombining[] = {
    {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x0610, 0x061A}, {0x064B, 0x065F},  {0x0900, 0x0902},
    {0x093A, 0x093A}, {0x093C, 0x093C}, {0x0941, 0x0948}, {0x094D, 0x094D}, {0x0E31, 0x0E31},  {0x0E34, 0x0E3A},
    {0x0E47, 0x0E4E}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x200B, 0x200F}, {0x2028, 0x202E},  {0x2060, 0x2064},
    {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}, {0xE0100, 0xE01EF}};
constexpr CodeRange kWide[] = {{0x1100, 0x115F},   {0x231A, 0x231B},   {0x2329, 0x232A},   {0x23E9, 0x23EC},
                               {0x2E80, 0x303E},   {0x3041, 0x33FF},   {0x3400, 0x4DBF},   {0x4E00, 0x9FFF},
                               {0xA000, 0xA4CF},   {0xA960, 0xA97F},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},
                               {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},   {0x16FE0, 0x18DFF},
                               {0x1AFF0, 0x1B2FF}, {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1FAFF},
                               {0x20000, 0x3FFFD}};

template <std::size_t N>
bool is_in(const CodeRange (&ranges)[N], char32_t code) {
  const auto* const after = std::upper_bound(std::begin(ranges), std::end(ranges), code,
                                             [](char32_t one, const CodeRange& range) { return one < range.first; });
  return after != std::begin(ranges) && code <= std::prev(after)->last;
}

std::size_t width_of(char32_t code) { return is_in(kCombining, code) ? 0 : is_in(kWide, code) ? 2 : 1; }

bool is_control(char32_t code) { return code < 0x20 || (code >= 0x7F && code < 0xA0); }

}  // namespace

std::string_view first_bytes(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  std::size_t end = 0;
  for (std::size_t at = 0; at <= bytes; at += character_at(text, at).bytes) end = at;
  return text.substr(0, end);
}

std::string_view whole_characters(std::string_view text) {
  constexpr std::size_t kMostBytes = 4;
  while (!text.empty() && continues(text.front())) text.remove_prefix(1);
  for (std::size_t back = 1; back < kMostBytes && back <= text.size(); ++back) {
    const auto lead = static_cast<unsigned char>(text[text.size() - back]);
    if (continues(static_cast<char>(lead))) continue;
    if (length_of(lead) > back) text.remove_suffix(back);
    break;
  }
  return text;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t at = 0; at < text.size();) {
    const Character one = character_at(text, at);
    width += width_of(one.code);
    at += one.bytes;
  }
  return width;
}

std::string cut_to_width(const std::string& text, std::size_t columns) {
  if (display_width(text) <= columns) return text;
  if (columns == 0) return "";
  std::size_t width = 1, at = 0;  // of the ellipsis
  while (at < text.size()) {
    const Character one = character_at(text, at);
    if (width + width_of(one.code) > columns) break;
    width += width_of(one.code);
    at += one.bytes;
  }
  return text.substr(0, at) + "…";
}

std::string without_controls(const std::string& text) {
  std::string shown;
  for (std::size_t at = 0; at < text.size();) {
    const Character one = character_at(text, at);
    if (is_control(one.code)) shown += '?';
    else shown.append(text, at, one.bytes);
    at += one.bytes;
  }
  return shown;
}

}  // namespace espalier
