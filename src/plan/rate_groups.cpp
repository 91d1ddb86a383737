// Parses rate groups such as "top" or "2-5", matches units, and resolves groups relative to another.
#include "plan/rate_groups.hpp"

#include <charconv>

#include "plan/findings.hpp"

namespace espalier::plan {
namespace {

[[noreturn]] void malformed(const std::string& units) {
  throw CompileError{{"rate group '" + units + "' names no units", "",
                      "Write \"top\", \"new\", \"copied\", \"rest\", \"3\", \"2-5\" or \"1,3\"."}};
}

std::int32_t number(std::string_view text, const std::string& units) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  std::int32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) malformed(units);
  return value;
}

/// One part of a listing: "3" or "2-5".
bool part_holds(std::string_view part, std::int32_t unit, const std::string& units) {
  const auto dash = part.find('-');
  if (dash == std::string_view::npos) return number(part, units) == unit;
  return number(part.substr(0, dash), units) <= unit && unit <= number(part.substr(dash + 1), units);
}

bool listing_holds(const std::string& units, std::int32_t unit) {
  std::string_view rest = units;
  bool holds = false;
  while (true) {
    const auto comma = rest.find(',');
    holds = part_holds(rest.substr(0, comma), unit, units) || holds;
    if (comma == std::string_view::npos) return holds;
    rest.remove_prefix(comma + 1);
  }
}

std::size_t named_group(const std::vector<study::RateGroup>& groups, const std::string& units) {
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (groups[i].units == units) return i;
  }
  throw CompileError{{"there is no rate group '" + units + "'", "another is relative to it",
                      "Add { units = \"" + units + "\", ... }."}};
}

}  // namespace

bool matches(const study::RateGroup& group, const UnitPosition& position) {
  if (group.units == "rest") return true;
  if (group.units == "top") return position.unit > position.depth - position.high_units;
  if (group.units == "new") return !position.copied;
  if (group.units == "copied") return position.copied;
  return listing_holds(group.units, position.unit);
}

std::size_t group_of(const std::vector<study::RateGroup>& groups, const UnitPosition& position) {
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (matches(groups[i], position)) return i;
  }
  throw CompileError{{"unit " + std::to_string(position.unit) + " is trained but in no rate group", "",
                      "Add { units = \"rest\", start = ... } as the last group."}};
}

Schedule schedule_of(const std::vector<study::RateGroup>& groups, std::size_t group) {
  double share = 1;
  for (std::size_t hops = 0; hops <= groups.size(); ++hops) {
    const auto& now = groups[group];
    if (!now.relative) {
      if (!now.start) throw CompileError{{"rate group '" + now.units + "' has no start", "", "Add start = ..."}};
      return {*now.start * share, now.factor, now.first, now.every, now.decay_times, {}};
    }
    share *= now.relative->factor;
    group = named_group(groups, now.relative->to);
  }
  throw CompileError{{"rate groups are relative to each other in a circle", "", "Give one of them a start."}};
}

void set_decay(std::vector<study::RateGroup>& groups, const std::optional<study::Duration>& first) {
  for (auto& group : groups) {
    if (group.units != "top") continue;
    group.first = first;
    return;
  }
  throw CompileError{{"decay_epoch is set but no rate group is \"top\"", "decay_epoch is the top group's `first`",
                      "Add { units = \"top\", ... } to rates."}};
}

}  // namespace espalier::plan
