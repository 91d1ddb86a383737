#pragma once
// Cells and contrasts as rows of text: one form for terminals, CSV files and HTML tables.
#include "espalier/report/query.hpp"

namespace espalier::report {

struct WordTable {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
};

/// Rounded values for readers; accuracies in percent.
WordTable readable(const std::vector<stats::CellSummary>& cells, const Query& query);
/// `a` and `b` are the column titles of the two sides.
WordTable readable(const std::vector<stats::Contrast>& contrasts, const Query& query, const std::string& a,
                   const std::string& b);

/// Full precision for programs, one column per quantity; an empty field means "none".
WordTable exact(const std::vector<stats::CellSummary>& cells, const Query& query);
WordTable exact(const std::vector<stats::Contrast>& contrasts, const Query& query);

std::string csv(const WordTable& table);

/// Rows are the values of `down`, columns those of `across` (empty: one column). The quickstart prints this.
WordTable pivot(const std::vector<RunView>& views, const std::string& down, const std::string& across,
                const metrics::MetricName& metric);

}  // namespace espalier::report
