#pragma once
// Makes the report of a directory: one self-contained page, CSV files of its figures, tables for a terminal.
#include <string_view>

#include "espalier/report/figure.hpp"

namespace espalier::report {

struct TitledTable {
  std::string title, note;
  WordTable words;
  std::vector<std::vector<double>> heat;  ///< by row and column: 0 to 1, or NaN; empty: cells have no colour
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
  ReadPredictions predictions;  ///< empty: what needs some says that there are none
  FindImage find_image;         ///< empty: no pictures are shown
};

/// Whether a page that lies somewhere was made by make_report().
bool is_report(std::string_view page);
/// Whether such a page has a file of this name beside it.
bool names_file(std::string_view page, const std::string& name);

/// Throws what `draw` throws.
Report make_report(const ReportInput& input);

/// The top-1 accuracy that tables and figures show where the study does not say: on test images, or where no run has
/// that, on validation images, then on training images.
metrics::MetricName reported_metric(const std::vector<RunView>& views);
/// `wanted` where one of these runs has it, else what reported_metric() says of them alone.
metrics::MetricName metric_of_experiment(const std::vector<RunView>& runs, const metrics::MetricName& wanted);

/// One table per experiment: the first varying axis down, the second across; one table per value of further axes.
std::vector<TitledTable> result_tables(const std::vector<RunView>& views, const study::Study& study,
                                       const metrics::MetricName& wanted);

}  // namespace espalier::report
