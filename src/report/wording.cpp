// Formats metrics, cells, intervals and p-values, and names axes in words.
#include "espalier/report/wording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "espalier/metrics/shown.hpp"
#include "espalier/study/axes.hpp"

namespace espalier::report {
namespace {

using metrics::MetricName;
using metrics::Subset;

const char* subset_title(Subset subset) {
  switch (subset) {
    case Subset::train: return "training";
    case Subset::valid: return "validation";
    case Subset::test: return "test";
    case Subset::train_eval: return "training-image";
  }
  return "";
}

bool share_classes(const study::Split& split) {
  std::set<std::int32_t> seen;
  for (const auto& class_split : split.listed) {
    for (const auto one : class_split.target) {
      if (!seen.insert(one).second) return true;
    }
  }
  return false;
}

}  // namespace

double shown_scale(const MetricName& metric) { return metrics::facts_of(metric.metric).shown_scale; }

std::string figure_of(const MetricName& metric, double value) { return metrics::shown(metric.metric, value); }

std::string axis_title(const MetricName& metric) {
  const auto& facts = metrics::facts_of(metric.metric);
  return fmt::format("{} {} ({})", subset_title(metric.subset), facts.title, facts.unit);
}

std::string cell_text(const MetricName& metric, const stats::CellSummary& cell) {
  std::string text = "-";
  if (cell.summary.n > 0) text = figure_of(metric, cell.summary.mean);
  if (cell.summary.interval) text += " ± " + figure_of(metric, cell.summary.interval->high - cell.summary.mean);
  if (cell.summary.interval && cell.summary.folds > 0) text += fmt::format(" over {} folds", cell.summary.folds);
  const auto& counts = cell.counts;
  if (!counts.complete()) text += " (" + stats::to_string(counts) + ")";
  else if (counts.at_chance) text += fmt::format(" ({} of {} at chance)", counts.at_chance, counts.runs);
  return text;
}

std::string interval_text(const MetricName& metric, const std::optional<stats::Interval>& interval) {
  if (!interval) return "-";
  return "[" + figure_of(metric, interval->low) + ", " + figure_of(metric, interval->high) + "]";
}

std::vector<const plan::Candidate*> tied_with_best(const plan::SelectionOutcome& selection) {
  std::vector<const plan::Candidate*> tied;
  const auto& all = selection.candidates;
  for (std::size_t i = 1; i < all.size(); ++i) {
    const bool is_whole = all[i].missing == 0 && all[i].diverged == 0;
    if (is_whole && all[i].mean == all.front().mean) tied.push_back(&all[i]);
  }
  return tied;
}

std::string p_text(double p_value) { return p_value < 0.001 ? "<0.001" : fmt::format("{:.3f}", p_value); }

std::string over_splits(int splits, bool overlapping) {
  if (splits == 1) return "from 1 split";
  return fmt::format("over {} {}splits", splits, overlapping ? "overlapping " : "");
}

std::string over_units(const std::string& unit, int n, bool overlapping) {
  if (unit == "split") return over_splits(n, overlapping);
  return n == 1 ? "from 1 " + spoken(unit) : fmt::format("over {} {}s", n, spoken(unit));
}

std::string spoken(const std::string& counted) {
  std::string words = counted;
  std::replace(words.begin(), words.end(), '_', ' ');
  return words;
}

namespace {

/// Which sources are pretrained anew for each replicate, and what varies then; "" where there is none.
std::string redrawn_sources_note(const study::Study& study) {
  std::string names;
  bool draws = false;
  for (const auto& source : study.sources) {
    if (source.redraw.empty()) continue;
    names += (names.empty() ? "'" : ", '") + source.name + "'";
    draws = draws || source.per_class || source.class_count || source.images;
  }
  if (names.empty()) return "";
  const std::string prefix = "source.";
  for (const auto& experiment : study.experiments) {
    for (const char* budget : {"per_class", "class_count", "images"})
      draws = draws || study::find_axis(experiment, prefix + budget);
  }
  return fmt::format(
      "Pretrained anew for each replicate: source {}; {}initialisation and order of images vary. Such replicates are "
      "repetitions as splits are, each with a source network of its own, and n counts them.",
      names, draws ? "the classes and images that its budget draws, " : "");
}

/// What varies between draws of training images in the one split, and what is one for all; "" where none are drawn.
std::string draws_note(const study::Study& study) {
  std::string names;
  for (const auto& target : study.targets) {
    if (!target.sample || target.sample->redraw.empty() || study.split.count > 1) continue;
    names += (names.empty() ? "'" : ", '") + target.name + "'";
  }
  if (names.empty()) return "";
  const bool all_redrawn = std::all_of(study.sources.begin(), study.sources.end(),
                                       [](const study::Source& source) { return !source.redraw.empty(); });
  return fmt::format(
      "Each replicate draws training images of its own (target {}), and initialises what is new and orders its images "
      "anew: n counts these draws. {} test images are the same for all, so that intervals say how results vary with "
      "the training images, not how they would on other test images.",
      names, all_redrawn ? "The" : "The source network and the");
}

}  // namespace

std::string redraw_note(const study::Study& study) {
  const auto draws = draws_note(study), sources = redrawn_sources_note(study);
  return draws + (draws.empty() || sources.empty() ? "" : " ") + sources;
}

std::string folds_note() {
  return "folds overlap in what they train on: their mean has the corrected variance of Nadeau and Bengio (2003), "
         "(1/k + 1/(k - 1)) sd^2, with Student's t of k - 1 degrees";
}

bool splits_overlap(const study::Study& study) {
  using Kind = study::Split::Kind;
  const auto kind = study.split.kind;
  const bool is_drawn = kind == Kind::random || kind == Kind::images || kind == Kind::minimal;
  if (is_drawn) return study.split.count > 1;
  return kind == Kind::listed && share_classes(study.split);
}

std::string meaning_of(const std::string& axis) {
  const auto* row = study::axis_row(axis);
  return row ? row->meaning : axis;
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + '"';
}

std::string csv_line(const std::vector<std::string>& fields) {
  std::string line;
  for (std::size_t i = 0; i < fields.size(); ++i) line += (i ? "," : "") + csv_field(fields[i]);
  return line + '\n';
}

}  // namespace espalier::report
