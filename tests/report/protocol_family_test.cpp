// What a run's labels say of the units that it copies.
#include <catch2/catch.hpp>

#include "espalier/report/measured_cells.hpp"

using namespace espalier;
using report::Family;
using report::family_of;

namespace {

std::vector<plan::Label> numbers(const std::string& transferred, const std::string& frozen) {
  return {{"transferred", transferred}, {"frozen", frozen}};
}

std::vector<plan::Label> units(const std::string& word) { return {{"units", word}}; }

}  // namespace

TEST_CASE("family_of: counts of units tell protocols apart") {
  CHECK(family_of(numbers("0", "0"), false) == Family::scratch);
  CHECK(family_of(numbers("6", "6"), false) == Family::freeze);
  CHECK(family_of(numbers("6", "2"), false) == Family::freeze_first);
  CHECK(family_of(numbers("6", "0"), false) == Family::tune);
  CHECK(family_of(numbers("6", "6"), true) == Family::linear);
}

TEST_CASE("family_of: Chu's notation tells them apart, and a unit that is tuned alone") {
  CHECK(family_of(units("R(1-8)"), false) == Family::scratch);
  CHECK(family_of(units("F(1-7)R(8)"), false) == Family::freeze);
  CHECK(family_of(units("F(1-3)T(4-7)R(8)"), false) == Family::freeze_first);
  CHECK(family_of(units("T(1-5)R(6-8)"), false) == Family::tune);
  CHECK(family_of(units("F(1-3)T(4)F(5-8)"), false) == Family::one_unit);
  CHECK(family_of(units("S(1-7)T(8)"), false) == Family::tune);
  CHECK(family_of(units("S(1-7)R(8)"), false) == Family::tune);
  CHECK(family_of({{"tuned_unit", "3"}}, false) == Family::one_unit);
  CHECK(family_of({{"tuned_unit", "all"}}, false) == Family::tune);
}
