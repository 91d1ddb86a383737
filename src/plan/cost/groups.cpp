// Gives tasks several workers: as [[resources]] asks, or where one long task would delay the end.
#include "plan/cost/groups.hpp"

#include <algorithm>

#include "espalier/study/parse.hpp"

namespace espalier::plan {
namespace {

constexpr double kWorthGroup_s = 60;     ///< shorter tasks are left alone: their results must not depend on workers
constexpr double kTooLong = 1.25;        ///< times the mean load per worker; a longer chain delays the end
constexpr double kWorthDoubling = 0.75;  ///< doubling the workers must cut the time to this part of it

void set_workers(TaskTable::Entry& entry, std::int32_t workers, const CostModel& costs) {
  entry.form.workers = workers;
  if (workers > 1) entry.form.batched = false;
  entry.cost_s = costs.cost_s(entry.training, entry.form);
}

/// For each training by its number in the table, the seconds of the longest chain of trainings through it.
std::vector<double> chains_of(const TaskTable& tasks) {
  const auto& all = tasks.all();  // needed tasks come first
  std::vector<double> before(all.size()), after(all.size()), chains(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    double longest = 0;
    for (const auto& input : all[i].inputs) longest = std::max(longest, before[tasks.number_of(input.task)]);
    before[i] = longest + all[i].cost_s;
  }
  for (std::size_t i = all.size(); i-- > 0;) {
    const double own = after[i] += all[i].cost_s;
    for (const auto& input : all[i].inputs) {
      double& longest = after[tasks.number_of(input.task)];
      longest = std::max(longest, own);
    }
    chains[i] = before[i] + own - all[i].cost_s;
  }
  return chains;
}

std::int32_t best_size(const TaskTable::Entry& entry, const CostModel& costs, std::int32_t most) {
  task::NumericForm form = entry.form;
  form.batched = false;
  for (std::int32_t workers = 2; workers <= most; workers *= 2) {
    task::NumericForm wider = form;
    wider.workers = workers;
    if (costs.cost_s(entry.training, wider) > kWorthDoubling * costs.cost_s(entry.training, form)) break;
    form = wider;
  }
  return form.workers;
}

}  // namespace

std::vector<std::string> names_of_resources() {
  auto known = study::axis_names();
  known.emplace_back("images");
  return known;
}

ResourceRules::ResourceRules(const std::vector<study::Resources>& rules) {
  for (const auto& one : rules) {
    Rule rule;
    rule.workers = one.workers;
    if (!one.when.empty()) rule.when.emplace(one.when, names_of_resources());
    rules_.push_back(std::move(rule));
  }
}

std::int32_t ResourceRules::workers_of(const ValueOf& value_of, std::int64_t images) {
  const study::Value count(images);
  for (auto& rule : rules_) {
    if (!rule.when) return rule.workers;
    std::vector<const study::Value*> values;
    for (const auto& name : rule.when->names()) values.push_back(name == "images" ? &count : value_of(name));
    const bool known = std::find(values.begin(), values.end(), nullptr) == values.end();
    if (known && rule.when->holds(values)) return rule.workers;
  }
  return 0;
}

void choose_groups(TaskTable& tasks, const CostModel& costs, const std::unordered_map<TaskId, std::int32_t>& asked,
                   const CompileOptions& options) {
  double total = 0;
  for (auto& entry : tasks.all()) {
    const auto found = asked.find(entry.id);
    if (found != asked.end() && found->second > 1) set_workers(entry, found->second, costs);
    total += entry.cost_s * entry.form.workers;
  }
  if (options.workers < 2) return;
  const double share = total / options.workers;
  const auto chains = chains_of(tasks);
  for (std::size_t i = 0; i < chains.size(); ++i) {
    auto& entry = tasks.all()[i];
    if (entry.cost_s < kWorthGroup_s || chains[i] < kTooLong * share || asked.contains(entry.id)) continue;
    set_workers(entry, best_size(entry, costs, options.workers), costs);
  }
}

}  // namespace espalier::plan
