#pragma once
// The kinds of tables that a report can be asked for, a row each: names, and which keys they take.
#include <string>
#include <vector>

#include "espalier/study/study.hpp"

namespace espalier::study {

struct TableKindRow {
  TableKind kind;
  std::string name;
  bool has_metric = false;       ///< takes `y`
  bool has_sides = false;        ///< takes `over` and `under`
  bool has_axes = false;         ///< takes `by`
  std::size_t experiments = 0;   ///< takes so many `experiments` or more, in place of `experiment`; 0: takes that
  bool needs_distances = false;  ///< takes `distances`, `method`, `features` and `thresholds`
};
/// In the order of the enumeration.
const std::vector<TableKindRow>& table_kinds();
std::vector<std::string> table_kind_names();
const TableKindRow& row_of(TableKind kind);

}  // namespace espalier::study
