// Finds experiments that would freeze units they do not copy and have no rule that excludes it.
#include <algorithm>

#include "espalier/study/kinds.hpp"
#include "study/cells.hpp"
#include "study/check/check_study.hpp"

namespace espalier::study {
namespace {

/// A rule in which one of the two is misspelt is told by what reads rules.
bool has_rule(const Experiment& experiment) {
  return std::any_of(experiment.excludes.begin(), experiment.excludes.end(), [](const Exclude& rule) {
    const auto names = [&](const char* axis) { return rule.when.find(axis) != std::string::npos; };
    return names("frozen") || names("transferred");
  });
}

bool zipped(const Experiment& experiment) {
  return std::any_of(experiment.zips.begin(), experiment.zips.end(), [](const auto& group) {
    auto has = [&](const char* name) { return std::find(group.begin(), group.end(), name) != group.end(); };
    return has("frozen") && has("transferred");
  });
}

struct Pair {
  std::int64_t frozen = 0, transferred = 0;
};

bool clashes(const Value& frozen, const Value& transferred) {
  const auto *k = frozen.integer(), *n = transferred.integer();
  return k && n && *k > *n;
}

/// A pair of plain values that freezes units which are not copied: the worst one, or the first where both advance
/// together.
std::optional<Pair> find_clash(const std::vector<Value>& frozen, const std::vector<Value>& transferred, bool together) {
  auto less = [](const Value& a, const Value& b) { return *a.integer() < *b.integer(); };  // integers only, as parsed
  auto pair = [](const Value& k, const Value& n) { return Pair{*k.integer(), *n.integer()}; };
  if (together) {
    for (std::size_t i = 0; i < std::min(frozen.size(), transferred.size()); ++i) {
      if (clashes(frozen[i], transferred[i])) return pair(frozen[i], transferred[i]);
    }
    return std::nullopt;
  }
  if (frozen.empty() || transferred.empty()) return std::nullopt;
  const Value most = *std::max_element(frozen.begin(), frozen.end(), less);
  const Value least = *std::min_element(transferred.begin(), transferred.end(), less);
  return clashes(most, least) ? std::optional(pair(most, least)) : std::nullopt;
}

bool taken_by(const Case& one, const std::string& axis) {
  return std::any_of(one.takes.begin(), one.takes.end(), [&](const Take& take) {
    return std::find(take.values.begin(), take.values.end(), axis) != take.values.end();
  });
}

Given given(const Experiment& experiment, const Case* one, const std::string& axis) {
  return one && taken_by(*one, axis) ? Given::taken : given_by(experiment, axis);
}

/// The values of an axis in the experiment itself or in one case; values of the case replace the experiment's.
std::vector<Value> values_in(const Experiment& experiment, const Case* one, const std::string& axis) {
  if (one) {
    for (const auto& [name, value] : one->fixed) {
      if (name == axis) return {value};
    }
    if (taken_by(*one, axis)) return {};
  }
  Experiment without_cases = experiment;
  without_cases.cases.clear();
  return plain_values(without_cases, axis);
}

void check_cell(const CheckContext& context, const Experiment& experiment, const Case* one) {
  auto transferred = values_in(experiment, one, "transferred");
  if (transferred.empty() && given(experiment, one, "transferred") == Given::nowhere) {
    transferred = {Value(depth_of(context.study, experiment).most - 1)};  // the default: all units but the last
  }
  const auto clash = find_clash(values_in(experiment, one, "frozen"), transferred, zipped(experiment));
  if (!clash) return;
  const Axis* axis = find_axis(experiment, "frozen");
  const Location where = one ? one->where : axis ? axis->where : experiment.where;
  context.report.error(
      where, key_of(experiment, one ? "case." + one->name : "frozen"),
      {"frozen " + std::to_string(clash->frozen) + " is more than transferred " + std::to_string(clash->transferred),
       "only units copied from the source can be frozen",
       "Add exclude = [{ name = \"frozen beyond transferred\", when = \"frozen > transferred\" }]"});
}

}  // namespace

void check_freezing(const CheckContext& context) {
  for (const auto& experiment : context.study.experiments) {
    if (!trains(experiment) || has_rule(experiment) || depth_of(context.study, experiment).most == 0) continue;
    if (experiment.cases.empty()) check_cell(context, experiment, nullptr);
    for (const auto& one : experiment.cases) check_cell(context, experiment, &one);
  }
}

}  // namespace espalier::study
