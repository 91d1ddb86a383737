// Selects the runs of both sides, finds the axes that tell their cells apart, and pairs them.
#include "report/sides.hpp"

#include <algorithm>

#include "espalier/core/checks.hpp"
#include "espalier/core/errors.hpp"
#include "report/page_context.hpp"

namespace espalier::report {
namespace {

std::vector<RunView> side_of(const std::vector<RunView>& runs, const SidesAsked& asked,
                             const std::vector<AxisCondition>& condition) {
  auto side = select(runs, condition);
  if (!side.empty()) return side;
  throw UsageError("no run of '" + asked.experiment + "' fulfils " + study::text_of(condition),
                   "the experiment has no such cell", "Correct the condition.");
}

void add_new(std::vector<std::string>& axes, const std::vector<std::string>& more,
             const std::vector<std::string>& left_out) {
  for (const auto& axis : more) {
    const bool known = std::find(axes.begin(), axes.end(), axis) != axes.end() ||
                       std::find(left_out.begin(), left_out.end(), axis) != left_out.end();
    if (!known) axes.push_back(axis);
  }
}

/// The axes that both conditions hold at one value each: they are what the sides differ in.
std::vector<std::string> held_axes(const study::RatioSpec& ratio) {
  const auto holds = [](const std::vector<AxisCondition>& side, const std::string& axis) {
    return std::any_of(side.begin(), side.end(), [&](const AxisCondition& condition) {
      return condition.axis == axis && condition.values.size() == 1;
    });
  };
  std::vector<std::string> held;
  for (const auto& condition : ratio.over) {
    if (holds(ratio.over, condition.axis) && holds(ratio.under, condition.axis)) held.push_back(condition.axis);
  }
  return held;
}

bool is_of(const RunView& view, const std::vector<std::string>& axes, const std::vector<std::string>& group) {
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (view.value(axes[i]) != group[i]) return false;
  }
  return true;
}

}  // namespace

const RunView& Sides::example(const stats::Contrast& contrast) const {
  for (const auto* side : {&over, &under}) {
    for (const auto& view : *side) {
      if (is_of(view, query.by, contrast.group)) return view;
    }
  }
  ESPALIER_EXPECT(false);  // every contrast was made of a run
  return over.front();
}

Sides sides_of(const std::vector<RunView>& views, const SidesAsked& asked) {
  const auto runs = required_runs(views, asked.experiment);
  Sides sides{side_of(runs, asked, asked.ratio.over), side_of(runs, asked, asked.ratio.under), {}, {}};
  sides.query.metric = metrics::parse_metric(asked.y);
  sides.query.unrecorded = Unrecorded::empty;  // what shows the sides says so
  const auto held = held_axes(asked.ratio);
  add_new(sides.query.by, asked.by, held);
  for (const auto* side : {&sides.over, &sides.under}) {
    auto shown = held;
    shown.insert(shown.end(), sides.query.by.begin(), sides.query.by.end());
    add_new(sides.query.by, unexplained_axes(*side, shown), held);
  }
  sides.query.counted = counted_in(sides.over, sides.under, sides.query);
  sides.contrasts = contrast(runs, asked.ratio.over, asked.ratio.under, sides.query);
  return sides;
}

}  // namespace espalier::report
