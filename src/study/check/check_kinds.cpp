// Checks what an experiment says against its kind: what trains nothing has no axes of training.
#include <algorithm>
#include <set>

#include "espalier/study/axes.hpp"
#include "espalier/study/kinds.hpp"
#include "espalier/study/needs.hpp"
#include "study/cells.hpp"
#include "study/check/check_study.hpp"

namespace espalier::study {
namespace {

void check_no_training(const CheckContext& context, const Experiment& experiment) {
  for (const auto& given : given_axes(experiment)) {
    if (!is_of_training(given.name) || finds_runs_by(experiment, given.name)) continue;
    context.report.error(given.where, key_of(experiment, given.name),
                         {"'" + given.name + "' says how a network is trained",
                          "an experiment of kind \"" + experiment.kind + "\" trains nothing",
                          "Remove it, or add it to same where it tells the runs apart that networks come from"});
  }
}

void check_has_network(const CheckContext& context, const Experiment& experiment) {
  if (experiment.start || !context.study.sources.empty()) return;
  context.report.error(experiment.where, key_of(experiment, "start"),
                       {"there is no network to evaluate", "it comes from a finished run or from a source",
                        "Add start = { experiment = \"...\", same = [...] }, or [source.NAME]"});
}

void check_units_from(const CheckContext& context, const Experiment& experiment) {
  const Depth depth = depth_of(context.study, experiment);
  std::set<std::int32_t> seen;
  for (const auto& entry : experiment.units_from) {
    auto error = [&](const std::string& part, const Problem& problem) {
      context.report.error(entry.where, key_of(experiment, "units_from." + part), problem);
    };
    if (!entry.source.empty()) {
      const auto known = names_of(context.study, "source");
      if (std::find(known.begin(), known.end(), entry.source) == known.end())
        error("source", unknown_word("source", entry.source, known));
    }
    for (const auto unit : entry.units) {
      const std::string name = "unit " + std::to_string(unit);
      if (depth.most > 0 && unit > depth.least)
        error("units", {"there is no " + name, "the network has " + std::to_string(depth.least) + " units", ""});
      else if (!seen.insert(unit).second)
        error("units", {name + " is named twice", "it comes from one network", "Remove one"});
      else continue;
      break;  // one message an entry
    }
  }
}

}  // namespace

void check_kinds(const CheckContext& context) {
  for (const auto& experiment : context.study.experiments) {
    if (!trains(experiment)) {
      check_no_training(context, experiment);
      check_has_network(context, experiment);
      check_units_from(context, experiment);
    } else if (!experiment.kind.empty() && !experiment.units_from.empty()) {
      context.report.error(experiment.units_from.front().where, key_of(experiment, "units_from"),
                           {"units_from in an experiment of kind \"" + experiment.kind + "\"",
                            "networks of several are only evaluated", "Write kind = \"evaluate\", or use start"});
    }
  }
}

}  // namespace espalier::study
