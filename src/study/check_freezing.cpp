#include <algorithm>

#include "study/cells.hpp"
#include "study/parts.hpp"

namespace espalier::study {
namespace {

bool has_rule(const Experiment& experiment) {
  return std::any_of(experiment.excludes.begin(), experiment.excludes.end(),
                     [](const Exclude& rule) { return rule.when.find("frozen") != std::string::npos; });
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

/// The first pair of plain values that freezes what was not copied.
std::optional<Pair> first_clash(const std::vector<Value>& frozen, const std::vector<Value>& transferred,
                                bool together) {
  for (std::size_t i = 0; i < frozen.size(); ++i) {
    for (std::size_t j = 0; j < transferred.size(); ++j) {
      if (together && i != j) continue;
      const auto *k = frozen[i].integer(), *n = transferred[j].integer();
      if (k && n && *k > *n) return Pair{*k, *n};
    }
  }
  return std::nullopt;
}

bool taken_by(const Case& one, const std::string& axis) {
  return std::any_of(one.takes.begin(), one.takes.end(), [&](const Take& take) {
    return std::find(take.values.begin(), take.values.end(), axis) != take.values.end();
  });
}

Given given(const Experiment& experiment, const Case* one, const std::string& axis) {
  return one && taken_by(*one, axis) ? Given::taken : given_by(experiment, axis);
}

/// Of the experiment itself or of one case: what the case says holds instead.
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

void check_cell(const Whole& whole, const Experiment& experiment, const Case* one) {
  auto transferred = values_in(experiment, one, "transferred");
  if (transferred.empty() && given(experiment, one, "transferred") == Given::nowhere) {
    transferred = {Value(depth_of(whole.study, experiment).most - 1)};  // the default: all units but the classifier
  }
  const auto clash = first_clash(values_in(experiment, one, "frozen"), transferred, zipped(experiment));
  if (!clash) return;
  const Axis* axis = find_axis(experiment, "frozen");
  const Location where = one ? one->where : axis ? axis->where : experiment.where;
  whole.report.error(
      where, key_of(experiment, one ? "case." + one->name : "frozen"),
      {"frozen " + std::to_string(clash->frozen) + " is more than transferred " + std::to_string(clash->transferred),
       "only units copied from the source can be frozen",
       "Add exclude = [{ name = \"frozen beyond transferred\", when = \"frozen > transferred\" }]"});
}

}  // namespace

void check_freezing(const Whole& whole) {
  for (const auto& experiment : whole.study.experiments) {
    if (has_rule(experiment) || depth_of(whole.study, experiment).most == 0) continue;
    if (experiment.cases.empty()) check_cell(whole, experiment, nullptr);
    for (const auto& one : experiment.cases) check_cell(whole, experiment, &one);
  }
}

}  // namespace espalier::study
