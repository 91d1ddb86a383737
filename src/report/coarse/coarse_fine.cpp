// Gathers the counts of an experiment's runs into rows by coarse class, with intervals over splits.
#include "report/coarse/coarse_fine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "espalier/core/errors.hpp"
#include "espalier/report/query.hpp"
#include "espalier/report/wording.hpp"
#include "report/coarse/coarse_counts.hpp"
#include "report/page_context.hpp"
#include "report/predicted/predicted_runs.hpp"

namespace espalier::report {
namespace {

using Words = std::vector<std::string>;

enum Quantity : std::size_t { kCoarse, kFine, kDifference, kQuantities };

void widen(LeastMost& range, std::int64_t value) {
  range.least = range.most == 0 ? value : std::min(range.least, value);
  range.most = std::max(range.most, value);
}

template <class Listed>
const Listed& listed(const std::map<std::string, Listed>& all, const std::string& digest) {
  const auto found = all.find(digest);
  if (found != all.end()) return found->second;
  throw UsageError("the journal does not list the test images of a run, or their labels", "its records are damaged",
                   "'espalier verify' says what is missing.");
}

/// Reads the runs of one experiment and adds what they count.
class Gatherer {
 public:
  Gatherer(const CoarseAsked& asked, const study::Study& study, const ReadPredictions& read,
           const std::vector<RunView>& runs)
      : asked_(asked),
        study_(study),
        read_(read),
        axes_(unexplained_axes(runs, {})),
        counted_(counted_in(runs, Query())) {}

  void add(const RunView& view) {
    if (!tally_.add(view)) return;
    if (const std::string why = try_add(view); !why.empty()) tally_.lacks(why);
  }

  CoarseFine result(bool overlapping) const {
    if (tally_.measured == 0) tally_.refuse(asked_.experiment);
    if (ranges_.empty())
      throw UsageError(fmt::format("labels '{}' leave out all classes", asked_.labels),
                       fmt::format("no test image of '{}' is in a coarse class", asked_.experiment),
                       "Name another label set.");
    CoarseFine made{axes_, counted_, {}, ""};
    std::vector<std::vector<stats::CellSummary>> cells;
    for (const auto& seen : observed_) cells.push_back(stats::aggregate(seen));
    for (std::size_t i = 0; i < cells[kDifference].size(); ++i) {
      const auto& group = cells[kDifference][i].group;
      const auto& [fine, images] = ranges_.at(group);
      const Words values(group.begin(), group.end() - 2);
      setting_of(made, values)
          .rows.push_back({group.back(), cells[kCoarse][i], cells[kFine][i], cells[kDifference][i], fine, images});
    }
    for (auto& setting : made.settings) sort(setting.rows);
    made.note = note(made, overlapping);
    return made;
  }

 private:
  struct Ranges {
    LeastMost fine, images;
  };

  static CoarseSetting& setting_of(CoarseFine& made, const Words& values) {
    for (auto& setting : made.settings) {
      if (setting.values == values) return setting;
    }
    return made.settings.emplace_back(CoarseSetting{values, {}});
  }

  static void sort(std::vector<CoarseRow>& rows) {
    std::stable_sort(rows.begin(), rows.end(), [](const CoarseRow& a, const CoarseRow& b) {
      const auto key = [](const CoarseRow& row) {
        const auto& summary = row.difference.summary;
        return std::make_tuple(row.name.empty(), summary.n == 0, -summary.mean);
      };
      return key(a) < key(b);
    });
  }

  /// Why nothing is added; "" where something is.
  std::string try_add(const RunView& view) {
    const auto [predictions, why_not] = predictions_of(view, read_);
    if (!predictions) return why_not;
    if (predictions->are_several()) return "its images may have several labels";
    const auto& joined = coarsening(view);
    CoarseCounts counts;
    try {
      counts = count_coarse(*predictions, joined);
    } catch (const Error& error) {
      const auto& [problem, why, suggestion] = error.problem();
      return why.empty() ? problem : problem + ", " + why;
    }
    observe(view, counts, joined.names);
    return "";
  }

