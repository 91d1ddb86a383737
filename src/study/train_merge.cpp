// Merges training values layer over layer, and gives those of a study that says nothing.
#include "espalier/study/train_table.hpp"

namespace espalier::study {

TrainValues merged(const TrainValues& base, const TrainValues& over) {
  TrainValues all = base;
  for (const auto& row : train_rows()) row.merge(all, over);
  return all;
}

TrainValues train_defaults() {
  TrainValues values;
  for (const auto& row : train_rows()) {
    if (row.set_default) row.set_default(values);
  }
  return values;
}

}  // namespace espalier::study
