// Holds the table of kinds of [[table]].
#include "espalier/study/table_kinds.hpp"

namespace espalier::study {

const std::vector<TableKindRow>& table_kinds() {
  static const std::vector<TableKindRow> rows = {
      {.kind = TableKind::ratio, .name = "ratio", .has_metric = true, .has_sides = true, .has_axes = true},
      {.kind = TableKind::raw, .name = "raw", .has_metric = true},
      {.kind = TableKind::distances, .name = "distances"},
      {.kind = TableKind::recommendation,
       .name = "recommendation",
       .has_metric = true,
       .has_sides = true,
       .needs_distances = true},
      {.kind = TableKind::wins, .name = "wins", .has_metric = true, .has_axes = true, .experiments = 2},
      {.kind = TableKind::rank, .name = "rank", .has_metric = true, .has_axes = true, .experiments = 1},
      {.kind = TableKind::cost, .name = "cost", .has_axes = true, .experiments = 1},
      {.kind = TableKind::coarse_fine, .name = "coarse-fine"},
      {.kind = TableKind::classes, .name = "classes", .has_metric = true},
  };
  return rows;
}

std::vector<std::string> table_kind_names() {
  std::vector<std::string> names;
  for (const auto& row : table_kinds()) names.push_back(row.name);
  return names;
}

const TableKindRow& row_of(TableKind kind) { return table_kinds().at(static_cast<std::size_t>(kind)); }

}  // namespace espalier::study