  const plan::Coarsening& coarsening(const RunView& view) {
    const auto& catalog = view.directory->state.catalog;
    const auto& images = listed(catalog.image_sets, view.run->images(metrics::Subset::test).hex.str());
    const std::string target = target_of(view, study_), split = view.value("split");
    const auto key = std::make_tuple(view.directory, target, split, images.labels);
    if (const auto known = joined_.find(key); known != joined_.end()) return known->second;
    auto made =
        plan::coarsening_of(study_, view.directory->state.study.facts, asked_.labels,
                            {target, split.empty() ? 1 : std::stoi(split), listed(catalog.label_maps, images.labels)});
    left_out_classes_ = std::max(left_out_classes_, made.left_out.size());
    return joined_.emplace(key, std::move(made)).first->second;
  }

  void observe(const RunView& view, const CoarseCounts& counts, const Words& names) {
    ++tally_.measured;
    if (counts.left_out > 0) widen(left_out_images_, counts.left_out);
    Words values;
    for (const auto& axis : axes_) values.push_back(view.setting(axis));
    for (std::size_t i = 0; i < counts.classes.size(); ++i) observe(view, values, names[i], counts.classes[i]);
    observe(view, values, "", counts.all);
  }

  void observe(const RunView& view, Words group, const std::string& name, const CoarseCount& count) {
    if (count.images == 0) return;
    group.insert(group.end(), {name.empty() ? "all" : "class", name});
    auto& [fine, images] = ranges_[group];
    widen(fine, count.fine_classes);
    widen(images, count.images);
    const double coarse_accuracy = count.coarse_accuracy(), fine_accuracy = count.fine_accuracy();
    stats::Observation seen{group,
                            view.repetition(),
                            "",
                            view.value("replicate"),
                            stats::Presence::measured,
                            metrics::Share(static_cast<double>(count.right), count.images),
                            view.value("fold")};
    observed_[kCoarse].push_back(seen);
    seen.value = fine_accuracy;
    observed_[kFine].push_back(seen);
    seen.value = coarse_accuracy - fine_accuracy;
    observed_[kDifference].push_back(seen);
  }

  std::string note(const CoarseFine& made, bool overlapping) const {
    int splits = 0, folds = 0;
    std::size_t incomplete = 0;
    for (const auto& setting : made.settings) {
      for (const auto& row : setting.rows) {
        splits = std::max(splits, row.difference.summary.n);
        folds = std::max(folds, row.difference.summary.folds);
        incomplete = std::max(incomplete, row.difference.incomplete.size());
      }
    }
    std::string text = "Accuracies and differences are those of single runs, averaged " +
                       over_units(counted_, splits, overlapping) + spread_text(splits, folds) + ".";
    if (incomplete > 0) text += fmt::format(" Left out: up to {} {}s that lack a fold.", incomplete, spoken(counted_));
    return text + tally_.text() + left_out_text();
  }

  static std::string spread_text(int splits, int folds) {
    const double confidence = 100 * stats::kConfidence;
    if (folds >= stats::kLeastSplits)
      return fmt::format(", {:g} % intervals over {} folds ({})", confidence, folds, folds_note());
    return splits >= stats::kLeastSplits ? fmt::format(", Student's {:g} % intervals", confidence)
                                         : "; too few for intervals";
  }

  std::string left_out_text() const {
    if (left_out_classes_ == 0) return "";
    return fmt::format(" Labels '{}' leave out {} of the classes: up to {} images of a run are in no row.",
                       asked_.labels, left_out_classes_, left_out_images_.most);
  }

  const CoarseAsked& asked_;
  const study::Study& study_;
  const ReadPredictions& read_;
  Words axes_;
  std::string counted_;
  std::map<std::tuple<const Directory*, std::string, std::string, std::string>, plan::Coarsening> joined_;
  std::vector<std::vector<stats::Observation>> observed_{kQuantities};
  std::map<Words, Ranges> ranges_;
  RunTally tally_;
  std::size_t left_out_classes_ = 0;
  LeastMost left_out_images_;
};

}  // namespace

std::string CoarseFine::caption(const CoarseSetting& setting) const {
  std::string text;
  for (std::size_t i = 0; i < axes.size(); ++i) text += (i ? ", " : "") + axes[i] + " = " + setting.values[i];
  return text;
}

CoarseFine coarse_fine(const std::vector<RunView>& views, const CoarseAsked& asked, const study::Study& study,
                       const ReadPredictions& read) {
  const auto runs = required_runs(views, asked.experiment);
  Gatherer gatherer(asked, study, read, runs);
  for (const auto& view : runs) gatherer.add(view);
  return gatherer.result(splits_overlap(study));
}

}  // namespace espalier::report
