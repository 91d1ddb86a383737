// Finds the runs a selection chooses from, reuses journaled or given choices that still fit, and makes new ones.
#include "plan/select/selections.hpp"

#include <algorithm>
#include <set>

#include "espalier/plan/repetition.hpp"
#include "plan/findings.hpp"

namespace espalier::plan {
namespace {

constexpr std::size_t kNamedFailures = 5;

bool has(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

bool varies(const grid::Grid& grid, const std::string& axis) {
  const auto column = grid.column(axis);
  if (column < 0 || grid.cells.empty()) return false;
  const auto at = static_cast<std::size_t>(column);
  return std::any_of(grid.cells.begin(), grid.cells.end(),
                     [&](const grid::Cell& cell) { return cell.values[at] != grid.cells.front().values[at]; });
}

std::string reason_of(const std::vector<std::string>& failures) {
  if (failures.empty()) return "every run diverged";
  std::string reason = std::to_string(failures.size()) + " of its runs have no result";
  for (std::size_t i = 0; i < std::min(failures.size(), kNamedFailures); ++i) reason += (i ? "; " : ": ") + failures[i];
  if (failures.size() > kNamedFailures) reason += "; and " + std::to_string(failures.size() - kNamedFailures) + " more";
  return reason;
}

/// Whether replicates are repetitions of their own wherever a task is known: else they are averaged within a split.
bool all_repeat_by_replicate(const std::vector<RunRef>& refs) {
  bool any = false;
  for (const auto& ref : refs) {
    const auto& run = ref.experiment->runs[ref.run];
    if (run.task.empty()) continue;
    if (!repeats_by_replicate(run)) return false;
    any = true;
  }
  return any;
}

}  // namespace

Selections::Selections(const std::map<std::string, std::unique_ptr<PlannedExperiment>>& planned, const TaskTable& tasks,
                       const Outcomes& outcomes, const CanonicalSizes& sizes,
                       const std::vector<SelectionOutcome>& decided)
    : planned_(planned), tasks_(tasks), outcomes_(outcomes), sizes_(sizes), facts_(decided) {}

const Decision& Selections::of(const Taker& taker) {
  const auto& grid = taker.experiment->grid;
  const auto& shape = grid.shapes[static_cast<std::size_t>(taker.cell->shape)];
  const auto& take = *shape.takes[taker.take];
  const auto per = values_of(take.per, grid, *taker.cell, sizes_);
  const std::string stem =
      taker.experiment->study->name + "/" + shape.case_name + "/" + std::to_string(taker.take) + "/";
  const std::string key = stem + (per ? text_of(*per) : "later");
  const auto known = decisions_.find(key);
  if (known != decisions_.end()) return known->second;
  if (!per) return decisions_.emplace(key, waiting(key, {})).first->second;
  SelectionOutcome asked;
  asked.key = key;
  asked.experiment = taker.experiment->study->name;
  asked.per = *per;
  asked.metric = take.best;
  const auto* fact = given(key, asked);
  if (fact) used_.insert(fact);
  if (fact && fact->key.empty()) check_given(*fact, take, possible(taker));
  if (fact && !holds(*fact, take, possible(taker), text_of(*per))) fact = nullptr;
  Decision made = fact ? from_fact(take, *fact, asked) : decide(take, asked, text_of(*per));
  return decisions_.emplace(key, std::move(made)).first->second;
}

std::vector<std::vector<Label>> Selections::possible(const Taker& taker) {
  const auto& grid = taker.experiment->grid;
  const auto& take = *grid.shapes[static_cast<std::size_t>(taker.cell->shape)].takes[taker.take];
  const auto per = values_of(take.per, grid, *taker.cell, sizes_);
  std::vector<std::vector<Label>> all;
  if (!per) return all;
  const auto& pool = pool_of(take);
  const auto found = pool.by_per.find(text_of(*per));
  if (found == pool.by_per.end()) return all;
  for (const auto& ref : found->second) {
    auto setting = setting_of(take, ref);
    if (setting && std::find(all.begin(), all.end(), *setting) == all.end()) all.push_back(std::move(*setting));
  }
  return all;
}

std::optional<RunRef> Selections::run_of(const Taker& taker, const Decision& decision) {
  const auto& grid = taker.experiment->grid;
  const auto& take = *grid.shapes.front().takes[taker.take];
  const auto per = values_of(take.per, grid, *taker.cell, sizes_);
  const auto has_its_repetition = [&](const RunRef& ref) {
    return std::all_of(take.mean_over.begin(), take.mean_over.end(), [&](const std::string& axis) {
      const auto *own = value_at(grid, *taker.cell, axis), *its = value_at(ref.experiment->grid, ref.cell(), axis);
      return own && its ? *own == *its : own == its;
    });
  };
  for (const auto& ref : pool_of(take).by_per[per ? text_of(*per) : ""]) {
    const auto setting = setting_of(take, ref);
    if (setting && same_values(*setting, decision.labels) && has_its_repetition(ref)) return ref;
  }
  return std::nullopt;
}

const SelectionOutcome* Selections::given(const std::string& key, const SelectionOutcome& asked) const {
  for (const auto& fact : facts_) {
    if (fact.key == key) return &fact;
    if (fact.key.empty() && fact.experiment == asked.experiment && same_values(fact.per, asked.per)) return &fact;
  }
  return nullptr;
}

std::vector<std::string> Selections::unused() const {
  std::vector<std::string> unused;
  for (const auto& fact : facts_) {
    if (!fact.key.empty() || used_.contains(&fact)) continue;
    unused.push_back(fact.experiment + (fact.per.empty() ? "" : ", ") + text_of(fact.per));
  }
  return unused;
}

/// Refuses a value given by the user that is not among the settings to choose from, where these are known.
void Selections::check_given(const SelectionOutcome& fact, const study::Take& take,
                             const std::vector<std::vector<Label>>& settings) {
  const bool is_whole = is_pick(take) || fact.chosen.size() == take.values.size();
  if (settings.empty() || pool_of(take).some_unknown || !is_whole) return;
  const bool known = std::any_of(settings.begin(), settings.end(),
                                 [&](const auto& setting) { return same_values(fact.chosen, setting); });
  if (known) return;
  throw CompileError{{"the selection given, " + text_of(fact.chosen) + ", is not one of the settings to choose from",
                      std::to_string(settings.size()) + " settings were trained for it", "Give one of them."}};
}

/// Whether a journaled choice still answers what is asked: the same metric, among the same settings, over the same
/// splits. A selection that could not be made is tried again; one that the user gives always holds.
bool Selections::holds(const SelectionOutcome& fact, const study::Take& take,
                       const std::vector<std::vector<Label>>& settings, const std::string& per) {
  if (fact.key.empty()) return true;
  if (!fact.reason.empty() || fact.metric != take.best || fact.candidates.size() != settings.size()) return false;
  std::set<std::string> splits;
  const auto& pool = pool_of(take).by_per[per];
  const bool by_replicate = all_repeat_by_replicate(pool);
  for (const auto& ref : pool) {
    const auto& run = ref.experiment->runs[ref.run];
    const auto* split = run.label("split");
    splits.insert(by_replicate ? repetition_of(run) : split ? *split : "");
  }
  return std::all_of(fact.candidates.begin(), fact.candidates.end(), [&](const Candidate& candidate) {
    const bool is_whole = candidate.diverged == 0 && candidate.missing == 0;
    if (is_whole && candidate.splits != static_cast<std::int32_t>(splits.size())) return false;
    return std::any_of(settings.begin(), settings.end(),
                       [&](const auto& setting) { return same_values(candidate.values, setting); });
  });
}

Decision Selections::from_fact(const study::Take& take, const SelectionOutcome& fact, SelectionOutcome asked) {
  asked.chosen = fact.chosen;
  asked.reason = fact.reason;
  made_.push_back(fact.key.empty() ? asked : fact);
  Decision decision{Decision::State::decided, asked.key, {}, asked.reason, asked.chosen};
  if (!asked.reason.empty()) decision.state = Decision::State::impossible;
  if (!asked.reason.empty() || is_pick(take)) return decision;
  for (const auto& axis : take.values) {
    const auto found =
        std::find_if(asked.chosen.begin(), asked.chosen.end(), [&](const Label& l) { return l.axis == axis; });
    if (found == asked.chosen.end()) {
      throw CompileError{
          {"the selection given for '" + asked.key + "' has no value for '" + axis + "'", "", "Give one."}};
    }
    decision.chosen.push_back(study::parse_value(found->value));
  }
  return decision;
}

Decision Selections::waiting(const std::string& key, std::vector<TaskId> needs) {
  pending_.push_back({key, std::move(needs)});
  return {Decision::State::pending, key, {}, "", {}};
}

void Selections::check(const study::Take& take, const PlannedExperiment& from) const {
  for (const auto* wanted : {&take.values, &take.per}) {
    if (wanted == &take.values && is_pick(take)) continue;  // candidates may differ in their axes
    for (const auto& axis : *wanted) {
      if (from.grid.column(axis) >= 0) continue;
      throw CompileError{{"experiment '" + from.study->name + "' has no axis '" + axis + "'", "a selection asks for it",
                          "Fix it there."}};
    }
  }
  const auto refuse_if_unsaid = [&](const std::string& axis) {
    if (study::repeats(axis) || has(take.values, axis) || has(take.per, axis)) return;
    if (has(take.mean_over, axis)) return;
    throw CompileError{
        {"a selection from experiment '" + from.study->name + "' would average over '" + axis + "' unsaid",
         "the axis is neither taken nor in `per` nor in `mean_over`", "Name it in one of them."}};
  };
  for (const auto& axis : from.study->axes) {
    const bool one_value = axis.by.empty() ? axis.values.size() <= 1 : !varies(from.grid, axis.name);
    if (!one_value) refuse_if_unsaid(axis.name);
  }
  for (const auto& axis : study::axes()) {  // the default of some is all there are
    if (axis.known && varies(from.grid, axis.name)) refuse_if_unsaid(axis.name);
  }
}

Selections::Pool& Selections::pool_of(const study::Take& take) {
  const auto known = pools_.find(&take);
  if (known != pools_.end()) return known->second;
  Pool pool;
  for (const auto& name : take.from) {
    const auto found = planned_.find(name);
    if (found == planned_.end())
      throw CompileError{{"a selection refers to experiment '" + name + "'", "there is none", ""}};
    const auto& from = *found->second;
    check(take, from);
    pool.some_unknown |= from.refused;
    for (std::size_t i = 0; i < from.grid.cells.size(); ++i) {
      const auto per = values_of(take.per, from.grid, from.grid.cells[i], sizes_);
      if (per) pool.by_per[text_of(*per)].push_back({&from, i});
      else pool.some_unknown = true;
    }
  }
  return pools_.emplace(&take, std::move(pool)).first->second;
}

Decision Selections::decide(const study::Take& take, SelectionOutcome asked, const std::string& per) {
  const auto& pool = pool_of(take);
  if (pool.some_unknown) return waiting(asked.key, {});
  const auto found = pool.by_per.find(per);
  if (found == pool.by_per.end()) {
    throw CompileError{{"no run to choose from where " + (per.empty() ? "asked" : per),
                        "experiment '" + asked.experiment + "' takes from experiments without such cells",
                        "Add the value to their axes."}};
  }
  CandidateCollector collector(take, tasks_, outcomes_, all_repeat_by_replicate(found->second));
  for (const auto& ref : found->second) collector.add(ref);
  if (collector.later()) {
    waits_[asked.key] = {collector.needs(), collector.waits_for()};
    return waiting(asked.key, {});
  }
  if (auto needs = collector.needs(); !needs.empty()) {
    waits_[asked.key] = {needs, {}};
    return waiting(asked.key, std::move(needs));
  }
  asked.candidates = rank(collector.settings(), collector.higher_is_better(),
                          is_pick(take) ? stats::Ties::units_first : stats::Ties::loss_first);
  const bool measured = !asked.candidates.empty() && asked.candidates.front().splits > 0;
  if ((!collector.failures().empty() && !take.allow_missing) || !measured)
    asked.reason = reason_of(collector.failures());
  else asked.chosen = asked.candidates.front().values;
  return finished(std::move(asked));
}

Decision Selections::finished(SelectionOutcome outcome) {
  Decision decision{Decision::State::impossible, outcome.key, {}, outcome.reason, outcome.chosen};
  if (outcome.reason.empty()) {
    decision.state = Decision::State::decided;
    for (const auto& label : outcome.chosen) decision.chosen.push_back(study::parse_value(label.value));
  }
  made_.push_back(std::move(outcome));
  return decision;
}

}  // namespace espalier::plan
