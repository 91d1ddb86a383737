#pragma once
// Prints what each shard of a study has to do.
#include <string>
#include <vector>

#include "espalier/plan/shards.hpp"

namespace espalier::cli {

/// A table with a line for each shard, and what waits for their merge; empty without shards.
std::string shards_text(const plan::Plan& plan, const std::vector<plan::ShardWork>& shards);

}  // namespace espalier::cli
