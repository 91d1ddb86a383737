// Fills the table of coarse classes: coarse accuracy, mean accuracy of the fine classes, their difference.
#include <fmt/format.h>

#include "espalier/report/wording.hpp"
#include "report/coarse/coarse_output.hpp"

namespace espalier::report {
namespace {

using Words = std::vector<std::string>;

constexpr metrics::MetricName kAccuracy{metrics::Subset::test, metrics::Metric::top1};

std::string mean_text(const stats::CellSummary& cell) {
  return cell.summary.n > 0 ? figure_of(kAccuracy, cell.summary.mean) : "-";
}

/// "+12.3".
std::string signed_text(const stats::CellSummary& cell) {
  return (cell.summary.n > 0 && cell.summary.mean > 0 ? "+" : "") + mean_text(cell);
}

/// "[8.1, 16.5]"; of folds "[8.1, 16.5] (corrected)", as in other tables.
std::string interval_of(const stats::Summary& summary) {
  return interval_text(kAccuracy, summary.interval) + (summary.folds > 0 && summary.interval ? " (corrected)" : "");
}

/// "4"; of one split with folds "1 (5 folds)".
std::string count_text(const stats::Summary& summary) {
  return summary.folds > 0 ? fmt::format("{} ({} folds)", summary.n, summary.folds) : std::to_string(summary.n);
}

std::string range_text(const LeastMost& range) {
  return range.least == range.most ? fmt::format("{}", range.least) : fmt::format("{} to {}", range.least, range.most);
}

WordTable readable(const CoarseSetting& setting, const std::string& counted) {
  WordTable words{
      {"coarse class", "coarse %", "mean of fine %", "difference",
       fmt::format("{:g} % interval", 100 * stats::kConfidence), "fine classes", "images", spoken(counted) + "s"},
      {}};
  for (const auto& row : setting.rows) {
    words.rows.push_back({row.name.empty() ? kAllClasses : row.name, mean_text(row.coarse), mean_text(row.fine),
                          signed_text(row.difference), interval_of(row.difference.summary),
                          range_text(row.fine_classes), range_text(row.images), count_text(row.difference.summary)});
  }
  return words;
}

void append_exact(Words& row, const stats::CellSummary& cell) {
  const auto& summary = cell.summary;
  row.push_back(summary.n > 0 ? fmt::format("{}", summary.mean) : "");
  row.push_back(summary.interval ? fmt::format("{}", summary.interval->low) : "");
  row.push_back(summary.interval ? fmt::format("{}", summary.interval->high) : "");
}

}  // namespace

WordTable exact(const CoarseFine& made) {
  WordTable words{made.axes, {}};
  const std::string counted = made.counted + "s";
  for (const auto& title : {"coarse_class", "coarse", "coarse_low", "coarse_high", "fine", "fine_low", "fine_high",
                            "difference", "difference_low", "difference_high", "fine_classes_least",
                            "fine_classes_most", "images_least", "images_most", counted.c_str(), "runs", "folds"})
    words.header.emplace_back(title);
  for (const auto& setting : made.settings) {
    for (const auto& row : setting.rows) {
      Words line = setting.values;
      line.push_back(row.name.empty() ? kAllClasses : row.name);
      for (const auto* cell : {&row.coarse, &row.fine, &row.difference}) append_exact(line, *cell);
      for (const auto number : {row.fine_classes.least, row.fine_classes.most, row.images.least, row.images.most})
        line.push_back(std::to_string(number));
      const auto& summary = row.difference.summary;
      line.insert(line.end(), {std::to_string(summary.n), std::to_string(row.difference.counts.measured),
                               summary.folds > 0 ? std::to_string(summary.folds) : ""});
      words.rows.push_back(std::move(line));
    }
  }
  return words;
}

void fill_coarse_fine_table(StudyTable& table, const std::vector<RunView>& views, const study::TableSpec& asked,
                            const study::Study& study, const ReadPredictions& read) {
  const auto made = coarse_fine(views, {asked.experiment, asked.coarse}, study, read);
  table.note =
      "Coarse: the share of a coarse class's test images whose predicted fine class lies in that coarse class. Mean of "
      "fine: the mean over its fine classes of the share of their images that get the right fine class. " +
      made.note;
  for (const auto& setting : made.settings)
    table.parts.push_back({made.caption(setting), "", readable(setting, made.counted)});
  table.exact = exact(made);
}

}  // namespace espalier::report
