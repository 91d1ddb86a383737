#pragma once
// The keys of train.stop: when a training ends before its length, and which of its states is its result.
#include <string>
#include <vector>

#include "espalier/study/train_table.hpp"

namespace espalier::study {

/// The row of `stop` itself, and one for each of its keys.
std::vector<TrainRow> stop_rows();

/// "valid.top1 every 5 epochs, patience 3, the best is restored", or "none".
std::string stop_text(const StopRule& rule);

}  // namespace espalier::study
