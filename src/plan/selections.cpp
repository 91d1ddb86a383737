#include "plan/selections.hpp"

#include <algorithm>
#include <set>

#include "espalier/core/errors.hpp"
#include "plan/choose.hpp"

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

/// The canonical values of the take's `per` axes; nothing if one of them is still to be taken.
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

const metrics::Row* last_row(const TaskOutcome& outcome, metrics::Subset subset) {
  const metrics::Row* last = nullptr;
  for (const auto& row : outcome.rows) {
    if (row.subset != subset) continue;
    if (!last || std::pair(row.epoch, row.step) > std::pair(last->epoch, last->step)) last = &row;
  }
  return last;
}

bool records(const task::RecordSpec& record, metrics::Subset subset) {
  switch (subset) {
    case metrics::Subset::valid: return record.valid;
    case metrics::Subset::test: return record.test;
    case metrics::Subset::fit: return record.fit;
    case metrics::Subset::train: return true;
  }
  return false;
}

bool same_values(std::vector<Label> a, std::vector<Label> b) {
  const auto by_axis = [](const Label& x, const Label& y) { return x.axis < y.axis; };
  std::sort(a.begin(), a.end(), by_axis);
  std::sort(b.begin(), b.end(), by_axis);
  return a == b;
}

bool ended(RunState state) {
  return state != RunState::waiting && state != RunState::ready && state != RunState::running;
}

metrics::MetricName metric_of(const study::Take& take) {
  try {
    return metrics::parse_metric(take.best);
  } catch (const UsageError& error) {
    throw Refusal{error.what(), "", ""};
  }
}

}  // namespace

/// What one selection finds while it looks at its runs.
struct Selections::Gathering {
  metrics::MetricName metric;
  std::vector<Setting> settings;             // in the order of the runs: axis order
  std::set<std::string> seen;                // (setting, cell, task): a cell of two experiments counts once
  std::vector<TaskId> needs;
  std::vector<std::string> failures;
  bool later = false;
};

Selections::Selections(const std::map<std::string, std::unique_ptr<PlannedExperiment>>& planned, const TaskTable& tasks,
                       const Outcomes& outcomes, const CanonicalSizes& sizes, const std::vector<SelectionOutcome>& decided)
    : planned_(planned), tasks_(tasks), outcomes_(outcomes), sizes_(sizes), facts_(decided) {
  for (const auto& fact : facts_) {
    if (!fact.key.empty()) made_.push_back(fact);
  }
}

const Decision& Selections::of(const Taker& taker) {
  const auto& grid = taker.experiment->grid;
  const auto& shape = grid.shapes[static_cast<std::size_t>(taker.cell->shape)];
  const auto& take = *shape.takes[taker.take];
  const auto per = per_values(take, grid, *taker.cell, sizes_);
  const std::string stem = taker.experiment->study->name + "/" + shape.case_name + "/" + std::to_string(taker.take) + "/";
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
  Decision made = fact ? from_fact(take, *fact, asked) : decide(take, asked, per_key(*per));
  return decisions_.emplace(key, std::move(made)).first->second;
}

const SelectionOutcome* Selections::given(const std::string& key, const SelectionOutcome& asked) const {
  for (const auto& fact : facts_) {
    if (fact.key == key) return &fact;
    if (fact.key.empty() && fact.experiment == asked.experiment && same_values(fact.per, asked.per)) return &fact;
  }
  return nullptr;
}

Decision Selections::from_fact(const study::Take& take, const SelectionOutcome& fact, SelectionOutcome asked) {
  if (fact.key.empty()) {
    asked.chosen = fact.chosen;
    asked.reason = fact.reason;
    made_.push_back(asked);
  }
  asked.chosen = fact.chosen;
  asked.reason = fact.reason;
  Decision decision{Decision::State::decided, asked.key, {}, asked.reason};
  if (!asked.reason.empty()) {
    decision.state = Decision::State::impossible;
    return decision;
  }
  for (const auto& axis : take.values) {
    const auto found = std::find_if(asked.chosen.begin(), asked.chosen.end(), [&](const Label& l) { return l.axis == axis; });
    if (found == asked.chosen.end()) {
      throw Refusal{"the selection given for '" + asked.key + "' has no value for '" + axis + "'", "", "Give one."};
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
      throw Refusal{"experiment '" + from.study->name + "' has no axis '" + axis + "'", "a selection asks for it",
                    "Fix it there."};
    }
  }
  for (const auto& axis : from.study->axes) {
    const bool said = axis.name == "split" || axis.name == "replicate" || has(take.values, axis.name) ||
                      has(take.per, axis.name) || has(take.mean_over, axis.name);
    if (said || (axis.by.empty() && axis.values.size() < 2)) continue;
    throw Refusal{"a selection from experiment '" + from.study->name + "' would average over '" + axis.name + "' unsaid",
                  "the axis is neither taken nor in `per` nor in `mean_over`", "Name it in one of them."};
  }
}

