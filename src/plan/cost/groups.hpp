#pragma once
// Chooses which tasks a group of workers trains together: the last pass.
#include <functional>
#include <unordered_map>
#include <vector>

#include "espalier/grid/condition.hpp"
#include "plan/cost/cost_model.hpp"
#include "plan/task_table.hpp"

namespace espalier::plan {

/// The [[resources]] of a study.
class ResourceRules {
 public:
  /// Throws UsageError at the first malformed condition; check them one by one before.
  explicit ResourceRules(const std::vector<study::Resources>& rules);

  /// null where an axis has no value: a rule that mentions it does not match.
  using ValueOf = std::function<const study::Value*(const std::string& axis)>;
  /// The number of workers for a task with `images` training images, by the first rule that matches; 0: none does.
  std::int32_t workers_of(const ValueOf& value_of, std::int64_t images);
  bool empty() const { return rules_.empty(); }

 private:
  struct Rule {
    std::optional<grid::Condition> when;
    std::int32_t workers = 1;
  };
  std::vector<Rule> rules_;
};

/// Names that a [[resources]] condition may mention.
std::vector<std::string> names_of_resources();

/// Gives tasks the workers that are `asked` for. Of the others, those that would keep `options.workers` waiting at the
/// end get as many as shorten that wait. Sets form and cost.
void choose_groups(TaskTable& tasks, const CostModel& costs, const std::unordered_map<TaskId, std::int32_t>& asked,
                   const CompileOptions& options);

}  // namespace espalier::plan
