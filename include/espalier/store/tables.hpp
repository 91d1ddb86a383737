#pragma once
// What results.h5 and `export` show, as tables. docs/store.md says what each column is. A table's texts are views of
// the state, which must outlive it.
#include <span>

#include "espalier/h5/table.hpp"
#include "espalier/store/state.hpp"

namespace espalier::store {

h5::Table runs_table(const State& state);        ///< one row a run, in listing order
h5::Table final_table(const State& state);       ///< one row a current run that is done: its last measurements
h5::Table metrics_table(const State& state);     ///< one row a current metric row, by task id
h5::Table tasks_table(const State& state);       ///< one row a task, by id
h5::Table selections_table(const State& state);  ///< one row a selection made
h5::Table candidates_table(const State& state);  ///< one row a setting that a selection compared, best first

/// A table of the view by name, in file order.
struct ViewTable {
  const char* name;
  h5::Table (*make)(const State& state);
};
std::span<const ViewTable> view_tables();

/// Raised when the view's tables change. A view of another schema is written anew by `view`.
inline constexpr int kViewSchema = 2;

}  // namespace espalier::store
