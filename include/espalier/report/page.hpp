#pragma once
// Makes the report of a directory: one self-contained page, CSV files of its figures, tables for a terminal.
#include "espalier/report/figure.hpp"

namespace espalier::report {

struct TitledTable {
  std::string title, note;
  WordTable words;
};

struct ReportFile {
  std::string name;  ///< file name beside the page
  std::string text;
};

struct Report {
  std::string html;
  std::vector<ReportFile> files;
  std::vector<TitledTable> tables;
};

/// The input of a page. `made_at` is printed as it is.
struct ReportInput {
  const Directory* directory = nullptr;
  study::Study study;
  Draw draw;
  std::string made_at;
};

/// Throws what `draw` throws.
Report make_report(const ReportInput& input);

/// One table per experiment: the first varying axis down, the second across; one table per value of further axes.
std::vector<TitledTable> result_tables(const std::vector<RunView>& views, const study::Study& study,
                                       const metrics::MetricName& metric);

}  // namespace espalier::report
