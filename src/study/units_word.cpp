// Parses and writes words such as F(1-5)R(6-8), and parses lists of units such as 1-3,7.
#include "espalier/study/units_word.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>

#include "espalier/core/errors.hpp"

namespace espalier::study {
namespace {

constexpr std::int32_t kMostUnits = 10'000;

/// A text being read, and what its messages say of its form.
struct Text {
  const std::string& word;
  const char *problem, *suggestion;
};

Text protocol(const std::string& word) {
  return {word, "names no protocol", "Write parts such as F(1-5)R(6-8), T(1-7)R(8), S(1-6)T(7) or R(1-8)."};
}

Text unit_list(const std::string& word) { return {word, "names no units", "Write \"3\", \"2-5\" or \"1,3\"."}; }

[[noreturn]] void refuse(const Text& text, const std::string& why) {
  throw UsageError("'" + text.word + "' " + text.problem, why, text.suggestion);
}

constexpr char kLetters[] = {'F', 'T', 'R', 'S'};  // in the order of UnitUse

std::optional<UnitUse> use_of(char letter) {
  const auto* found = std::find(std::begin(kLetters), std::end(kLetters), letter);
  if (found == std::end(kLetters)) return std::nullopt;
  return static_cast<UnitUse>(found - std::begin(kLetters));
}

char letter_of(UnitUse use) { return kLetters[static_cast<std::size_t>(use)]; }

/// Reads the parts of the word one after the other, and refuses what the grammar does not allow.
class Cursor {
 public:
  explicit Cursor(const Text& text) : text_(text), word_(text.word) {}
  bool at_end() const { return at_ == word_.size(); }
  char next() { return at_end() ? '\0' : word_[at_++]; }
  bool take(char wanted) {
    if (at_end() || word_[at_] != wanted) return false;
    ++at_;
    return true;
  }
  void expect(char wanted) {
    if (!take(wanted)) refuse(text_, std::string("'") + wanted + "' expected at character " + std::to_string(at_ + 1));
  }
  std::int32_t unit() {
    std::int32_t value = 0;
    const char* begin = word_.data() + at_;
    const auto [stop, error] = std::from_chars(begin, word_.data() + word_.size(), value);
    if (error != std::errc{} || value < 1 || value > kMostUnits) {
      refuse(text_, "a unit number expected at character " + std::to_string(at_ + 1));
    }
    at_ += static_cast<std::size_t>(stop - begin);
    return value;
  }

 private:
  Text text_;
  const std::string& word_;
  std::size_t at_ = 0;
};

using Uses = std::vector<std::optional<UnitUse>>;

struct Range {
  std::int32_t first, last;
};

/// "3" or "2-5".
Range next_range(Cursor& cursor, const Text& text) {
  const std::int32_t first = cursor.unit(), last = cursor.take('-') ? cursor.unit() : first;
  if (last < first) refuse(text, "units " + std::to_string(first) + "-" + std::to_string(last) + " run backwards");
  return {first, last};
}

void mark(const Text& text, Uses& uses, UnitUse use, Range range) {
  const auto [first, last] = range;
  if (uses.size() < static_cast<std::size_t>(last)) uses.resize(static_cast<std::size_t>(last));
  for (std::int32_t unit = first; unit <= last; ++unit) {
    auto& slot = uses[static_cast<std::size_t>(unit - 1)];
    if (slot) refuse(text, "unit " + std::to_string(unit) + " is named twice");
    slot = use;
  }
}

}  // namespace

std::vector<UnitUse> parse_units_word(const std::string& word) {
  Uses uses;
  const Text text = protocol(word);
  Cursor cursor(text);
  while (!cursor.at_end()) {
    const auto use = use_of(cursor.next());
    if (!use)
      refuse(text,
             "a part starts with F (copied, frozen), T (copied, tuned), S (copied, scaled and shifted) or R "
             "(drawn anew)");
    cursor.expect('(');
    do {
      mark(text, uses, *use, next_range(cursor, text));
    } while (cursor.take(','));
    cursor.expect(')');
  }
  if (uses.empty()) refuse(text, "it is empty");
  std::vector<UnitUse> all;
  for (const auto& use : uses) {
    if (!use) refuse(text, "unit " + std::to_string(all.size() + 1) + " is left out");
    all.push_back(*use);
  }
  return all;
}

std::string to_units_word(const std::vector<UnitUse>& uses) {
  std::string word;
  for (std::size_t first = 0; first < uses.size();) {
    std::size_t last = first;
    while (last + 1 < uses.size() && uses[last + 1] == uses[first]) ++last;
    word += letter_of(uses[first]);
    word += "(" + std::to_string(first + 1) + (last > first ? "-" + std::to_string(last + 1) : "") + ")";
    first = last + 1;
  }
  return word;
}

std::vector<std::int32_t> parse_unit_list(const std::string& text) {
  std::string word = text;
  word.erase(std::remove(word.begin(), word.end(), ' '), word.end());
  const Text list = unit_list(word);
  Cursor cursor(list);
  Uses uses;
  do {
    mark(list, uses, UnitUse::tuned, next_range(cursor, list));
  } while (cursor.take(','));
  if (!cursor.at_end()) cursor.expect(',');
  std::vector<std::int32_t> units;
  for (std::size_t i = 0; i < uses.size(); ++i) {
    if (uses[i]) units.push_back(static_cast<std::int32_t>(i) + 1);
  }
  return units;
}

}  // namespace espalier::study
