// Puts the sections of a report together into one HTML page with its CSV files.
#include "espalier/report/page.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "espalier/core/errors.hpp"
#include "espalier/report/wording.hpp"
#include "report/html.hpp"
#include "report/page_context.hpp"
#include "report/ranked_settings.hpp"

namespace espalier::report {
namespace {

constexpr std::pair<const char*, const char*> kPlaces[] = {
    {"figures", "Figures"},       {"study-tables", "Tables"},     {"best", "Best settings"},
    {"advice", "Which protocol"}, {"selections", "Selections"},   {"curves", "Learning curves"},
    {"predictions", "Mistakes"},  {"overfitting", "Overfitting"}, {"sources", "Sources"},
    {"failures", "Failures"},     {"methods", "Methods"},         {"tables", "All cells"},
    {"runs", "All runs"},         {"provenance", "Provenance"}};

/// Links to the sections that exist.
std::string navigation(const std::string& body) {
  std::string links;
  for (const auto& [id, title] : kPlaces) {
    const std::string anchor = std::string("<section id=\"") + id + "\"";
    if (body.find(anchor) != std::string::npos) links += std::string("<a href=\"#") + id + "\">" + title + "</a> ";
  }
  return element("nav", links);
}

constexpr const char* kGenerator = "<meta name=\"generator\" content=\"espalier report\"/>\n";

/// Says that a file beside the page is the page's: the next report may replace it.
std::string file_line(const std::string& name) {
  return "<meta name=\"espalier-file\" content=\"" + escape(name) + "\"/>\n";
}

std::string file_lines(const std::vector<ReportFile>& files) {
  std::string lines;
  for (const auto& file : files) lines += file_line(file.name);
  return lines;
}

std::string whole_page(const std::string& title, const std::string& files, const std::string& head,
                       const std::string& body) {
  return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>\n" + (kGenerator + files) +
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n" +
         element("title", escape(title)) + "\n<style>" + page_style() + "</style></head>\n<body>\n" + head +
         navigation(body) + "\n<main>\n" + body + "</main>\n<script>" + page_script() + "</script>\n</body></html>\n";
}

}  // namespace

std::vector<RunView> runs_of_experiment(const std::vector<RunView>& views, const std::string& experiment) {
  std::vector<RunView> found;
  for (const auto& view : views) {
    if (view.run->experiment == experiment) found.push_back(view);
  }
  return found;
}

std::vector<RunView> required_runs(const std::vector<RunView>& views, const std::string& experiment) {
  auto runs = runs_of_experiment(views, experiment);
  if (!runs.empty()) return runs;
  throw UsageError("no run of '" + experiment + "' is here", "the experiment is not planned in this directory",
                   "Run the study as it is, or leave the figure or table out.");
}

std::vector<std::string> experiments_of(const PageContext& context) {
  std::vector<std::string> names;
  for (const auto& experiment : context.study.experiments) {
    const bool has_runs = std::any_of(context.views.begin(), context.views.end(),
                                      [&](const auto& view) { return view.run->experiment == experiment.name; });
    if (has_runs) names.push_back(experiment.name);
  }
  return names;
}

std::vector<std::string> own_axes(const study::Experiment& experiment, const std::vector<RunView>& runs) {
  const auto varying = varying_axes(runs);
  std::vector<std::string> declared, own;
  for (const auto& axis : experiment.axes) declared.push_back(axis.name);
  if (!experiment.cases.empty()) declared.push_back("case");
  if (experiment.pick) declared = experiment.pick->per;
  for (const auto& axis : varying) {
    if (std::find(declared.begin(), declared.end(), axis) != declared.end()) own.push_back(axis);
  }
  return own;
}

metrics::MetricName reported_metric(const std::vector<RunView>& views) {
  using metrics::Metric, metrics::Subset;
  const auto found = first_measured(views, {{Subset::test, Metric::top1},
                                            {Subset::valid, Metric::top1},
                                            {Subset::test, Metric::ap},
                                            {Subset::valid, Metric::ap},
                                            {Subset::test, Metric::distance},
                                            {Subset::test, Metric::map10},
                                            {Subset::valid, Metric::map10},
                                            {Subset::train_eval, Metric::top1},
                                            {Subset::train_eval, Metric::ap},
                                            {Subset::train, Metric::top1}});
  return found.value_or(metrics::MetricName{Subset::test, Metric::top1});
}

metrics::MetricName metric_of_experiment(const std::vector<RunView>& runs, const metrics::MetricName& wanted) {
  return is_measured(runs, wanted) ? wanted : reported_metric(runs);
}

std::string remarks_on(const std::vector<RunView>& views) {
  std::map<std::string, int> runs;
  for (const auto& view : views) {
    if (view.task && view.task->state == task::RunState::done && !view.task->cause.empty()) ++runs[view.task->cause];
  }
  std::string text;
  for (const auto& [remark, count] : runs) {
    text += paragraph("Of " + std::to_string(count) + (count == 1 ? " run: " : " runs: ") + remark + ".");
  }
  return text;
}

bool is_report(std::string_view page) { return page.find(kGenerator) != std::string_view::npos; }

bool names_file(std::string_view page, const std::string& name) {
  return page.find(file_line(name)) != std::string_view::npos;
}

Report make_report(const ReportInput& input) {
  PageContext context{
      *input.directory,  input.study,     runs_of(*input.directory), {}, {}, splits_overlap(input.study),
      input.predictions, input.find_image};
  context.figures = make_figures(context.views, context.study, input.predictions);
  context.tables = make_study_tables(context.views, context.study, input.predictions);
  Report report;
  std::string body = warning_box(context) + figure_section(context, input.draw) + study_tables_section(context) +
                     best_section(context) + advice_section(context) + selection_section(context) +
                     curves_section(context) + predictions_section(context) + overfitting_section(context) +
                     source_section(context) + failure_section(context) + methods_section(context) +
                     tables_section(context) + runs_section(context) + provenance_section(context);
  for (const auto& figure : context.figures) report.files.push_back({figure.name + ".csv", csv(figure.table)});
  for (const auto& table : context.tables) report.files.push_back({table.name + ".csv", csv(table.exact)});
  report.html = whole_page(context.study.name, file_lines(report.files), head_section(context, input.made_at), body);
  report.tables = result_tables(context.views, context.study, reported_metric(context.views));
  for (const auto& table : context.tables) {
    for (const auto& part : table.parts) {
      report.tables.push_back({table.title + (part.title.empty() ? "" : ": " + part.title), table.note, part.words});
    }
  }
  return report;
}

}  // namespace espalier::report
