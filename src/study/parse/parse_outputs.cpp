// Parses [[resources]] and [[figure]].
#include "study/cells.hpp"
#include "study/check/check_study.hpp"
#include "study/parse/parse_tables.hpp"

namespace espalier::study {
namespace {

/// test.top1, valid.top1 where the experiment measures that and no test images, or test.distance where it compares.
std::string default_metric(const Study& study, const std::string& experiment) {
  using metrics::Metric, metrics::MetricName, metrics::Subset;
  const Experiment* shown = find_experiment(study, experiment);
  for (const auto& metric : {MetricName{Subset::test, Metric::top1}, MetricName{Subset::valid, Metric::top1},
                             MetricName{Subset::test, Metric::distance}}) {
    if (shown && not_recorded(study, *shown, metric).empty()) return metrics::to_string(metric);
  }
  return FigureSpec().y;
}

FigureSpec parse_figure(const Reader& reader, const Study& study) {
  for (const char* key : {"experiment", "x"}) {
    if (!reader.has(key)) reader.missing(key, "Write experiment = \"...\", x = \"...\"");
  }
  FigureSpec figure;
  figure.where = reader.where();
  figure.experiment = reader.word("experiment").value_or("");
  figure.x = reader.word("x").value_or("");
  figure.series = reader.word("series").value_or("");
  figure.y = reader.word("y").value_or(default_metric(study, figure.experiment));
  figure.title = reader.word("title").value_or("");
  figure.over_targets = reader.truth("over_targets").value_or(false);
  return figure;
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
}

}  // namespace espalier::study
