#pragma once
// Prints a plan as text for people and as JSON for programs.
#include <string>

#include "espalier/plan/shards.hpp"

namespace espalier::cli {

struct PlanTotals {
  std::int64_t runs = 0, later = 0;
  std::map<std::string, std::int64_t> excluded;  ///< rule -> runs removed, over all experiments
  std::map<std::string, std::int64_t> tasks;     ///< kind -> tasks
};

PlanTotals totals_of(const plan::Plan& plan);
std::string plan_text(const plan::Plan& plan, bool explain, bool calibrated, std::int32_t workers);
/// `shards`: of `plan --shards`, else empty.
std::string plan_json(const plan::Plan& plan, bool calibrated, const std::vector<plan::ShardWork>& shards);
/// A table with a line for each shard, what is shared, and what waits for the merge; empty without shards.
std::string shards_text(const plan::Plan& plan, const plan::ShardCut& cut, const std::vector<plan::ShardWork>& shards);

}  // namespace espalier::cli
