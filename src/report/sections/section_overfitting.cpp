// Report section: losses on training and validation images, and the gap between them.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "espalier/report/wording.hpp"
#include "report/html.hpp"
#include "report/page_context.hpp"

namespace espalier::report {
namespace {

using metrics::Subset;
constexpr auto kLoss = metrics::Metric::loss;
using Means = std::map<std::vector<std::string>, double>;

Means means_of(const std::vector<RunView>& runs, Subset subset) {
  Query query;
  query.metric = {subset, kLoss};
  query.by = {"transferred", "per_class"};
  Means means;
  for (const auto& cell : aggregate(runs, query)) {
    if (cell.summary.n > 0) means[cell.group] = cell.summary.mean;
  }
  return means;
}

bool has_row(const std::vector<RunView>& runs, Subset subset) {
  return std::any_of(runs.begin(), runs.end(), [&](const RunView& view) { return final_row(view, subset); });
}

/// Drops the sign of a gap that rounds to zero.
std::string signless_zero(const std::string& text) { return text == "-0.00" ? "0.00" : text; }

WordTable gap_table(const std::vector<RunView>& runs, Subset trained) {
  const auto train = means_of(runs, trained), valid = means_of(runs, Subset::valid);
  const auto sizes = values_of(runs, "per_class");
  WordTable table{{"transferred"}, {}};
  for (const auto& size : sizes) table.header.push_back("per_class " + size);
  table.header.push_back("mean gap");
  for (const auto& n : values_of(runs, "transferred")) {
    std::vector<std::string> row = {n};
    std::vector<double> gaps;
    for (const auto& size : sizes) {
      const auto a = train.find({n, size}), b = valid.find({n, size});
      const bool both = a != train.end() && b != valid.end();
      row.push_back(both ? fmt::format("{:.2f} / {:.2f}", a->second, b->second) : "-");
      if (both) gaps.push_back(b->second - a->second);
    }
    row.push_back(gaps.size() < sizes.size() ? "-" : signless_zero(fmt::format("{:.2f}", stats::summarise(gaps).mean)));
    table.rows.push_back(std::move(row));
  }
  return table;
}

/// One table for each value of the axes that the table does not show.
std::string tables_of(const std::vector<RunView>& runs, const std::string& name, Subset trained) {
  if (!has_row(runs, trained) || !has_row(runs, Subset::valid)) return "";
  const auto others = unexplained_axes(runs, {"transferred", "per_class"});
  std::string html;
  std::vector<std::string> done;
  for (const auto& view : runs) {
    std::vector<AxisCondition> here;
    std::string title = name;
    for (const auto& axis : others) {
      here.push_back({axis, {view.value(axis)}});
      title += ", " + axis + " = " + view.value(axis);
    }
    if (std::find(done.begin(), done.end(), title) != done.end()) continue;
    done.push_back(title);
    const auto selected = select(runs, here);
    if (has_row(selected, trained)) html += html_table(gap_table(selected, trained), title);
  }
  return html;
}

}  // namespace

std::string overfitting_section(const PageContext& context) {
  std::string running, finished;
  for (const auto& name : experiments_of(context)) {
    const auto runs = runs_of_experiment(context.views, name);
    const auto axes = varying_axes(runs);
    const auto varies = [&](const char* axis) { return std::find(axes.begin(), axes.end(), axis) != axes.end(); };
    if (!varies("transferred") || !varies("per_class") || values_of(runs, "transferred").back() == "later") continue;
    running += tables_of(runs, name, Subset::train);
    finished += tables_of(runs, name, Subset::train_eval);
  }
  std::string body;
  if (!running.empty()) {
    body += element("h3", "Running training loss / validation loss") +
            paragraph("train.loss: the mean over the last epoch as it was trained, dropout on and weights changing.") +
            running;
  }
  if (!finished.empty()) {
    body += element("h3", "Loss of the finished network on its training images / validation loss") +
            paragraph("train_eval.loss: evaluation mode, dropout off. Not comparable with the running loss above.") +
            finished;
  }
  if (!body.empty()) body = paragraph("Of the experiments in which transferred and per_class vary.") + body;
  return section("overfitting", "Overfitting", body);
}

}  // namespace espalier::report
