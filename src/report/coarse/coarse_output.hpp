#pragma once
// The table and the figure of coarse classes against their fine ones.
#include "espalier/report/figure.hpp"
#include "report/coarse/coarse_fine.hpp"
#include "report/tables/study_tables.hpp"

namespace espalier::report {

/// Throws UsageError where nothing can be shown.
void fill_coarse_fine_table(StudyTable& table, const std::vector<RunView>& views, const study::TableSpec& asked,
                            const study::Study& study, const ReadPredictions& read);

/// Full precision for programs, accuracies as shares: a line for each setting and coarse class.
WordTable exact(const CoarseFine& made);

/// A panel for each setting, a point for each coarse class; all have the classes in the order of the first one. Never
/// throws for what runs do not have: Figure::problem says it.
Figure make_coarse_figure(const std::vector<RunView>& views, const study::FigureSpec& asked, const study::Study& study,
                          const ReadPredictions& read);

/// Differences along x in percentage points, a line of the figure for each coarse class.
std::string coarse_script(const Figure& figure, const FigurePanel& panel);

}  // namespace espalier::report
