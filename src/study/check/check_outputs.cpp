// Checks figures: known experiment and axes, and a metric that is recorded.
#include "espalier/core/errors.hpp"
#include "espalier/metrics/row.hpp"
#include "study/axis_names.hpp"
#include "study/cells.hpp"
#include "study/check/check_study.hpp"

namespace espalier::study {
namespace {

void check_axis(const CheckContext& context, const FigureSpec& figure, const std::string& part,
                const std::string& axis) {
  if (axis.empty() || is_axis(axis)) return;
  context.report.error(figure.where, "figure." + part, unknown_word("axis", axis, axis_names()));
}

}  // namespace

void check_outputs(const CheckContext& context) {
  for (const auto& figure : context.study.figures) {
    if (!figure.experiment.empty() && !find_experiment(context.study, figure.experiment)) {
      context.report.error(figure.where, "figure.experiment",
                           unknown_word("experiment", figure.experiment, experiment_names(context.study)));
    }
    check_axis(context, figure, "x", figure.x);
    check_axis(context, figure, "series", figure.series);
    if (figure.over_targets && (figure.x == "target" || figure.series == "target")) {
      context.report.error(figure.where, "figure.over_targets",
                           {"'target' is an axis of the figure", "over_targets averages over it", "Remove one"});
    }
    try {
      const auto metric = metrics::parse_metric(figure.y);
      const Experiment* shown = find_experiment(context.study, figure.experiment);
      const std::string why = shown ? not_recorded(context.study, *shown, metric) : "";
      if (!why.empty())
        context.report.error(figure.where, "figure.y",
                             {"'" + figure.y + "' is not recorded", why, how_to_record(metric)});
    } catch (const UsageError& error) {
      context.report.error(figure.where, "figure.y", error.problem());
    }
  }
}

}  // namespace espalier::study
