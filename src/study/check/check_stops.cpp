// Checks what chooses states and networks: the images that rules to stop and train.keep read are held out, and better
// not those that results are reported on.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "espalier/study/train_values.hpp"
#include "study/check/check_study.hpp"

namespace espalier::study {
bool holds_out(const Study& study, const DataSet& data, metrics::Subset name, bool is_target) {
  if (name == metrics::Subset::valid)
    return data.valid_per_class > 0 || data.valid_images > 0 || (is_target && study.split.folds > 0);
  return data.test_per_class > 0 || data.test_images > 0 || data.test_files.has_value();
}

namespace {

/// Whose trainings a rule ends by test images, by where the rule stands.
using ByTest = std::map<std::pair<std::int32_t, std::int32_t>, std::vector<std::string>>;

/// Reports a rule to stop without its images, and notes one that reads test images. Whether it has said something.
bool check_stop(const CheckContext& context, const TrainValues& own, const std::string& data_name,
                const std::string& whose, bool is_target, ByTest& by_test) {
  const auto rule = merged(context.study.train, own).stop;
  const auto data = context.study.data.find(data_name);
  if (!rule || !rule->on || data == context.study.data.end()) return false;
  if (is_said_of_data(context, data_name) || context.report.has_error({"split."}))
    return false;  // which may be why it is not measured
  const auto [subset, metric] = metrics::parse_metric(rule->metric);
  const std::string name = metrics::name_of(subset);
  if (const std::string why = not_of_labels(data->second, metric); !why.empty()) {
    context.report.error(rule->where, "train.stop.metric",
                         {"'" + rule->metric + "' is not measured for " + whose, why,
                          "Write metric = \"" + name + (data->second.multi_label ? ".ap\"" : ".top1\"") +
                              " in the train table of " + whose});
    return true;
  }
  if (!holds_out(context.study, data->second, subset, is_target)) {
    context.report.error(rule->where, "train.stop.metric",
                         {"'" + rule->metric + "' is not measured for " + whose,
                          "data set '" + data_name + "' holds out no " + name + " images",
                          "Add " + name + (data->second.multi_label ? " = { images = N }" : " = { per_class = N }") +
                              " to [data." + data_name + "]"});
    return true;
  }
  if (subset == metrics::Subset::test) by_test[{rule->where.line, rule->where.column}].push_back(whose);
  return subset == metrics::Subset::test;
}

/// One warning for each rule.
void warn(const CheckContext& context, const ByTest& by_test) {
  for (const auto& [place, all] : by_test) {
    context.report.warning({place.first, place.second}, "train.stop.metric",
                           {fmt::format("trainings of {} stop by test images", fmt::join(all, ", ")),
                            "the moment with the best test score is chosen: the scores reported are too good",
                            "Write metric = \"valid.top1\""});
  }
}

/// Networks that are chosen by validation images need some; so do selections, which check_takes() looks at.
void check_keep(const CheckContext& context, const Target& target) {
  const auto keep = merged(context.study.train, target.train).keep;
  const auto data = context.study.data.find(target.data);
  if (data == context.study.data.end()) return;
  if (keep == "best" && !holds_out(context.study, data->second, metrics::Subset::valid, true))
    context.report.error(
        target.where, "train.keep",
        {"keep = \"best\" chooses networks by validation, and target '" + target.name + "' has none",
         "data set '" + target.data + "' holds out no validation images",
         std::string("Add valid = ") + (data->second.multi_label ? "{ images = N }" : "{ per_class = N }") +
             " to [data." + target.data + "], or write keep = \"last\""});
  const bool selects =
      std::any_of(context.study.experiments.begin(), context.study.experiments.end(), [](const Experiment& experiment) {
        const bool by_case = std::any_of(experiment.cases.begin(), experiment.cases.end(),
                                         [](const Case& one) { return !one.takes.empty(); });
        return experiment.pick || !experiment.takes.empty() || by_case;
      });
  if (keep == "selected" && !selects)
    context.report.error(target.where, "train.keep",
                         {"keep = \"selected\" keeps what a selection chooses, and there is none",
                          "no experiment has a `take`, and there is no [[pick]]",
                          "Write keep = \"best\", which keeps the best of each size by validation"});
}

}  // namespace

/// One message for each data set: sources and targets that share one lack the same images.
void check_stops(const CheckContext& context) {
  std::set<std::string> reported;
  ByTest by_test;
  const auto check = [&](const auto& role, const std::string& whose, bool is_target) {
    if (reported.contains(role.data)) return;
    if (check_stop(context, role.train, role.data, whose, is_target, by_test)) reported.insert(role.data);
  };
  for (const auto& target : context.study.targets) check(target, "target '" + target.name + "'", true);
  for (const auto& source : context.study.sources) {
    if (source.checkpoint.empty()) check(source, "source '" + source.name + "'", false);
  }
  warn(context, by_test);
  for (const auto& target : context.study.targets) check_keep(context, target);
}

}  // namespace espalier::study
