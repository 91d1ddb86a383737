#pragma once
// One text column per axis over all experiments, and a numeric twin where every value is a number.
#include <vector>

#include "espalier/h5/table.hpp"
#include "espalier/store/state.hpp"

namespace espalier::store {

void add_axis_columns(h5::Table& table, const std::vector<const plan::PlannedRun*>& runs);

}  // namespace espalier::store
