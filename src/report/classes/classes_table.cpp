// Fills the table of classes: a row for each class, a column for each cell of what varies.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "espalier/core/errors.hpp"
#include "espalier/report/query.hpp"
#include "espalier/report/wording.hpp"
#include "report/axis_values.hpp"
#include "report/classes/class_values.hpp"
#include "report/html.hpp"
#include "report/page_context.hpp"
#include "report/predicted/predicted_runs.hpp"

namespace espalier::report {
namespace {

using Words = std::vector<std::string>;

constexpr const char* kMeanOfClasses = "mean of the classes";
constexpr std::size_t kNamedAtMost = 6;

struct Least {
  std::int64_t least = 0, most = 0;
  bool any = false;
  void add(std::int64_t value) {
    least = any ? std::min(least, value) : value;
    most = any ? std::max(most, value) : value;
    any = true;
  }
  std::string text() const { return least == most ? fmt::format("{}", least) : fmt::format("{} to {}", least, most); }
};

struct ClassRow {
  std::string name;
  Least images, positives;
  std::map<Words, stats::CellSummary> cells;  ///< by setting
};

/// Reads the runs of one experiment and adds what each of their classes has.
class ClassGatherer {
 public:
  ClassGatherer(const study::TableSpec& asked, const study::Study& study, const ReadPredictions& read,
                const std::vector<RunView>& runs)
      : asked_(asked),
        metric_(metrics::parse_metric(asked.y)),
        study_(study),
        read_(read),
        axes_(unexplained_axes(runs, {})),
        counted_(counted_in(runs, Query())) {
    for (const auto& view : runs) add(view);
    if (tally_.measured == 0) tally_.refuse(asked.experiment);
    for (const auto& cell : stats::aggregate(observed_)) place(cell);
    std::sort(settings_.begin(), settings_.end(), TupleOrder(settings_));
  }

  void fill(StudyTable& table, bool overlapping) const {
    table.note = note(overlapping);
    table.parts.push_back({"", "", readable()});
    table.exact = exact();
  }

 private:
  void add(const RunView& view) {
    if (!tally_.add(view)) return;
    if (const std::string why = try_add(view); !why.empty()) tally_.lacks(why);
  }

  /// Why nothing is added; "" where something is.
  std::string try_add(const RunView& view) {
    const auto [predictions, why_not] = predictions_of(view, read_);
    if (!predictions) return why_not;
    if (!is_by_class(metric_.metric, predictions->are_several()))
      return fmt::format("'{}' cannot be told by class on images with {}", asked_.y,
                         predictions->are_several() ? "several labels" : "one label each");
    try {
      const auto names = output_names(view, study_);
      const auto values = class_values(*predictions, names.size(), metric_.metric);
      for (std::size_t k = 0; k < values.size(); ++k) observe(view, names[k], values[k]);
      observe(view, "", mean_of(values));
    } catch (const Error& error) {
      const auto& [problem, why, suggestion] = error.problem();
      return why.empty() ? problem : problem + ", " + why;
    }
    ++tally_.measured;
    return "";
  }

  ClassRow& row_of(const std::string& name) {
    for (auto& row : rows_) {
      if (row.name == name) return row;
    }
    return rows_.emplace_back(ClassRow{name, {}, {}, {}});
  }

  void observe(const RunView& view, const std::string& name, const ClassValue& value) {
    if (value.images == 0) return;  // an output of the source that no test image has
    auto& row = row_of(name);
    row.images.add(value.images);
    row.positives.add(value.positives);
    if (!value.measured) return;
    Words group;
    for (const auto& axis : axes_) group.push_back(view.setting(axis));
    group.push_back(name);
    observed_.push_back({group, view.repetition(), "", view.value("replicate"), stats::Presence::measured, value.value,
                         view.value("fold")});
  }

  void place(const stats::CellSummary& cell) {
    const Words setting(cell.group.begin(), cell.group.end() - 1);
    row_of(cell.group.back()).cells.emplace(setting, cell);
    if (std::find(settings_.begin(), settings_.end(), setting) == settings_.end()) settings_.push_back(setting);
  }

  /// The rows by name as they came, the mean of all last.
  std::vector<const ClassRow*> ordered() const {
    std::vector<const ClassRow*> rows;
    for (const auto& row : rows_) {
      if (!row.name.empty()) rows.push_back(&row);
    }
    for (const auto& row : rows_) {
      if (row.name.empty()) rows.push_back(&row);
    }
    return rows;
  }

  std::string heading(const Words& setting) const {
    std::vector<plan::Label> labels;
    for (std::size_t i = 0; i < axes_.size(); ++i) labels.push_back({axes_[i], setting[i]});
    return labels.empty() ? asked_.y + " %" : setting_text(labels);
  }

