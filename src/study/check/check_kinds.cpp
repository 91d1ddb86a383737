// Checks what an experiment says against its kind: its axes, where its network comes from.
#include <algorithm>
#include <set>

#include "espalier/study/axes.hpp"
#include "espalier/study/kinds.hpp"
#include "espalier/study/needs.hpp"
#include "study/cells.hpp"
#include "study/check/check_study.hpp"

namespace espalier::study {
namespace {

std::string quoted(const std::vector<Kind>& some) {
  std::vector<std::string> names;
  for (const auto& row : kinds()) {
    if (std::find(some.begin(), some.end(), row.kind) != some.end()) names.push_back(row.name);
  }
  return either(names);
}

/// Whether an entry of units_from takes the unit that this axis names.
bool names_units(const Experiment& experiment, const std::string& axis) {
  return std::any_of(experiment.units_from.begin(), experiment.units_from.end(),
                     [&](const UnitsFrom& entry) { return entry.axis == axis; });
}

/// Where nothing is trained, tuned_unit is the unit that a swap takes, and nothing else.
void check_unit_axis(const CheckContext& context, const Experiment& experiment, const GivenAxis& given) {
  if (finds_runs_by(experiment, given.name)) return;
  const auto error = [&](const Problem& problem) {
    context.report.error(given.where, key_of(experiment, given.name), problem);
  };
  if (!names_units(experiment, given.name) && !context.report.has_error({key_of(experiment, "units_from")})) {
    error({"'" + given.name + "' says how a network is trained",
           "an experiment of kind \"" + experiment.kind + "\" trains nothing",
           "Remove it, or take the unit: units_from = [{ units = \"" + given.name + "\", experiment = \"...\" }]"});
  }
}

/// Refuses axes that this kind of experiment does not have, unless runs are found by them: they are labels then.
void check_axes(const CheckContext& context, const Experiment& experiment) {
  const Kind kind = kind_of(experiment);
  for (const auto& given : given_axes(experiment)) {
    if (given.name == "tuned_unit" && kind == Kind::evaluate) {
      check_unit_axis(context, experiment, given);
      continue;
    }
    const auto with = kinds_with(given.name);
    if (std::find(with.begin(), with.end(), kind) != with.end() || finds_runs_by(experiment, given.name)) continue;
    const bool of_training = with == std::vector{Kind::train};
    context.report.error(
        given.where, key_of(experiment, given.name),
        of_training ? Problem{"'" + given.name + "' says how a network is trained",
                              "an experiment of kind \"" + experiment.kind + "\" trains nothing",
                              "Remove it, or add it to same where it tells the runs apart that networks come from"}
                    : Problem{"'" + given.name + "' is no axis of an experiment of kind \"" + experiment.kind + "\"",
                              "it belongs to kind " + quoted(with), "Remove it, or write the kind"});
  }
}

void check_has_network(const CheckContext& context, const Experiment& experiment) {
  if (experiment.start || !context.study.sources.empty()) return;
  const bool features = kind_of(experiment) == Kind::linear || kind_of(experiment) == Kind::neighbours;
  context.report.error(experiment.where, key_of(experiment, "start"),
                       {features ? "there is no network to take features of" : "there is no network to evaluate",
                        "it comes from a finished run or from a source",
                        "Add start = { experiment = \"...\", same = [...] }, or [source.NAME]"});
}

/// A retrieval looks up in a source's images even where its queries go through another network.
void check_has_gallery(const CheckContext& context, const Experiment& experiment) {
  if (!context.study.sources.empty()) return;
  context.report.error(experiment.where, key_of(experiment, "source"),
                       {"there is no source to look images up in",
                        "a retrieval looks a target's images up among a source's", "Add [source.NAME]"});
}

void check_has_source(const CheckContext& context, const Experiment& experiment) {
  if (experiment.start) {
    context.report.error(
        experiment.start->where, key_of(experiment, "start"),
        {"start in an experiment of kind \"distance\"",
         "a source is compared with a target, as the source's network sees them", "Remove it, and name the source"});
  }
  if (!context.study.sources.empty()) return;
  context.report.error(
      experiment.where, key_of(experiment, "source"),
      {"there is no source to compare with", "a distance is that of a target from one", "Add [source.NAME]"});
}

/// The distance "cnn" needs a network to train; no other has one.
void check_cnn(const CheckContext& context, const Experiment& experiment) {
  const auto methods = plain_values(experiment, "method");
  const bool asked = std::find(methods.begin(), methods.end(), Value("cnn")) != methods.end();
  const auto& cnn = experiment.cnn;
  if (asked && !cnn) {
    context.report.error(experiment.where, key_of(experiment, "cnn"),
                         {"method \"cnn\" without a network", "a small network is trained to tell the two sets apart",
                          "Add cnn = { network = \"NAME\" } with a network of the study"});
  }
  if (!cnn) return;
  if (!asked) {
    context.report.error(cnn->where, key_of(experiment, "cnn"),
                         {"cnn is not used", "no run of '" + experiment.name + "' has method \"cnn\"", "Remove it"});
  }
  const auto known = names_of(context.study, "network");
  if (!cnn->network.empty() && std::find(known.begin(), known.end(), cnn->network) == known.end())
    context.report.error(cnn->where, key_of(experiment, "cnn.network"), unknown_word("network", cnn->network, known));
}

/// Values of `front` are networks with `front = true`.
void check_fronts(const CheckContext& context, const Experiment& experiment) {
  std::vector<std::string> known;
  for (const auto& network : context.study.networks) {
    if (network.front) known.push_back(network.name);
  }
  for (const auto& value : plain_values(experiment, "front")) {
    const std::string name = to_string(value);
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    auto problem = unknown_word("front", name, known);
    if (known.empty()) problem.suggestion = "Add [network." + name + "] with front = true and units";
    context.report.error(experiment.where, key_of(experiment, "front"), problem);
  }
}

/// A swap takes one unit at a time, which no other entry takes.
void check_swapped_units(const CheckContext& context, const Experiment& experiment, const UnitsFrom& entry) {
  const auto error = [&](const Problem& problem) {
    context.report.error(entry.where, key_of(experiment, "units_from.units"), problem);
  };
  const auto values = plain_values(experiment, entry.axis);
  const bool taken = given_by(experiment, entry.axis) == Given::taken;
  if (values.empty() && !taken) {
    return error({"units = \"" + entry.axis + "\" without values of that axis", "each of them is a swap",
                  "Add " + entry.axis + " = [1, 2, ...] to axes"});
  }
  if (std::find(values.begin(), values.end(), Value("all")) != values.end()) {
    error({entry.axis + " = \"all\" is no unit to take", "a swap takes one unit",
           "Name units, or measure the other experiment's run by `start`"});
  }
  for (const auto& other : experiment.units_from) {
    if (other == entry) continue;
    return error(
        {"units = \"" + entry.axis + "\" beside another entry", "a unit comes from one network", "Keep one entry"});
  }
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
    if (!entry.axis.empty()) check_swapped_units(context, experiment, entry);
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
    if (experiment.kind.empty() || experiment.pick) continue;  // parsing has refused it; a pick says none of this
    const Kind kind = kind_of(experiment);
    check_axes(context, experiment);
    if (kind == Kind::distance) check_has_source(context, experiment);
    else if (kind == Kind::retrieval) check_has_gallery(context, experiment);
    else if (kind != Kind::train) check_has_network(context, experiment);
    check_cnn(context, experiment);
    check_fronts(context, experiment);
    if (kind == Kind::evaluate) check_units_from(context, experiment);
    else if (!experiment.units_from.empty()) {
      context.report.error(experiment.units_from.front().where, key_of(experiment, "units_from"),
                           {"units_from in an experiment of kind \"" + experiment.kind + "\"",
                            "networks of several are only evaluated", "Write kind = \"evaluate\", or use start"});
    }
  }
}

}  // namespace espalier::study
