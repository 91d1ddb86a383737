// Checks figures and tables: known experiments, axes and values, and metrics that are recorded.
#include <algorithm>
#include <set>

#include "espalier/core/errors.hpp"
#include "espalier/metrics/row.hpp"
#include "espalier/study/axes.hpp"
#include "espalier/study/kinds.hpp"
#include "espalier/study/needs.hpp"
#include "espalier/study/table_kinds.hpp"
#include "study/axis_names.hpp"
#include "study/cells.hpp"
#include "study/check/check_study.hpp"

namespace espalier::study {
namespace {

/// Whether another experiment goes on from this one's runs, so that they serve without being judged themselves.
bool serves_others(const Study& study, const Experiment& experiment) {
  return std::any_of(study.experiments.begin(), study.experiments.end(), [&](const Experiment& other) {
    const auto needs = needs_of(other);
    return std::any_of(needs.begin(), needs.end(),
                       [&](const auto& need) { return need.experiment == experiment.name; });
  });
}

/// Whether a figure or table shows the experiment without images that were held out.
bool is_shown_by_training(const Study& study, const Experiment& experiment) {
  const auto in_figure = [&](const FigureSpec& one) {
    return one.experiment == experiment.name && one.y.starts_with("train");
  };
  const auto in_table = [&](const TableSpec& one) {
    const bool names = one.experiment == experiment.name || std::find(one.experiments.begin(), one.experiments.end(),
                                                                      experiment.name) != one.experiments.end();
    return names && (one.kind == TableKind::cost || one.y.starts_with("train"));
  };
  return std::any_of(study.figures.begin(), study.figures.end(), in_figure) ||
         std::any_of(study.tables.begin(), study.tables.end(), in_table);
}

/// The report tells how well networks do on images that they were not trained on, and has nothing to tell of these
/// runs. Networks that are kept, shown otherwise or gone on from serve without.
bool is_unjudged(const Study& study, const Experiment& experiment) {
  if (experiment.pick || kind_of(experiment) != Kind::train || study.targets.empty()) return false;
  const auto names = targets_of(study, experiment);
  const auto serves = [&](const Target& target) {
    const auto data = study.data.find(target.data);
    if (!names.contains(target.name)) return false;
    const auto keep = merged(study.train, target.train).keep;
    return data == study.data.end() || (!keep.empty() && keep != "none") ||
           holds_out(study, data->second, metrics::Subset::test, true) ||
           holds_out(study, data->second, metrics::Subset::valid, true);
  };
  return std::none_of(study.targets.begin(), study.targets.end(), serves) && !serves_others(study, experiment) &&
         !is_shown_by_training(study, experiment);
}

/// One message for all such experiments.
void check_held_out(const CheckContext& context) {
  std::vector<const Experiment*> unjudged;
  for (const auto& experiment : context.study.experiments) {
    const bool is_said =
        is_said_of_targets(context, experiment) || context.report.has_error({key_of(experiment, "") + "."});
    if (is_unjudged(context.study, experiment) && !is_said) unjudged.push_back(&experiment);
  }
  if (unjudged.empty()) return;
  std::string names;
  for (const auto* one : unjudged) names.append(names.empty() ? "'" : ", '").append(one->name).append("'");
  const auto names_of_targets = targets_of(context.study, *unjudged.front());
  const bool has_several =
      std::any_of(context.study.targets.begin(), context.study.targets.end(), [&](const Target& one) {
        const auto data = context.study.data.find(one.data);
        return names_of_targets.contains(one.name) && data != context.study.data.end() && data->second.multi_label;
      });
  const std::string test = has_several ? "{ images = N }" : "{ per_class = N }";
  const std::string metric = has_several ? "train_eval.ap" : "train.top1";
  context.report.error(
      unjudged.front()->where, unjudged.size() == 1 ? key_of(*unjudged.front(), "") : "experiment",
      {"runs of " + names + " are measured on no images that they were not trained on",
       "the targets hold out neither test nor validation images, so the report has nothing to tell",
       "Set test = " + test + " on the data; or show a figure with y = \"" + metric + "\", or keep the networks"});
}

/// A figure or a table while it is checked.
class OutputCheck {
 public:
  OutputCheck(const CheckContext& context, std::string name, Location where, const std::string& experiment)
      : context_(context), name_(std::move(name)), where_(where) {
    shown_ = known_experiment("experiment", experiment);
  }
  const Experiment* shown() const { return shown_; }

  void error(const std::string& key, const Problem& problem) const {
    context_.report.error(where_, name_ + "." + key, problem);
  }

  const Experiment* known_experiment(const std::string& key, const std::string& experiment) const {
    const Experiment* found = find_experiment(context_.study, experiment);
    if (!experiment.empty() && !found) unknown_experiment(context_, where_, name_ + "." + key, experiment);
    return found;
  }

  void check_axis(const std::string& key, const std::string& axis) const {
    if (axis.empty() || is_axis(axis) || context_.report.has_error({name_ + ".kind"})) return;
    error(key, unknown_word("axis", axis, axis_names()));
  }

