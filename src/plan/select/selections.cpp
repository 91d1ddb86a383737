// Finds the runs a selection chooses from, reuses journaled or given choices that still fit, and makes new ones.
#include "plan/select/selections.hpp"

#include <algorithm>
#include <set>

#include "plan/findings.hpp"

namespace espalier::plan {
namespace {

constexpr std::size_t kNamedFailures = 5;

bool has(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

std::string per_key(const std::vector<Label>& per) {
  std::string key;
  for (const auto& label : per) key += (key.empty() ? "" : ",") + label.axis + "=" + label.value;
  return key;
}

/// The canonical values of the take's `per` axes; none if one of them is still to be taken.
std::optional<std::vector<Label>> per_values(const study::Take& take, const grid::Grid& grid, const grid::Cell& cell,
                                             const CanonicalSizes& sizes) {
  const auto* target = value_at(grid, cell, "target");
  std::vector<Label> per;
  for (const auto& axis : take.per) {
    const auto* value = value_at(grid, cell, axis);
    if (!value) return std::nullopt;
    per.push_back({axis, sizes.text(axis, *value, target ? to_string(*target) : "")});
  }
  return per;
}

bool varies(const grid::Grid& grid, const std::string& axis) {
  const auto column = grid.column(axis);
  if (column < 0 || grid.cells.empty()) return false;
  const auto at = static_cast<std::size_t>(column);
  return std::any_of(grid.cells.begin(), grid.cells.end(),
                     [&](const grid::Cell& cell) { return cell.values[at] != grid.cells.front().values[at]; });
}

bool same_values(std::vector<Label> a, std::vector<Label> b) {
  const auto by_axis = [](const Label& x, const Label& y) { return x.axis < y.axis; };
  std::sort(a.begin(), a.end(), by_axis);
  std::sort(b.begin(), b.end(), by_axis);
  return a == b;
}

/// Whether `labels` give each axis the value that `setting` gives it.
bool is_setting(const std::vector<Label>& labels, const std::vector<std::string>& axes,
                const std::vector<study::Value>& setting) {
  std::vector<Label> wanted;
  for (std::size_t i = 0; i < axes.size(); ++i) wanted.push_back({axes[i], to_string(setting[i])});
  return same_values(labels, wanted);
}

std::string reason_of(const std::vector<std::string>& failures) {
  if (failures.empty()) return "every run diverged";
  std::string reason = std::to_string(failures.size()) + " of its runs have no result";
  for (std::size_t i = 0; i < std::min(failures.size(), kNamedFailures); ++i) reason += (i ? "; " : ": ") + failures[i];
  if (failures.size() > kNamedFailures) reason += "; and " + std::to_string(failures.size() - kNamedFailures) + " more";
  return reason;
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
  const auto per = per_values(take, grid, *taker.cell, sizes_);
  const std::string stem =
      taker.experiment->study->name + "/" + shape.case_name + "/" + std::to_string(taker.take) + "/";
  const std::string key = stem + (per ? per_key(*per) : "later");
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
  if (fact && !holds(*fact, take, possible(taker), per_key(*per))) fact = nullptr;
  Decision made = fact ? from_fact(take, *fact, asked) : decide(take, asked, per_key(*per));
  return decisions_.emplace(key, std::move(made)).first->second;
}

std::vector<std::vector<study::Value>> Selections::possible(const Taker& taker) {
  const auto& grid = taker.experiment->grid;
  const auto& take = *grid.shapes[static_cast<std::size_t>(taker.cell->shape)].takes[taker.take];
  const auto per = per_values(take, grid, *taker.cell, sizes_);
  std::vector<std::vector<study::Value>> all;
  if (!per) return all;
  const auto& pool = pool_of(take);
  const auto found = pool.by_per.find(per_key(*per));
  if (found == pool.by_per.end()) return all;
  for (const auto& ref : found->second) {
    std::vector<study::Value> setting;
    for (const auto& axis : take.values) {
      const auto* value = value_at(ref.experiment->grid, ref.experiment->grid.cells[ref.run], axis);
      if (value) setting.push_back(*value);
    }
    const bool known = setting.size() == take.values.size();
    if (known && std::find(all.begin(), all.end(), setting) == all.end()) all.push_back(std::move(setting));
  }
  return all;
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
    unused.push_back(fact.experiment + (fact.per.empty() ? "" : ", ") + per_key(fact.per));
  }
  return unused;
}

/// Refuses a value given by the user that is not among the settings to choose from, where these are known.
void Selections::check_given(const SelectionOutcome& fact, const study::Take& take,
                             const std::vector<std::vector<study::Value>>& settings) {
  if (settings.empty() || pool_of(take).some_unknown || fact.chosen.size() != take.values.size()) return;
  const bool known = std::any_of(settings.begin(), settings.end(), [&](const std::vector<study::Value>& setting) {
    return is_setting(fact.chosen, take.values, setting);
  });
  if (known) return;
  throw CompileError{{"the selection given, " + per_key(fact.chosen) + ", is not one of the settings to choose from",
                      std::to_string(settings.size()) + " settings were trained for it", "Give one of them."}};
}

/// Whether a journaled choice still answers what is asked: the same metric, among the same settings, over the same
/// splits. A selection that could not be made is tried again; one that the user gives always holds.
bool Selections::holds(const SelectionOutcome& fact, const study::Take& take,
                       const std::vector<std::vector<study::Value>>& settings, const std::string& per) {
  if (fact.key.empty()) return true;
  if (!fact.reason.empty() || fact.metric != take.best || fact.candidates.size() != settings.size()) return false;
  std::set<std::string> splits;
  for (const auto& ref : pool_of(take).by_per[per]) {
    const auto* split = ref.experiment->runs[ref.run].label("split");
    splits.insert(split ? *split : "");
  }
  return std::all_of(fact.candidates.begin(), fact.candidates.end(), [&](const Candidate& candidate) {
    const bool is_whole = candidate.diverged == 0 && candidate.missing == 0;
    if (is_whole && candidate.splits != static_cast<std::int32_t>(splits.size())) return false;
    return std::any_of(settings.begin(), settings.end(), [&](const std::vector<study::Value>& setting) {
      return is_setting(candidate.values, take.values, setting);
    });
  });
}

Decision Selections::from_fact(const study::Take& take, const SelectionOutcome& fact, SelectionOutcome asked) {
  asked.chosen = fact.chosen;
  asked.reason = fact.reason;
  made_.push_back(fact.key.empty() ? asked : fact);
  Decision decision{Decision::State::decided, asked.key, {}, asked.reason};
  if (!asked.reason.empty()) {
    decision.state = Decision::State::impossible;
    return decision;
  }
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
  return {Decision::State::pending, key, {}, ""};
}

void Selections::check(const study::Take& take, const PlannedExperiment& from) const {
  for (const auto* wanted : {&take.values, &take.per}) {
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
    if (!axis.by.empty() || axis.values.size() > 1) refuse_if_unsaid(axis.name);
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
      const auto per = per_values(take, from.grid, from.grid.cells[i], sizes_);
      if (per) pool.by_per[per_key(*per)].push_back({&from, i});
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
  CandidateCollector collector(take, tasks_, outcomes_);
  for (const auto& ref : found->second) collector.add(ref);
  if (collector.later()) return waiting(asked.key, {});
  if (auto needs = collector.needs(); !needs.empty()) return waiting(asked.key, std::move(needs));
  asked.candidates = rank(collector.settings(), collector.higher_is_better());
  const bool measured = !asked.candidates.empty() && asked.candidates.front().splits > 0;
  if ((!collector.failures().empty() && !take.allow_missing) || !measured)
    asked.reason = reason_of(collector.failures());
  else asked.chosen = asked.candidates.front().values;
  return finished(std::move(asked));
}

Decision Selections::finished(SelectionOutcome outcome) {
  Decision decision{Decision::State::impossible, outcome.key, {}, outcome.reason};
  if (outcome.reason.empty()) {
    decision.state = Decision::State::decided;
    for (const auto& label : outcome.chosen) decision.chosen.push_back(study::parse_value(label.value));
  }
  made_.push_back(std::move(outcome));
  return decision;
}

}  // namespace espalier::plan
