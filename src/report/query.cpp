// Selects runs by conditions, builds observations, and refuses means over axes nobody asked to average.
#include "espalier/report/query.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "espalier/core/errors.hpp"
#include "espalier/plan/repetition.hpp"
#include "espalier/report/at_chance.hpp"
#include "espalier/study/axes.hpp"
#include "report/axis_values.hpp"
#include "report/ranked_settings.hpp"

namespace espalier::report {
namespace {

std::vector<std::string> axes_of(const std::vector<RunView>& views) {
  std::vector<std::string> axes = {"experiment", "directory"};
  std::set<std::string> seen;
  for (const auto& view : views) {
    for (const auto& label : view.run->labels) {
      if (seen.insert(label.axis).second) axes.push_back(label.axis);
    }
  }
  return axes;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

void require_axis(const std::vector<std::string>& known, const std::string& axis) {
  if (std::find(known.begin(), known.end(), axis) != known.end()) return;
  throw UsageError("no run has an axis '" + axis + "'", "the axes here are " + joined(known), "Name one of these.");
}

/// Refuses a value that no run has, and lists those that exist.
void require_value(const std::vector<RunView>& views, const AxisCondition& condition) {
  std::set<std::string> there;
  for (const auto& view : views) there.insert(view.value(condition.axis));
  for (const auto& wanted : condition.values) {
    const bool found =
        std::any_of(there.begin(), there.end(), [&](const auto& one) { return same_value(wanted, one); });
    if (found || views.empty()) continue;
    throw UsageError("no run has " + condition.axis + " = " + wanted,
                     "the values here are " + joined({there.begin(), there.end()}), "Name one of these.");
  }
}

/// The values in which the two runs of a pair must agree.
std::vector<std::string> pair_key(const RunView& view, const Query& query) {
  auto key = values_at(view, query.by);
  for (const auto& axis : query.over) key.push_back(view.value(axis));
  for (const auto* axis : {"split", "replicate", "fold"}) key.push_back(view.value(axis));
  key.push_back(view.value(query.unit));
  return key;
}

/// Refuses means over settings that the user did not ask to average over.
class UnexplainedAxes {
 public:
  UnexplainedAxes(const std::vector<RunView>& views, const Query& query) {
    std::set<std::string> explained = {"split", "replicate", "fold", "directory", query.unit};
    explained.insert(query.by.begin(), query.by.end());
    explained.insert(query.over.begin(), query.over.end());
    for (const auto& axis : axes_of(views)) {
      if (!explained.contains(axis)) axes_.push_back(axis);
    }
  }

  void see(const RunView& view, const std::vector<std::string>& group, const std::string& split) {
    std::vector<std::string> values;
    for (const auto& axis : axes_) values.push_back(view.setting(axis));
    const auto [first, is_new] = seen_.try_emplace({group, split}, values);
    if (is_new || first->second == values) return;
    for (std::size_t i = 0; i < axes_.size(); ++i) {
      if (values[i] != first->second[i]) refuse(axes_[i], first->second[i], values[i]);
    }
  }

 private:
  [[noreturn]] static void refuse(const std::string& axis, const std::string& one, const std::string& other) {
    throw UsageError("'" + axis + "' varies within a cell", "one mean would mix " + one + " and " + other,
                     "Add it to --by, fix it with --where '" + axis + "=" + spelled(one) +
                         "', or average over it with --over " + axis + ".");
  }
  std::vector<std::string> axes_;
  std::map<std::pair<std::vector<std::string>, std::string>, std::vector<std::string>> seen_;
};

std::string text_of(const std::vector<std::string>& values) {
  std::string text;
  for (const auto& value : values) text += value + '\n';
  return text;
}

/// Which repetition of its setting an observation is of.
enum class Repetition : std::uint8_t { own, of_split };

/// Where targets repeat a setting, splits are averaged over within each, as other axes are.
stats::Observation observation_of(const RunView& view, const Query& query, Repetition repetition) {
  auto within = values_at(view, query.over);
  const bool by_split = query.unit == "split";
  if (!by_split) within.push_back(view.value("split"));
  const auto repeated = by_split && repetition == Repetition::own ? view.repetition() : view.value(query.unit);
  stats::Observation seen{values_at(view, query.by), repeated, text_of(within),   view.value("replicate"),
                          stats::Presence::missing,  0,        view.value("fold")};
  if (view.diverged()) seen.presence = stats::Presence::diverged;
  if (const auto* row = final_row(view, query.metric.subset)) {
    seen.value = metrics::share_of(*row, query.metric.metric);
    if (std::isfinite(seen.value.amount)) seen.presence = stats::Presence::measured;
    else if (std::isinf(seen.value.amount)) seen.presence = stats::Presence::diverged;
  }
  seen.at_chance = seen.presence == stats::Presence::measured && ended_at_chance(view);
  return seen;
}

/// Refuses --over axes that are in --by as well, and split, replicate and fold, which every mean is over anyway.
void check_over(const Query& query) {
  for (const auto& axis : query.over) {
    const bool listed = std::find(query.by.begin(), query.by.end(), axis) != query.by.end();
    if (listed) {
      throw UsageError("'" + axis + "' is in --by and in --over", "a cell for each value averages over none",
                       "Remove one.");
    }
    if (!study::repeats(axis)) continue;
    throw UsageError("--over " + axis + " averages over what every mean is over anyway",
                     "replicates and folds are averaged within their split, then splits", "Leave it out.");
  }
}

/// Refuses cells by the axis that repeats them.
void check_unit(const Query& query) {
  for (const auto* axes : {&query.by, &query.over}) {
    if (query.unit == "split" || std::find(axes->begin(), axes->end(), query.unit) == axes->end()) continue;
    throw UsageError("'" + query.unit + "' repeats each setting, and is named in --by or --over",
                     "with --over-targets a mean is over the targets", "Remove one.");
  }
}

void require_recorded(const std::vector<RunView>& views, const Query& query) {
  bool any_done = false;
  for (const auto& view : views) {
    if (final_row(view, query.metric.subset)) return;
    any_done = any_done || view.state == task::RunState::done;
  }
  if (!any_done) return;
  throw UsageError("no run recorded " + metrics::to_string(query.metric),
                   std::string("there is no row of '") + metrics::name_of(query.metric.subset) + "'",
                   "Name another metric, or have the study record it.");
}

std::vector<stats::Observation> observed(const std::vector<RunView>& views, const Query& query, Repetition repetition) {
  const auto known = axes_of(views);
  for (const auto& axis : query.by) require_axis(known, axis);
  for (const auto& axis : query.over) require_axis(known, axis);
  if (query.unit != "split") require_axis(known, query.unit);
  check_over(query);
  check_unit(query);
  if (query.unrecorded == Unrecorded::refused) require_recorded(views, query);
  UnexplainedAxes unexplained(views, query);
  std::vector<stats::Observation> observations;
  for (const auto& view : views) {
    observations.push_back(observation_of(view, query, repetition));
    unexplained.see(view, observations.back().group, observations.back().split + '\n' + observations.back().setting);
  }
  return observations;
}

constexpr const char* kSourceNetwork = "source_network";
constexpr const char* kImageDraw = "image_draw";  // of training images

}  // namespace

std::vector<RunView> select(const std::vector<RunView>& views, const std::vector<AxisCondition>& conditions) {
  const auto known = axes_of(views);
  for (const auto& condition : conditions) require_axis(known, condition.axis);
  for (const auto& condition : conditions) require_value(views, condition);
  std::vector<RunView> selected;
  for (const auto& view : views) {
    const bool fits = std::all_of(conditions.begin(), conditions.end(), [&](const AxisCondition& condition) {
      const auto value = view.value(condition.axis);
      return std::any_of(condition.values.begin(), condition.values.end(),
                         [&](const auto& wanted) { return same_value(wanted, value); });
    });
    if (fits) selected.push_back(view);
  }
  return selected;
}

std::vector<stats::Observation> observe(const std::vector<RunView>& views, const Query& query) {
  return observed(views, query, Repetition::own);
}

std::string counted_in(const std::vector<RunView>& views, const Query& query) {
  if (query.unit != "split") return query.unit;
  const auto any = [&](auto holds) {
    return std::any_of(views.begin(), views.end(), [&](const RunView& view) { return holds(*view.run); });
  };
  if (!any(plan::repeats_by_replicate)) return query.unit;
  if (!all_repeat_by_replicate(views)) return "repetition";
  const bool some_share = any([](const plan::PlannedRun& run) { return !run.task.empty() && !run.redrawn; });
  return some_share ? kImageDraw : kSourceNetwork;
}

std::string counted_in(const std::vector<RunView>& a, const std::vector<RunView>& b, const Query& query) {
  if (query.unit != "split" || !all_repeat_by_replicate(a) || !all_repeat_by_replicate(b)) return query.unit;
  const auto counted = counted_in(a, query);
  return counted == counted_in(b, query) ? counted : kImageDraw;  // the fewest differences that both sides have
}

std::vector<stats::CellSummary> aggregate(const std::vector<RunView>& views, const Query& query) {
  auto cells = stats::aggregate(observe(views, query), query.confidence);
  std::vector<std::vector<std::string>> groups;
  for (const auto& cell : cells) groups.push_back(cell.group);
  const TupleOrder before(groups);
  std::stable_sort(cells.begin(), cells.end(), [&](const auto& a, const auto& b) { return before(a.group, b.group); });
  return cells;
}

std::vector<stats::Contrast> contrast(const std::vector<RunView>& views, const std::vector<AxisCondition>& a,
                                      const std::vector<AxisCondition>& b, const Query& query) {
  return contrast(select(views, a), select(views, b), query);
}

std::vector<stats::Contrast> contrast(const std::vector<RunView>& side_a, const std::vector<RunView>& side_b,
                                      const Query& query) {
  const bool own = counted_in(side_a, side_b, query) != query.unit;  // else one side's replicates share what they draw
  const auto repetition = own ? Repetition::own : Repetition::of_split;
  auto contrasts =
      stats::contrast(observed(side_a, query, repetition), observed(side_b, query, repetition), query.confidence);
  std::vector<std::vector<std::string>> groups;
  for (const auto& contrast : contrasts) groups.push_back(contrast.group);
  const TupleOrder before(groups);
  std::stable_sort(contrasts.begin(), contrasts.end(),
                   [&](const auto& x, const auto& y) { return before(x.group, y.group); });
  return contrasts;
}

std::vector<std::string> also_differing(const std::vector<RunView>& views, const std::vector<AxisCondition>& a,
                                        const std::vector<AxisCondition>& b, const Query& query) {
  std::set<std::string> named = {"experiment", "directory", "split", "replicate", "fold", "case"};
  for (const auto& condition : a) named.insert(condition.axis);
  for (const auto& condition : b) named.insert(condition.axis);
  named.insert(query.over.begin(), query.over.end());
  std::map<std::vector<std::string>, const RunView*> partners;
  const auto side_a = select(views, a), side_b = select(views, b);
  for (const auto& view : side_a) partners[pair_key(view, query)] = &view;
  std::vector<std::string> differing;
  for (const auto& axis : axes_of(views)) {
    if (named.contains(axis)) continue;
    const bool differs = std::any_of(side_b.begin(), side_b.end(), [&](const RunView& view) {
      const auto partner = partners.find(pair_key(view, query));
      return partner != partners.end() && partner->second->value(axis) != view.value(axis);
    });
    if (differs) differing.push_back(axis);
  }
  return differing;
}

std::vector<std::string> varying_axes(const std::vector<RunView>& views) {
  std::vector<std::string> varying;
  for (const auto& axis : axes_of(views)) {
    if (axis == "experiment" || axis == "directory" || study::repeats(axis)) continue;
    const auto differs = [&](const RunView& view) { return view.setting(axis) != views.front().setting(axis); };
    if (std::any_of(views.begin(), views.end(), differs)) varying.push_back(axis);
  }
  return varying;
}

std::vector<std::string> unexplained_axes(const std::vector<RunView>& views, const std::vector<std::string>& shown,
                                          const std::string& unit) {
  std::vector<std::string> added;
  std::vector<std::string> key_axes = shown;
  key_axes.insert(key_axes.end(), {"split", unit});
  for (const auto& axis : varying_axes(views)) {
    std::map<std::vector<std::string>, std::string> value_at;
    const bool varies = std::any_of(views.begin(), views.end(), [&](const RunView& view) {
      const auto [where, is_new] = value_at.try_emplace(values_at(view, key_axes), view.setting(axis));
      return !is_new && where->second != view.setting(axis);
    });
    if (!varies) continue;
    added.push_back(axis);
    key_axes.push_back(axis);
  }
  return added;
}

std::vector<std::string> values_of(const std::vector<RunView>& views, const std::string& axis) {
  std::vector<std::string> values;
  for (const auto& view : views) values.push_back(view.value(axis));
  return in_order(values);
}

}  // namespace espalier::report
