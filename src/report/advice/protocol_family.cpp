// Tells from a run's labels what it does with the units that it copies.
#include <algorithm>

#include "espalier/report/measured_cells.hpp"
#include "espalier/study/units_word.hpp"

namespace espalier::report {
namespace {

using study::UnitUse;

const std::string* find(const std::vector<plan::Label>& labels, const std::string& axis) {
  const auto found = std::find_if(labels.begin(), labels.end(), [&](const auto& label) { return label.axis == axis; });
  return found == labels.end() ? nullptr : &found->value;
}

/// Of "F(1-3)T(4)F(5-8)": exactly one unit is trained, and it is copied.
bool tunes_one(const std::vector<UnitUse>& uses) {
  const auto has_no = [&](UnitUse use) { return std::count(uses.begin(), uses.end(), use) == 0; };
  return std::count(uses.begin(), uses.end(), UnitUse::tuned) == 1 && has_no(UnitUse::fresh) && has_no(UnitUse::scaled);
}

Family family_of_word(const std::string& word) {
  const auto uses = study::parse_units_word(word);
  const auto tuned =
      std::count(uses.begin(), uses.end(), UnitUse::tuned) + std::count(uses.begin(), uses.end(), UnitUse::scaled);
  const auto frozen = std::count(uses.begin(), uses.end(), UnitUse::frozen);
  if (tuned + frozen == 0) return Family::scratch;
  if (tunes_one(uses)) return Family::one_unit;
  if (tuned == 0) return Family::freeze;
  return frozen == 0 ? Family::tune : Family::freeze_first;
}

}  // namespace

Family family_of(const std::vector<plan::Label>& labels, bool linear) {
  if (linear) return Family::linear;
  if (const auto* word = find(labels, "units"); word && !word->empty()) return family_of_word(*word);
  if (const auto* unit = find(labels, "tuned_unit"); unit && !unit->empty())
    return *unit == "all" ? Family::tune : Family::one_unit;
  const auto *transferred = find(labels, "transferred"), *frozen = find(labels, "frozen");
  if (transferred && *transferred == "0") return Family::scratch;
  if (!frozen || *frozen == "0") return Family::tune;
  return transferred && *transferred == *frozen ? Family::freeze : Family::freeze_first;
}

}  // namespace espalier::report
