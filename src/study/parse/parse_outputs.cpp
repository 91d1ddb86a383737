// Parses [[resources]], [[figure]] and [[table]].
#include <algorithm>

#include "espalier/core/errors.hpp"
#include "espalier/study/table_kinds.hpp"
#include "study/axis_names.hpp"
#include "study/cells.hpp"
#include "study/check/check_study.hpp"
#include "study/parse/parse_tables.hpp"

namespace espalier::study {
namespace {

constexpr const char* kExperimentForm = "Write experiment = \"...\"";
constexpr const char* kExperimentsForm = "Write experiments = [\"...\", \"...\"]";
constexpr const char* kCoarseFine = "coarse-fine";
constexpr const char* kDistanceKeys[] = {"distances", "method", "features"};

/// test.top1, valid.top1 where the experiment measures that and no test images, the same of ap where images may have
/// several labels, or test.distance where it compares.
std::string default_metric(const Study& study, const std::string& experiment) {
  using metrics::Metric, metrics::MetricName, metrics::Subset;
  const Experiment* shown = find_experiment(study, experiment);
  for (const auto& metric : {MetricName{Subset::test, Metric::top1}, MetricName{Subset::valid, Metric::top1},
                             MetricName{Subset::test, Metric::ap}, MetricName{Subset::valid, Metric::ap},
                             MetricName{Subset::test, Metric::distance}}) {
    if (shown && not_recorded(study, *shown, metric).empty()) return metrics::to_string(metric);
  }
  return FigureSpec().y;
}

/// Refuses a key that belongs to another kind of figure or table.
void refuse(const Reader& reader, const std::string& key, const std::string& kind) {
  if (!reader.has(key)) return;
  reader.error(key, {"'" + key + "' does not belong to kind = \"" + kind + "\"", "it would have no effect",
                     "Remove it, or change the kind"});
}

std::vector<AxisCondition> parse_side(const Reader& reader, const std::string& key) {
  const auto text = reader.word(key);
  if (!reader.has(key)) reader.missing(key, "Write " + key + " = \"units=T(1-7)R(8)\" or another condition");
  try {
    return text ? parse_conditions(*text) : std::vector<AxisCondition>();
  } catch (const UsageError& error) {
    reader.error(key, error.problem());
    return {};
  }
}

DistancesFrom parse_distances(const Reader& reader) {
  DistancesFrom distances;
  distances.experiment = reader.word("distances").value_or("");
  distances.method = reader.word("method").value_or(distances.method);
  distances.features = static_cast<std::int32_t>(reader.integer("features", 1, 1'000'000).value_or(0));
  return distances;
}

RatioSpec parse_ratio(const Reader& reader) {
  return {parse_side(reader, "over"), parse_side(reader, "under"), parse_distances(reader)};
}

/// The label set that joins fine classes.
std::string parse_coarse(const Reader& reader) {
  if (!reader.has("coarse")) reader.missing("coarse", "Name a label set: coarse = \"...\" for [labels....]");
  return reader.word("coarse").value_or("");
}

/// kind = "coarse-fine": a point for each coarse class, so that there are no axes to choose.
FigureSpec parse_coarse_figure(const Reader& reader, FigureSpec figure) {
  figure.coarse = parse_coarse(reader);
  for (const char* key : {"x", "series", "y", "over_targets", "over", "under", "distances", "method", "features"})
    refuse(reader, key, kCoarseFine);
  return figure;
}

FigureSpec parse_figure(const Reader& reader, const Study& study) {
  FigureSpec figure;
  figure.where = reader.where();
  figure.experiment = reader.word("experiment").value_or("");
  figure.title = reader.word("title").value_or("");
  const std::string kind =
      reader.choice("kind", {"mean", "ratio", kCoarseFine}).value_or(reader.has("kind") ? "" : "mean");
  for (const char* key : {"experiment", "x"}) {
    const bool is_needed = (kind != kCoarseFine && !kind.empty()) || std::string_view(key) == "experiment";
    if (is_needed && !reader.has(key)) reader.missing(key, "Write experiment = \"...\", x = \"...\"");
  }
  if (kind == kCoarseFine) return parse_coarse_figure(reader, figure);
  figure.x = reader.word("x").value_or("");
  figure.series = reader.word("series").value_or("");
  figure.y = reader.word("y").value_or(default_metric(study, figure.experiment));
  figure.over_targets = reader.truth("over_targets").value_or(false);
  if (kind.empty()) return figure;  // the rest depends on it
  if (kind == "ratio") figure.ratio = parse_ratio(reader);
  const bool is_known = figure.x.empty() || figure.x == kDistance || is_axis(figure.x);  // else "distance" may be meant
  const bool by_distance = figure.ratio && (figure.x == kDistance || !is_known);
  if (!figure.ratio) {
    for (const char* key : {"over", "under"}) refuse(reader, key, kind);
  }
  refuse(reader, "coarse", kind);
  for (const char* key : kDistanceKeys) {
    if (!by_distance) refuse(reader, key, figure.ratio ? "ratio\" without x = \"distance" : kind);
  }
  if (by_distance && is_known && !reader.has("distances")) {
    reader.missing("distances", "Name an experiment of kind \"distance\"");
  }
  return figure;
}

std::vector<double> parse_thresholds(const Reader& reader) {
  if (!reader.has("thresholds")) return TableSpec().thresholds;
  const auto values = reader.reals("thresholds", {.above = 0});
  const bool fits = values.size() == 2 && values[0] < values[1];
  if (!fits) {
    reader.error("thresholds",
                 {"expected two ascending numbers", "medium distances begin at the first, high ones at the second",
                  "Write thresholds = [0.2, 0.4]"});
  }
  return fits ? values : TableSpec().thresholds;
}

/// One experiment, or several of them that are compared.
void parse_experiments_of(const Reader& reader, const TableKindRow& row, const TableSpec& table) {
  refuse(reader, row.experiments > 0 ? "experiment" : "experiments", row.name);
  if (row.experiments == 0 && !reader.has("experiment")) reader.missing("experiment", kExperimentForm);
  if (row.experiments > 0 && !reader.has("experiments")) reader.missing("experiments", kExperimentsForm);
  if (row.experiments > 0 && reader.has("experiments") && table.experiments.size() < row.experiments) {
    reader.error("experiments", {"there is nothing to compare", "experiments names too few", kExperimentsForm});
  }
  if (row.kind == TableKind::rank && !reader.report().has_error({reader.path("by")}) && table.by.size() != 1)
    reader.error("by", {"a rank table is of one axis", "its values are ranked", "Write by = \"tuned_unit\""});
}

TableSpec parse_table(const Reader& reader, const Study& study) {
  TableSpec table;
  table.where = reader.where();
  table.experiment = reader.word("experiment").value_or("");
  table.title = reader.word("title").value_or("");
  table.experiments = reader.words("experiments");
  if (!reader.has("kind")) reader.missing("kind", "Write kind = \"raw\" or another");
  const auto word = reader.choice("kind", table_kind_names());
  if (!word && !reader.has("kind") && !reader.has("experiment")) reader.missing("experiment", kExperimentForm);
  if (!word) return table;  // the rest depends on it
  const auto names = table_kind_names();
  const auto& row =
      table_kinds().at(static_cast<std::size_t>(std::find(names.begin(), names.end(), *word) - names.begin()));
  table.kind = row.kind;
  const std::string shown = row.experiments > 0 && !table.experiments.empty() ? table.experiments.front() : "";
  table.y = reader.word("y").value_or(default_metric(study, row.experiments > 0 ? shown : table.experiment));
  table.by = reader.words("by");
  parse_experiments_of(reader, row, table);
  if (row.has_sides) table.ratio = parse_ratio(reader);
  table.thresholds = parse_thresholds(reader);
  if (row.needs_distances && !reader.has("distances")) {
    reader.missing("distances", "Name an experiment of kind \"distance\"");
  }
  if (row.kind == TableKind::coarse_fine) table.coarse = parse_coarse(reader);
  else refuse(reader, "coarse", *word);
  if (!row.has_metric) refuse(reader, "y", *word);
  if (!row.has_axes) refuse(reader, "by", *word);
  for (const char* key : {"over", "under"}) {
    if (!row.has_sides) refuse(reader, key, *word);
  }
  for (const char* key : {"distances", "method", "features", "thresholds"}) {
    if (!row.needs_distances) refuse(reader, key, *word);
  }
  return table;
}

}  // namespace

void parse_outputs(const Reader& root, Study& study) {
  for (const toml::table* table : root.children("resources")) {
    const Reader reader(*table, "resources", "resources", root.report());
    Resources resources{reader.where(), reader.word("when").value_or(""), 1};
    resources.workers = static_cast<std::int32_t>(reader.integer("workers", 1, 100'000).value_or(1));
    study.resources.push_back(resources);
  }
  for (const toml::table* table : root.children("figure")) {
    study.figures.push_back(parse_figure(Reader(*table, "figure", "figure", root.report()), study));
  }
  for (const toml::table* table : root.children("table")) {
    study.tables.push_back(parse_table(Reader(*table, "table", "table", root.report()), study));
  }
}

}  // namespace espalier::study
