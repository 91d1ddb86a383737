// Turns summaries, intervals and run counts into JSON, with null for what does not exist.
#include "cli/result_json.hpp"

namespace espalier::cli {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const std::optional<stats::Interval>& interval) {
  return interval ? Json::array({interval->low, interval->high}) : Json(nullptr);
}

Json to_json(const stats::RunCounts& counts) {
  return {
      {"runs", counts.runs}, {"measured", counts.measured}, {"diverged", counts.diverged}, {"missing", counts.missing}};
}

Json to_json(const stats::Summary& summary) {
  const bool any = summary.n > 0;
  return {{"splits", summary.n},
          {"mean", any ? Json(summary.mean) : Json(nullptr)},
          {"sd", summary.n > 1 ? Json(summary.sd) : Json(nullptr)},
          {"interval", to_json(summary.interval)}};
}

Json axis_values(const std::vector<std::string>& axes, const std::vector<std::string>& values) {
  Json object = Json::object();
  for (std::size_t i = 0; i < axes.size(); ++i) object[axes[i]] = values[i];
  return object;
}

}  // namespace

Json to_json(const stats::CellSummary& cell, const report::Query& query) {
  Json object = to_json(cell.summary);
  object["sd_within"] = cell.sd_within ? Json(*cell.sd_within) : Json(nullptr);
  object["runs"] = to_json(cell.counts);
  object["by_split"] = Json::object();
  for (const auto& split : cell.splits) object["by_split"][split.split] = split.mean;
  object["incomplete_splits"] = cell.incomplete;
  return {{"axes", axis_values(query.by, cell.group)}, {"value", object}};
}

Json to_json(const stats::Contrast& contrast, const report::Query& query) {
  const bool has_interval = contrast.difference.difference.interval.has_value();
  Json object = {{"axes", axis_values(query.by, contrast.group)},
                 {"a", to_json(contrast.mean_a)},
                 {"b", to_json(contrast.mean_b)},
                 {"difference", to_json(contrast.difference.difference)},
                 {"p", has_interval ? Json(contrast.difference.p_value) : Json(nullptr)},
                 {"ratio", nullptr},
                 {"pairs", contrast.pairs},
                 {"unpaired", contrast.unpaired},
                 {"incomplete_splits", contrast.incomplete},
                 {"runs_a", to_json(contrast.a)},
                 {"runs_b", to_json(contrast.b)}};
  if (contrast.ratio)
    object["ratio"] = {{"mean", contrast.ratio->mean}, {"interval", to_json(contrast.ratio->interval)}};
  return object;
}

}  // namespace espalier::cli
