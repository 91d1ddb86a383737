// Turns questions, measured cells and papers' rules into JSON objects.
#include "cli/recommend_json.hpp"

#include "espalier/report/recommend_text.hpp"

namespace espalier::cli {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) { return value > 0 ? Json(value) : Json(nullptr); }
Json optional(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }
Json word(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json to_json(const std::optional<stats::Interval>& interval) {
  return interval ? Json::array({interval->low, interval->high}) : Json(nullptr);
}

Json to_json(const stats::Summary& summary) {
  if (summary.n == 0) return nullptr;
  return {{"mean", summary.mean},
          {"interval", to_json(summary.interval)},
          {"splits", summary.n},
          {"folds", summary.folds > 0 ? Json(summary.folds) : Json(nullptr)}};
}

Json to_json(const report::RankedProtocol& protocol) {
  Json values = Json::object();
  for (const auto& label : protocol.values) values[label.axis] = label.value;
  return {{"values", values},
          {"kind", report::word_of(protocol.family)},
          {"best", protocol.best},
          {"indistinguishable", protocol.indistinguishable},
          {"p", protocol.best ? Json(nullptr) : Json(protocol.p_value)},
          {"splits", protocol.splits},
          {"wins", protocol.wins},
          {"runs", protocol.runs.runs},
          {"measured", protocol.runs.measured},
          {"diverged", protocol.runs.diverged},
          {"valid_top1", to_json(protocol.valid)},
          {"test_top1", to_json(protocol.test)}};
}

Json to_json(const std::optional<report::MeasuredDistance>& distance) {
  if (!distance) return nullptr;
  return {{"value", distance->value},
          {"interval", to_json(distance->interval)},
          {"method", distance->method},
          {"network", distance->network},
          {"unit", distance->unit},
          {"floor", optional(distance->floor)},
          {"runs", distance->runs},
          {"calibrated", report::is_calibrated(distance->network, distance->unit, distance->network_digest)}};
}

Json to_json(const report::NearCell& near) {
  const auto& cell = near.cell;
  Json protocols = Json::array();
  for (const auto& protocol : cell.protocols) protocols.push_back(to_json(protocol));
  return {{"directory", cell.directory},
          {"source", word(cell.source)},
          {"target", cell.target},
          {"network", word(cell.network)},
          {"per_class", cell.per_class},
          {"images_per_class", number(cell.images_per_class)},
          {"images", number(cell.images)},
          {"distance", to_json(cell.distance)},
          {"gap", optional(near.gap)},
          {"near", near.gap ? Json(*near.gap <= report::kNear) : Json(nullptr)},
          {"not_compared", near.not_compared},
          {"ranked_on", metrics::name_of(cell.ranked_on)},
          {"runs", cell.runs},
          {"can_tell", cell.can_tell()},
          {"protocols", protocols}};
}

Json to_json(const report::JudgedOpinion& judged) {
  Json kinds = Json::array();
  for (const auto family : judged.opinion.protocols) kinds.push_back(report::word_of(family));
  return {{"paper", judged.opinion.paper},
          {"where", judged.opinion.where},
          {"says", judged.opinion.says},
          {"limits", word(judged.opinion.limits)},
          {"kinds", kinds},
          {"measured", report::name_of(judged.agreement)}};
}

/// Whether something that was measured speaks for the question.
const char* evidence_of(const report::Recommendation& answer) {
  if (answer.cells.empty()) return "papers";
  const auto& gap = answer.cells.front().gap;
  return gap && *gap > report::kNear ? "measured too far away" : "measured";
}

}  // namespace

Json to_json(const report::Recommendation& answer) {
  const auto& question = answer.question;
  Json json = {{"distance", optional(question.distance)},
               {"per_class", optional(question.per_class)},
               {"images", number(question.images)},
               {"network", word(question.network)},
               {"unit", word(question.unit)},
               {"evidence", evidence_of(answer)}};
  json["cells"] = Json::array();
  for (const auto& near : answer.cells) json["cells"].push_back(to_json(near));
  json["papers"] = Json::array();
  for (const auto& judged : answer.papers) json["papers"].push_back(to_json(judged));
  json["disagreements"] = answer.disagreements;
  return json;
}

}  // namespace espalier::cli
