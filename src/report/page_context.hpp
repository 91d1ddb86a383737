#pragma once
// What every section of the page is made from, and the section functions.
#include "espalier/report/page.hpp"
#include "report/tables/study_tables.hpp"

namespace espalier::report {

struct PageContext {
  const Directory& directory;
  const study::Study& study;
  std::vector<RunView> views;
  std::vector<Figure> figures;
  std::vector<StudyTable> tables;
  bool overlapping = false;     ///< splits share classes
  ReadPredictions predictions;  ///< empty: there are none
  FindImage find_image;         ///< empty: no pack is at hand
  const store::State& state() const { return directory.state; }
};

/// The experiments of the page in the study's order, without those that have no run.
std::vector<std::string> experiments_of(const PageContext& context);
std::vector<RunView> runs_of_experiment(const std::vector<RunView>& views, const std::string& experiment);
/// Throws UsageError where there is none.
std::vector<RunView> required_runs(const std::vector<RunView>& views, const std::string& experiment);

/// The axes that the experiment itself varies, in its own order; axes whose values a selection gave are left out.
std::vector<std::string> own_axes(const study::Experiment& experiment, const std::vector<RunView>& runs);

/// What trainers remarked on results of these runs that are done, each once, such as labels that a mean leaves out,
/// with the runs it is of; "" where there is nothing.
std::string remarks_on(const std::vector<RunView>& views);

/// Each returns the HTML of one section, or "" where there is nothing to say.
std::string head_section(const PageContext& context, const std::string& made_at);
std::string warning_box(const PageContext& context);
std::string figure_section(const PageContext& context, const Draw& draw);
std::string study_tables_section(const PageContext& context);
std::string best_section(const PageContext& context);
std::string advice_section(const PageContext& context);
std::string selection_section(const PageContext& context);
std::string curves_section(const PageContext& context);
std::string predictions_section(const PageContext& context);
std::string runs_section(const PageContext& context);
std::string overfitting_section(const PageContext& context);
std::string source_section(const PageContext& context);
std::string failure_section(const PageContext& context);
std::string methods_section(const PageContext& context);
std::string tables_section(const PageContext& context);
std::string provenance_section(const PageContext& context);

}  // namespace espalier::report
