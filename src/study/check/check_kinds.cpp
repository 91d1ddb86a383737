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
  for (const auto kind : some) names.push_back(kinds()[static_cast<std::size_t>(kind)].name);
  return either(names);
}

/// Refuses axes that this kind of experiment does not have, unless runs are found by them: they are labels then.
void check_axes(const CheckContext& context, const Experiment& experiment) {
  const Kind kind = kind_of(experiment);
  for (const auto& given : given_axes(experiment)) {
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
  const bool features = kind_of(experiment) == Kind::linear;
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
    if (experiment.kind.empty()) continue;  // parsing has refused it
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