  void check_metric(const std::string& y) const {
    if (context_.report.has_error({name_ + ".kind"}) || (shown_ && is_unjudged(context_.study, *shown_))) return;
    try {
      const auto metric = metrics::parse_metric(y);
      const std::string why = shown_ ? not_recorded(context_, *shown_, metric) : "";
      if (!why.empty())
        error("y", {"'" + y + "' is not recorded", why, how_to_record(context_.study, *shown_, metric)});
    } catch (const UsageError& problem) {
      error("y", problem.problem());
    }
  }

  void check_sides(const RatioSpec& ratio) const {
    for (const auto& condition : ratio.over) check_condition("over", condition);
    for (const auto& condition : ratio.under) check_condition("under", condition);
    if (ratio.over.empty() || ratio.under.empty()) return;  // that is said already
    if (ratio.over == ratio.under) {
      error("under", {"over and under are one condition", "every ratio would be 1", "Name the other side"});
    }
    check_paired("over", ratio.over, ratio.under);
    check_paired("under", ratio.under, ratio.over);
  }

  /// Refuses several values on one side, whose runs would have no partner of the other value.
  void check_paired(const std::string& key, const std::vector<AxisCondition>& side,
                    const std::vector<AxisCondition>& other) const {
    for (const auto& condition : side) {
      const bool common = std::find(other.begin(), other.end(), condition) != other.end();
      if (condition.values.size() == 1 || common) continue;
      error(key, {"'" + condition.axis + "' has several values on one side",
                  "a ratio is of runs that differ in it by one value for another",
                  "Name one value, or the same on both sides"});
    }
  }

  void check_distances(const DistancesFrom& from) const {
    const Experiment* measured = known_experiment("distances", from.experiment);
    if (!measured) return;
    require_distance("distances", *measured);
    const auto methods = words_of(plain_values(*measured, "method"));
    if (!methods.empty() && std::find(methods.begin(), methods.end(), from.method) == methods.end()) {
      error("method", unknown_word("method", from.method, methods));
    }
    const auto units = words_of(plain_values(*measured, "features"));
    const std::string unit = std::to_string(from.features);
    if (from.features == 0 && units.size() > 1) {
      error("features", {"'" + from.experiment + "' measured after several units", "one distance is wanted",
                         "Write features = " + units.front() + " or another"});
    } else if (from.features > 0 && !units.empty() && std::find(units.begin(), units.end(), unit) == units.end()) {
      error("features", unknown_word("unit", unit, units));
    }
  }

  /// What joins fine classes: a label set of the data of all targets, and an experiment that tells classes apart.
  void check_coarse(const std::string& coarse) const {
    const auto& study = context_.study;
    const auto labels =
        std::find_if(study.labels.begin(), study.labels.end(), [&](const LabelSet& one) { return one.name == coarse; });
    if (labels == study.labels.end() && !coarse.empty()) {
      std::vector<std::string> names;
      for (const auto& one : study.labels) names.push_back(one.name);
      error("coarse", unknown_word("label set", coarse, names));
    }
    if (!shown_) return;
    const Kind kind = kind_of(*shown_);
    if (kind == Kind::distance || kind == Kind::retrieval)
      return error("experiment", {"'" + shown_->name + "' tells no classes apart",
                                  "it is of kind \"" + shown_->kind + "\", which stores no predictions",
                                  "Name an experiment of kind \"train\" or \"evaluate\""});
    const std::string why = not_recorded(context_, *shown_, {metrics::Subset::test, metrics::Metric::top1});
    if (!why.empty())
      return error("experiment", {"experiment '" + shown_->name + "' has no predictions", why,
                                  "Hold out test images: test = { per_class = ... } of the data set"});
    if (labels != study.labels.end()) check_labels_fit(*labels);
  }

  /// Classes are told apart by what is stored of test images: by accuracy, or by average precision of several labels.
  void check_classes(const std::string& y) const {
    if (!shown_) return;
    const Kind kind = kind_of(*shown_);
    if (kind == Kind::distance || kind == Kind::retrieval)
      return error("experiment", {"'" + shown_->name + "' tells no classes apart",
                                  "it is of kind \"" + shown_->kind + "\", which stores no predictions",
                                  "Name an experiment of kind \"train\" or \"evaluate\""});
    using metrics::Metric;
    const auto known = {Metric::top1, Metric::mean_class, Metric::ap, Metric::ap_voc2010, Metric::ap_voc2007};
    const bool is_known = std::any_of(known.begin(), known.end(), [&](Metric one) {
      return y == metrics::to_string(metrics::MetricName{metrics::Subset::test, one});
    });
    if (is_known) return;
    error("y", {"'" + y + "' cannot be told by class", "what is stored of test images is their predictions and scores",
                "Write y = \"test.top1\", or of several labels an image \"test.ap\", \"test.ap.voc2010\" or "
                "\"test.ap.voc2007\""});
  }

  void require_distance(const std::string& key, const Experiment& experiment) const {
    if (experiment.kind == "distance" || experiment.kind.empty()) return;
    error(key, {"'" + experiment.name + "' measures no distances", "it is of kind \"" + experiment.kind + "\"",
                "Name an experiment of kind \"distance\""});
  }

