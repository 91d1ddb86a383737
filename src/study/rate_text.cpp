// Gives the default rate groups, and puts rate groups into words.
#include "study/rate_values.hpp"

namespace espalier::study {
namespace {

RateGroup common_group(const std::string& units, double start) {
  RateGroup group;
  group.units = units;
  group.start = start;
  group.factor = 0.1;
  group.first = Duration{Duration::Unit::epochs, 30};
  group.every = Duration{Duration::Unit::epochs, 30};
  return group;
}

std::string group_text(const RateGroup& group) {
  std::string text = group.units + " ";
  if (group.relative) return text + to_string(Value(group.relative->factor)) + " x " + group.relative->to;
  text += to_string(Value(group.start.value_or(0)));
  if (!group.first) return text;
  text += " x " + to_string(Value(group.factor)) + " at " + to_string(*group.first);
  if (!group.every) return text;
  text += group.decay_times == RateGroup::DecayTimes::multiples ? " and multiples of " : " and then every ";
  return text + to_string(*group.every);
}

}  // namespace

std::vector<RateGroup> default_rates() { return {common_group("top", 0.01), common_group("rest", 0.001)}; }

std::string rates_text(const std::vector<RateGroup>& groups) {
  std::string text;
  for (const auto& group : groups) text += (text.empty() ? "" : "; ") + group_text(group);
  return text;
}

}  // namespace espalier::study
