// Picks colours from a ramp for ordered series, from Okabe and Ito's set for words.
#include "report/palette.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace espalier::report {
namespace {

constexpr std::array<int, 7> kPoints = {7, 5, 9, 13, 11, 6, 4};
constexpr std::array<const char*, 6> kWords = {"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"};

struct Rgb {
  double red, green, blue;
};
/// Violet to gold through blue and green; lightness rises as far as both light and dark backgrounds allow.
constexpr std::array<Rgb, 5> kRamp = {{{128, 78, 184}, {51, 110, 178}, {27, 148, 135}, {122, 179, 60}, {212, 146, 10}}};

std::string on_ramp(double share) {
  const double at = share * (kRamp.size() - 1);
  const auto low = std::min<std::size_t>(static_cast<std::size_t>(at), kRamp.size() - 2);
  const double rest = at - static_cast<double>(low);
  const auto mix = [&](double a, double b) { return static_cast<int>(std::lround(a + (b - a) * rest)); };
  const Rgb &a = kRamp[low], &b = kRamp[low + 1];
  return fmt::format("#{:02x}{:02x}{:02x}", mix(a.red, b.red), mix(a.green, b.green), mix(a.blue, b.blue));
}

}  // namespace

Mark mark_of(std::size_t index, std::size_t count, bool ordered) {
  const int point = kPoints[index % kPoints.size()];
  if (!ordered || count < 3) return {kWords[index % kWords.size()], point};
  return {on_ramp(static_cast<double>(index) / static_cast<double>(count - 1)), point};
}

}  // namespace espalier::report