const Selections::Pool& Selections::pool_of(const study::Take& take) {
  const auto known = pools_.find(&take);
  if (known != pools_.end()) return known->second;
  Pool pool;
  for (const auto& name : take.from) {
    const auto found = planned_.find(name);
    if (found == planned_.end()) throw Refusal{"a selection refers to experiment '" + name + "'", "there is none", ""};
    const auto& from = *found->second;
    check(take, from);
    for (std::size_t i = 0; i < from.grid.cells.size(); ++i) {
      const auto per = per_values(take, from.grid, from.grid.cells[i], sizes_);
      if (per) pool.by_per[per_key(*per)].push_back({&from, i});
      else pool.some_unknown = true;
    }
  }
  return pools_.emplace(&take, std::move(pool)).first->second;
}

void Selections::gather(Gathering& gathering, const study::Take& take, const RunRef& ref) const {
  const auto& run = ref.experiment->runs[ref.run];
  const auto& cell = ref.experiment->grid.cells[ref.run];
  Setting asked;
  for (const auto& axis : take.values) {
    const auto* value = value_at(ref.experiment->grid, cell, axis);
    if (!value) gathering.later = true;
    else asked.values.push_back({axis, to_string(*value)});
  }
  gathering.later = gathering.later || !run.waits_for.empty();
  if (gathering.later) return;
  Measurement measured;
  if (const auto* split = run.label("split")) measured.split = *split;
  for (const auto& axis : take.mean_over) {
    if (const auto* label = axis == "split" || axis == "replicate" ? nullptr : run.label(axis)) measured.cell += axis + "=" + *label + ",";
  }
  auto setting = std::find_if(gathering.settings.begin(), gathering.settings.end(),
                              [&](const Setting& known) { return known.values == asked.values; });
  if (setting == gathering.settings.end()) setting = gathering.settings.insert(setting, asked);
  const auto* replicate = run.label("replicate");
  if (!gathering.seen.insert(per_key(asked.values) + "|" + measured.split + "|" + measured.cell + "|" +
                             (replicate ? *replicate : "") + "|" + run.task.hex).second) {
    return;
  }
  const auto fail = [&](const std::string& why) {
    ++setting->missing;
    gathering.failures.push_back(ref.experiment->study->name + ": " + describe(*ref.experiment, cell) + " (" + why + ")");
  };
  if (!run.aborted.empty()) return fail("aborted: " + run.aborted);
  const auto* entry = tasks_.find(run.task);
  if (entry && !records(entry->training.record, gathering.metric.subset)) {
    throw Refusal{"a selection chooses by '" + take.best + "', which is not recorded",
                  "experiment '" + ref.experiment->study->name + "' has no such images or does not measure them",
                  "Set valid = { per_class = N } on its data, or fit = true."};
  }
  if (entry) setting->trained_units = entry->trained_units;
  const auto outcome = outcomes_.find(run.task);
  if (outcome == outcomes_.end() || !ended(outcome->second.state)) {
    gathering.needs.push_back(run.task);
    return;
  }
  measured.diverged = outcome->second.state == RunState::failed && outcome->second.cause.starts_with("diverged");
  if (outcome->second.state != RunState::done && !measured.diverged) {
    return fail(std::string(name_of(outcome->second.state)) + ": " + outcome->second.cause);
  }
  const auto* row = last_row(outcome->second, gathering.metric.subset);
  if (!row && !measured.diverged) {
    gathering.needs.push_back(run.task);  // done before this was recorded: it is planned again
    return;
  }
  if (row) measured.metric = gathering.metric.of(*row);
  const auto* valid = last_row(outcome->second, metrics::Subset::valid);
  if (valid || row) measured.loss = (valid ? valid : row)->loss;
  setting->runs.push_back(measured);
}

Decision Selections::decide(const study::Take& take, SelectionOutcome asked, const std::string& per) {
  const auto& pool = pool_of(take);
  if (pool.some_unknown) return waiting(asked.key, {});
  const auto found = pool.by_per.find(per);
  if (found == pool.by_per.end()) {
    throw Refusal{"no run to choose from where " + (per.empty() ? "asked" : per),
                  "experiment '" + asked.experiment + "' takes from experiments without such cells",
                  "Add the value to their axes."};
  }
  Gathering gathering;
  gathering.metric = metric_of(take);
  for (const auto& ref : found->second) gather(gathering, take, ref);
  if (gathering.later) return waiting(asked.key, {});
  if (!gathering.needs.empty()) {
    std::sort(gathering.needs.begin(), gathering.needs.end());
    gathering.needs.erase(std::unique(gathering.needs.begin(), gathering.needs.end()), gathering.needs.end());
    return waiting(asked.key, std::move(gathering.needs));
  }
  asked.candidates = rank(gathering.settings, gathering.metric.higher_is_better());
  const auto& failures = gathering.failures;
  const bool measured = !asked.candidates.empty() && asked.candidates.front().splits > 0;
  if ((!failures.empty() && !take.allow_missing) || !measured) {
    asked.reason = std::to_string(failures.size()) + " of its runs have no result";
    for (std::size_t i = 0; i < std::min(failures.size(), kNamedFailures); ++i) asked.reason += (i ? "; " : ": ") + failures[i];
    if (failures.size() > kNamedFailures) asked.reason += "; and " + std::to_string(failures.size() - kNamedFailures) + " more";
    if (failures.empty()) asked.reason = "every run diverged";
  } else {
    asked.chosen = asked.candidates.front().values;
  }
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
