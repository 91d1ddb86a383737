#pragma once
// Cells and contrasts as rows of text: one form for terminals, CSV files and HTML tables.
#include "espalier/report/query.hpp"

namespace espalier::report {

struct WordTable {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
};

/// For readers: percent, rounded.
WordTable readable(const std::vector<stats::Cell>& cells, const Query& query);
/// `a` and `b` head the columns of the two sides.
WordTable readable(const std::vector<stats::Contrast>& contrasts, const Query& query, const std::string& a,
                   const std::string& b);

/// For programs: full precision, one column a quantity; an empty field is "none".
WordTable exact(const std::vector<stats::Cell>& cells, const Query& query);
WordTable exact(const std::vector<stats::Contrast>& contrasts, const Query& query);

std::string csv(const WordTable& table);

/// Rows: values of `down`; columns: values of `across` (may be empty: one column). What the quick start prints.
WordTable pivot(const std::vector<RunView>& views, const std::string& down, const std::string& across,
                const metrics::MetricName& metric);

}  // namespace espalier::report
