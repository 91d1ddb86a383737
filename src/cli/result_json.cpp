// Turns summaries, intervals and run counts into JSON, with null for what does not exist.
#include "cli/result_json.hpp"

namespace espalier::cli {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const std::optional<stats::Interval>& interval) {
  return interval ? Json::array({interval->low, interval->high}) : Json(nullptr);
}

Json to_json(const stats::RunCounts& counts) {
  return {{"runs", counts.runs},
          {"measured", counts.measured},
          {"diverged", counts.diverged},
          {"missing", counts.missing},
          {"at_chance", counts.at_chance}};
}

/// `folds` is a number where sd and interval are over the folds of the one split, by the corrected variance.
Json to_json(const stats::Summary& summary, const std::string& unit) {
  const bool any = summary.n > 0;
  return {{unit + "s", summary.n},
          {"mean", any ? Json(summary.mean) : Json(nullptr)},
          {"sd", summary.values() > 1 ? Json(summary.sd) : Json(nullptr)},
          {"interval", to_json(summary.interval)},
          {"folds", summary.folds > 0 ? Json(summary.folds) : Json(nullptr)}};
}

Json axis_values(const std::vector<std::string>& axes, const std::vector<std::string>& values) {
  Json object = Json::object();
  for (std::size_t i = 0; i < axes.size(); ++i) object[axes[i]] = values[i];
  return object;
}

}  // namespace

Json to_json(const stats::CellSummary& cell, const report::Query& query) {
  Json object = to_json(cell.summary, query.counts());
  object["sd_within"] = cell.sd_within ? Json(*cell.sd_within) : Json(nullptr);
  object["runs"] = to_json(cell.counts);
  const auto by_unit = "by_" + query.counts();
  object[by_unit] = Json::object();
  for (const auto& split : cell.splits) object[by_unit][split.split] = split.mean;
  object["incomplete_" + query.counts() + "s"] = cell.incomplete;
  return {{"axes", axis_values(query.by, cell.group)}, {"value", object}};
}

Json to_json(const stats::Contrast& contrast, const report::Query& query) {
  const bool has_interval = contrast.difference.difference.interval.has_value();
  Json object = {{"axes", axis_values(query.by, contrast.group)},
                 {"a", to_json(contrast.mean_a, query.counts())},
                 {"b", to_json(contrast.mean_b, query.counts())},
                 {"difference", to_json(contrast.difference.difference, query.counts())},
                 {"p", has_interval ? Json(contrast.difference.p_value) : Json(nullptr)},
                 {"ratio", nullptr},
                 {"pairs", contrast.pairs},
                 {"unpaired", contrast.unpaired},
                 {"incomplete_" + query.counts() + "s", contrast.incomplete},
                 {"runs_a", to_json(contrast.a)},
                 {"runs_b", to_json(contrast.b)}};
  if (contrast.ratio)
    object["ratio"] = {{"mean", contrast.ratio->mean}, {"interval", to_json(contrast.ratio->interval)}};
  return object;
}

}  // namespace espalier::cli
