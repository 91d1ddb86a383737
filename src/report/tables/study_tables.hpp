#pragma once
// The tables that a study asks for by [[table]]: what readers see, and a CSV file of each.
#include "espalier/report/page.hpp"

namespace espalier::report {

struct StudyTable {
  std::string name;  ///< of its file, without extension: "table-tuned-ratio"
  std::string title, note;
  std::vector<TitledTable> parts;  ///< what is shown, with captions where there are several
  WordTable exact;
  std::string problem;  ///< why there is nothing to show; else ""
};

/// In the study's order. Never throws for what runs do not have: StudyTable::problem says it.
/// `read` reads what the tables of classes are made of.
std::vector<StudyTable> make_study_tables(const std::vector<RunView>& views, const study::Study& study,
                                          const ReadPredictions& read = {});

/// What fills a table of each kind. They throw UsageError where nothing can be shown.
void fill_ratio_table(StudyTable& table, const std::vector<RunView>& views, const study::TableSpec& asked);
void fill_raw_table(StudyTable& table, const std::vector<RunView>& views, const study::TableSpec& asked);
void fill_distances_table(StudyTable& table, const std::vector<RunView>& views, const study::TableSpec& asked);
void fill_recommendation_table(StudyTable& table, const std::vector<RunView>& views, const study::TableSpec& asked);
void fill_rank_table(StudyTable& table, const std::vector<RunView>& views, const study::TableSpec& asked);
/// `study` tells which candidates its picks have.
void fill_wins_table(StudyTable& table, const std::vector<RunView>& views, const study::TableSpec& asked,
                     const study::Study& study);
/// `study` tells what runs were chosen from.
void fill_cost_table(StudyTable& table, const std::vector<RunView>& views, const study::TableSpec& asked,
                     const study::Study& study);
/// `read` gives what networks said of test images.
void fill_classes_table(StudyTable& table, const std::vector<RunView>& views, const study::TableSpec& asked,
                        const study::Study& study, const ReadPredictions& read);

}  // namespace espalier::report