 private:
  static std::vector<std::string> words_of(const std::vector<Value>& values) {
    std::vector<std::string> words;
    for (const auto& value : values) {
      const std::string word = to_string(value);
      if (std::find(words.begin(), words.end(), word) == words.end()) words.push_back(word);
    }
    return words;
  }

  void check_labels_fit(const LabelSet& labels) const {
    const auto names = targets_of(context_.study, *shown_);
    for (const auto& target : context_.study.targets) {
      const bool is_known = context_.study.data.contains(target.data) && context_.study.data.contains(labels.data);
      if (!names.contains(target.name) || !is_known || are_labels_of(context_.study, labels, target.data)) continue;
      return error("coarse", {"'" + labels.name + "' are labels of data '" + labels.data + "'",
                              "target '" + target.name + "' of experiment '" + shown_->name + "' has data '" +
                                  target.data + "', which is not derived from it",
                              "Use labels of its own data"});
    }
  }

  /// The values that the axis may have in the experiment; empty where they are not known beforehand.
  std::vector<std::string> values_of(const std::string& axis) const {
    const auto taken = all_takes(*shown_);
    const bool chosen = std::any_of(taken.begin(), taken.end(), [&](const Take& take) {
      return std::find(take.values.begin(), take.values.end(), axis) != take.values.end();
    });
    if (chosen || repeats(axis)) return {};
    if (axis == "case") {
      std::vector<std::string> names;
      for (const auto& one : shown_->cases) names.push_back(one.name);
      return names;
    }
    const auto words = words_of(plain_values(*shown_, axis));
    return words.empty() ? names_of(context_.study, axis) : words;
  }

  void check_condition(const std::string& key, const AxisCondition& condition) const {
    if (!is_axis(condition.axis)) return error(key, unknown_word("axis", condition.axis, axis_names()));
    if (!shown_) return;
    const auto given = given_axes(*shown_);
    const bool has =
        has_axis(context_.study, *shown_, condition.axis) ||
        std::any_of(given.begin(), given.end(), [&](const auto& one) { return one.name == condition.axis; });
    if (!has) {
      return error(key, {"experiment '" + shown_->name + "' does not vary '" + condition.axis + "'",
                         "it gives the axis no value", "Name one of its own axes"});
    }
    const auto known = values_of(condition.axis);
    for (const auto& value : condition.values) {
      const bool found = std::find(known.begin(), known.end(), to_string(parse_value(value))) != known.end();
      if (!known.empty() && !found) error(key, unknown_word(condition.axis, value, known));
    }
  }

  const CheckContext& context_;
  std::string name_;
  Location where_;
  const Experiment* shown_ = nullptr;
};

void check_figure(const CheckContext& context, const FigureSpec& figure) {
  const OutputCheck check(context, "figure", figure.where, figure.experiment);
  if (!figure.coarse.empty()) return check.check_coarse(figure.coarse);
  const bool by_distance = figure.ratio && figure.x == kDistance;
  if (!by_distance) check.check_axis("x", figure.x);
  check.check_axis("series", figure.series);
  if (figure.over_targets && (figure.x == "target" || figure.series == "target")) {
    check.error("over_targets", {"'target' is an axis of the figure", "over_targets averages over it", "Remove one"});
  }
  check.check_metric(figure.y);
  if (figure.ratio) check.check_sides(*figure.ratio);
  if (by_distance) check.check_distances(figure.ratio->distances);
}

/// Experiments that are compared: each is known once, and has the axes that are asked for and the metric.
void check_compared(const CheckContext& context, const TableSpec& table) {
  std::set<std::string> seen;
  for (const auto& name : table.experiments) {
    const OutputCheck check(context, "table", table.where, "");
    const Experiment* found = check.known_experiment("experiments", name);
    if (!seen.insert(name).second) check.error("experiments", {"'" + name + "' stands twice", "once is enough", ""});
    if (found && row_of(table.kind).has_metric) OutputCheck(context, "table", table.where, name).check_metric(table.y);
  }
}

void check_table(const CheckContext& context, const TableSpec& table) {
  const OutputCheck check(context, "table", table.where, table.experiment);
  const auto& row = row_of(table.kind);
  for (const auto& axis : table.by) check.check_axis("by", axis);
  if (row.experiments > 0) check_compared(context, table);
  else if (row.has_metric) check.check_metric(table.y);
  if (row.has_sides) check.check_sides(table.ratio);
  if (row.needs_distances) check.check_distances(table.ratio.distances);
  if (table.kind == TableKind::coarse_fine) check.check_coarse(table.coarse);
  if (table.kind == TableKind::classes) check.check_classes(table.y);
  if (table.kind == TableKind::distances && check.shown()) check.require_distance("experiment", *check.shown());
}

}  // namespace

void check_outputs(const CheckContext& context) {
  check_held_out(context);
  for (const auto& figure : context.study.figures) check_figure(context, figure);
  for (const auto& table : context.study.tables) check_table(context, table);
}

}  // namespace espalier::study
