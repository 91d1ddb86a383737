// Parses and writes words such as F(1-5)R(6-8).
#include "espalier/study/units_word.hpp"

#include <cctype>
#include <charconv>
#include <optional>

#include "espalier/core/errors.hpp"

namespace espalier::study {
namespace {

constexpr std::int32_t kMostUnits = 10'000;

[[noreturn]] void refuse(const std::string& word, const std::string& why) {
  throw UsageError("'" + word + "' names no protocol", why, "Write parts such as F(1-5)R(6-8), T(1-7)R(8) or R(1-8)");
}

std::optional<UnitUse> use_of(char letter) {
  switch (letter) {
    case 'F': return UnitUse::frozen;
    case 'T': return UnitUse::tuned;
    case 'R': return UnitUse::fresh;
    default: return std::nullopt;
  }
}

char letter_of(UnitUse use) { return use == UnitUse::frozen ? 'F' : use == UnitUse::tuned ? 'T' : 'R'; }

/// Reads the parts of the word one after the other, and refuses what the grammar does not allow.
class Cursor {
 public:
  explicit Cursor(const std::string& word) : word_(word) {}
  bool at_end() const { return at_ == word_.size(); }
  char next() { return at_end() ? '\0' : word_[at_++]; }
  bool take(char wanted) {
    if (at_end() || word_[at_] != wanted) return false;
    ++at_;
    return true;
  }
  void expect(char wanted) {
    if (!take(wanted)) refuse(word_, std::string("'") + wanted + "' expected at character " + std::to_string(at_ + 1));
  }
  std::int32_t unit() {
    std::int32_t value = 0;
    const char* begin = word_.data() + at_;
    const auto [stop, error] = std::from_chars(begin, word_.data() + word_.size(), value);
    if (error != std::errc{} || value < 1 || value > kMostUnits) {
      refuse(word_, "a unit number expected at character " + std::to_string(at_ + 1));
    }
    at_ += static_cast<std::size_t>(stop - begin);
    return value;
  }

 private:
  const std::string& word_;
  std::size_t at_ = 0;
};

using Uses = std::vector<std::optional<UnitUse>>;

void mark(const std::string& word, Uses& uses, UnitUse use, std::int32_t first, std::int32_t last) {
  if (last < first) refuse(word, "units " + std::to_string(first) + "-" + std::to_string(last) + " run backwards");
  if (uses.size() < static_cast<std::size_t>(last)) uses.resize(static_cast<std::size_t>(last));
  for (std::int32_t unit = first; unit <= last; ++unit) {
    auto& slot = uses[static_cast<std::size_t>(unit - 1)];
    if (slot) refuse(word, "unit " + std::to_string(unit) + " is named twice");
    slot = use;
  }
}

}  // namespace

std::vector<UnitUse> parse_units_word(const std::string& word) {
  Uses uses;
  Cursor cursor(word);
  while (!cursor.at_end()) {
    const auto use = use_of(cursor.next());
    if (!use) refuse(word, "a part starts with F (copied, frozen), T (copied, tuned) or R (drawn anew)");
    cursor.expect('(');
    do {
      const std::int32_t first = cursor.unit();
      mark(word, uses, *use, first, cursor.take('-') ? cursor.unit() : first);
    } while (cursor.take(','));
    cursor.expect(')');
  }
  if (uses.empty()) refuse(word, "it is empty");
  std::vector<UnitUse> all;
  for (const auto& use : uses) {
    if (!use) refuse(word, "unit " + std::to_string(all.size() + 1) + " is left out");
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

}  // namespace espalier::study