  std::string text_of(const ClassRow& row, const Words& setting) const {
    const auto cell = row.cells.find(setting);
    if (cell == row.cells.end()) return row.positives.most == 0 ? "no positive" : "-";
    const auto& summary = cell->second.summary;
    std::string text = figure_of(metric_, summary.mean);
    if (summary.values() > 1) text += fmt::format(" (sd {})", figure_of(metric_, summary.sd));
    else if (cell->second.sd_within) text += fmt::format(" (sd {})", figure_of(metric_, *cell->second.sd_within));
    return text;
  }

  WordTable readable() const {
    WordTable words{{"class", "images"}, {}};
    if (is_several()) words.header.emplace_back("positive");
    for (const auto& setting : settings_) words.header.push_back(heading(setting));
    for (const auto* row : ordered()) {
      Words line = {row->name.empty() ? kMeanOfClasses : row->name, row->images.text()};
      if (is_several()) line.push_back(row->positives.text());
      if (row->name.empty()) std::fill(line.begin() + 1, line.end(), "");  // sums over labels count images often
      for (const auto& setting : settings_) line.push_back(text_of(*row, setting));
      words.rows.push_back(std::move(line));
    }
    return words;
  }

  WordTable exact() const {
    WordTable words{axes_, {}};
    for (const std::string& title :
         {std::string("class"), std::string("mean"), std::string("sd"), std::string("sd_within"), counted_ + "s",
          std::string("runs"), std::string("folds"), std::string("images_least"), std::string("images_most"),
          std::string("positives_least"), std::string("positives_most")})
      words.header.push_back(title);
    for (const auto& setting : settings_) {
      for (const auto* row : ordered()) words.rows.push_back(exact_line(*row, setting));
    }
    return words;
  }

  Words exact_line(const ClassRow& row, const Words& setting) const {
    Words line = setting;
    line.push_back(row.name.empty() ? kMeanOfClasses : row.name);
    const auto cell = row.cells.find(setting);
    if (cell == row.cells.end()) {
      line.insert(line.end(), {"", "", "", "0", "0", ""});
    } else {
      const auto& summary = cell->second.summary;
      line.insert(
          line.end(),
          {fmt::format("{}", summary.mean), summary.values() > 1 ? fmt::format("{}", summary.sd) : "",
           cell->second.sd_within ? fmt::format("{}", *cell->second.sd_within) : "", std::to_string(summary.n),
           std::to_string(cell->second.counts.measured), summary.folds > 0 ? std::to_string(summary.folds) : ""});
    }
    for (const auto number : {row.images.least, row.images.most, row.positives.least, row.positives.most})
      line.push_back(std::to_string(number));
    return line;
  }

  bool is_several() const { return metrics::facts_of(metric_.metric).multi_label; }

  std::string note(bool overlapping) const {
    int splits = 0, folds = 0;
    Words without;
    for (const auto& row : rows_) {
      for (const auto& [setting, cell] : row.cells) splits = std::max(splits, cell.summary.n);
      for (const auto& [setting, cell] : row.cells) folds = std::max(folds, cell.summary.folds);
      if (!row.name.empty() && row.positives.least == 0) without.push_back("'" + row.name + "'");
    }
    std::string text = is_several() ? fmt::format(
                                          "Average precision of each label ({}) in percent, by the stored "
                                          "scores of test images",
                                          asked_.y)
                                    : "The share of each class's test images that get this very class, in percent";
    text = fmt::format("{}: mean {}", text, over_units(counted_, splits, overlapping));
    if (splits > 1) text += fmt::format(", sd between {}s", spoken(counted_));
    else if (folds > 1) text += fmt::format(", sd between {} folds", folds);
    else if (has_replicates()) text += ", sd between replicates";
    return text + "." + without_text(without) + tally_.text();
  }

  bool has_replicates() const {
    for (const auto& row : rows_) {
      for (const auto& [setting, cell] : row.cells) {
        if (cell.sd_within) return true;
      }
    }
    return false;
  }

  static std::string without_text(Words without) {
    if (without.empty()) return "";
    const auto count = without.size();
    if (count > kNamedAtMost) without.resize(kNamedAtMost);
    return fmt::format(" Without a positive test image in some run, which the means leave out: {}{}.", listed(without),
                       count > kNamedAtMost ? fmt::format(" ({} in all)", count) : "");
  }

  const study::TableSpec& asked_;
  metrics::MetricName metric_;
  const study::Study& study_;
  const ReadPredictions& read_;
  Words axes_;
  std::string counted_;
  std::vector<ClassRow> rows_;
  std::vector<Words> settings_;
  std::vector<stats::Observation> observed_;
  RunTally tally_;
};

}  // namespace

void fill_classes_table(StudyTable& table, const std::vector<RunView>& views, const study::TableSpec& asked,
                        const study::Study& study, const ReadPredictions& read) {
  const auto runs = required_runs(views, asked.experiment);
  ClassGatherer(asked, study, read, runs).fill(table, splits_overlap(study));
}

}  // namespace espalier::report
