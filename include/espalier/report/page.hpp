#pragma once
// Makes the report of a directory: one self-contained page, CSV files of its figures, tables for a terminal.
#include "espalier/report/figure.hpp"

namespace espalier::report {

struct TitledTable {
  std::string title, note;
  WordTable words;
};

struct ReportFile {
  std::string name;  ///< beside the page
  std::string text;
};

struct Report {
  std::string html;
  std::vector<ReportFile> files;
  std::vector<TitledTable> tables;
};

/// What a page is made from. `made_at` is printed as it is.
struct ReportInput {
  const Directory* directory = nullptr;
  study::Study study;
  Draw draw;
  std::string made_at;
};

/// Throws what `draw` throws.
Report make_report(const ReportInput& input);

/// One table an experiment: the first varying axis down, the second across, others one table a value.
std::vector<TitledTable> result_tables(const std::vector<RunView>& views, const study::Study& study,
                                       const metrics::MetricName& metric);

}  // namespace espalier::report
