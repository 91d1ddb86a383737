// Reads and writes spans of time as Slurm does: minutes, or parts between colons, with days before a dash.
#include "espalier/site/slurm_time.hpp"

#include <fmt/format.h>

#include <vector>

#include "espalier/core/whole_number.hpp"

namespace espalier::site {

namespace {

constexpr std::int64_t kMinute_s = 60, kHour_s = 3600, kDay_s = 86400, kMost_s = 3650 * kDay_s;

/// The numbers between colons; nothing where one is no number of at most 9 digits.
std::optional<std::vector<std::int64_t>> numbers_of(std::string_view text) {
  constexpr std::size_t kMostDigits = 9;
  std::vector<std::int64_t> numbers;
  for (;;) {
    const auto colon = text.find(':');
    const auto part = text.substr(0, colon);
    const auto number = whole_number<std::int64_t>(part);
    if (!number || *number < 0 || part.size() > kMostDigits) return std::nullopt;
    numbers.push_back(*number);
    if (colon == std::string_view::npos) return numbers;
    text.remove_prefix(colon + 1);
  }
}

std::optional<std::int64_t> sum_of(const std::vector<std::int64_t>& numbers, const std::vector<std::int64_t>& units) {
  if (numbers.size() > units.size()) return std::nullopt;
  std::int64_t seconds = 0;
  for (std::size_t i = 0; i < numbers.size(); ++i) seconds += numbers[i] * units[i];
  return seconds > kMost_s ? std::nullopt : std::optional(seconds);
}

}  // namespace

std::optional<std::int64_t> seconds_of(std::string_view slurm_time) {
  const auto dash = slurm_time.find('-');
  const auto rest = numbers_of(dash == std::string_view::npos ? slurm_time : slurm_time.substr(dash + 1));
  if (!rest) return std::nullopt;
  if (dash == std::string_view::npos) {
    return rest->size() == 3 ? sum_of(*rest, {kHour_s, kMinute_s, 1}) : sum_of(*rest, {kMinute_s, 1});
  }
  const auto days = numbers_of(slurm_time.substr(0, dash));
  if (!days || days->size() != 1) return std::nullopt;
  auto all = *days;
  all.insert(all.end(), rest->begin(), rest->end());
  return sum_of(all, {kDay_s, kHour_s, kMinute_s, 1});
}

std::string slurm_time_of(std::int64_t seconds) {
  const auto clock =
      fmt::format("{:02}:{:02}:{:02}", seconds % kDay_s / kHour_s, seconds % kHour_s / kMinute_s, seconds % kMinute_s);
  return seconds < kDay_s ? clock : fmt::format("{}-{}", seconds / kDay_s, clock);
}

}  // namespace espalier::site
