// Compares two states and decides, task by task and run by run, what the first one takes of the second.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "espalier/core/hash.hpp"
#include "espalier/store/merge.hpp"
#include "store/describe.hpp"

namespace espalier::store {

namespace {

using task::RunState;

bool has_failed(const TaskState& task) { return is_final(task.state) && task.state != RunState::done; }

/// How much is known of a task: what is done counts most, then what failed here and would fail there, then what is
/// open, by how far its checkpoint is. What was only given up because of others or on request counts least.
std::pair<int, task::Moment> standing_of(const TaskState& task) {
  switch (task.state) {
    case RunState::done: return {4, {}};
    case RunState::failed:
    case RunState::quarantined: return {3, {}};
    case RunState::aborted: return {1, {}};
    case RunState::cancelled: return {0, {}};
    case RunState::waiting:
    case RunState::ready:
    case RunState::running: break;
  }
  return {2, task.training.artifact.empty() ? task::Moment{} : task.training.at};
}

bool is_before(const CurrentRow& a, const CurrentRow& b) {
  return std::tie(a.row.epoch, a.row.step, a.row.subset, a.row.set) <
         std::tie(b.row.epoch, b.row.step, b.row.subset, b.row.set);
}

/// Calls `take(a, b)` for the rows of one moment and image set; null where one of the tasks has none.
template <class Take>
void each_pair(const TaskState& a, const TaskState& b, const Take& take) {
  auto first = a.rows.begin(), second = b.rows.begin();
  while (first != a.rows.end() || second != b.rows.end()) {
    const bool has_first = first != a.rows.end(), has_second = second != b.rows.end();
    if (has_first && (!has_second || is_before(*first, *second))) take(&(first++)->row, nullptr);
    else if (has_second && (!has_first || is_before(*second, *first))) take(nullptr, &(second++)->row);
    else take(&(first++)->row, &(second++)->row);
  }
}

std::string moment_text(const metrics::Row& row) {
  return fmt::format("epoch {}{}", row.epoch, row.step > 0 ? fmt::format(", step {}", row.step) : "");
}

/// Two numbers of one thing, by the names of their stores.
struct Difference {
  std::string what, first, second;
  std::size_t more = 0;  ///< other values that differ
};

/// What both measured and found different. Bits count: NaN beside NaN is equal, and what one of them did not measure is
/// no difference.
std::optional<Difference> difference_of(const TaskState& a, const TaskState& b) {
  std::optional<Difference> found;
  const auto note = [&](std::string what, std::string first, std::string second) {
    if (found) ++found->more;
    else found = {std::move(what), std::move(first), std::move(second), 0};
  };
  each_pair(a, b, [&](const metrics::Row* one, const metrics::Row* other) {
    if (!one || !other) return;
    const auto where = [&](const char* what) {
      return fmt::format("{} {} of {}", metrics::name_of(one->subset), what, moment_text(*one));
    };
    if (one->count != other->count)
      note(where("number of images"), std::to_string(one->count), std::to_string(other->count));
    for (const auto& facts : metrics::kMetrics) {
      const double first = one->values.get(facts.metric), second = other->values.get(facts.metric);
      if (std::isnan(first) || std::isnan(second) || first == second) continue;
      note(where(facts.name), fmt::format("{:.17g}", first), fmt::format("{:.17g}", second));
    }
  });
  const auto &mine = a.finished, &theirs = b.finished;
  const bool have_both = !mine.artifact.empty() && !theirs.artifact.empty() && mine.at == theirs.at;
  if (have_both && mine.artifact != theirs.artifact)
    note("the finished network", mine.artifact.hex.substr(0, 8), theirs.artifact.hex.substr(0, 8));
  return found;
}

bool has_more(const TaskState& known, const TaskState& offered) {
  bool more = known.finished.artifact.empty() && !offered.finished.artifact.empty();
  more = more || (known.predictions.artifact.empty() && !offered.predictions.artifact.empty());
  each_pair(known, offered, [&](const metrics::Row* one, const metrics::Row*) { more = more || !one; });
  return more;
}

std::string form_text(const task::NumericForm& form) {
  return fmt::format("{} threads, {} cached units{}{}", form.threads, form.cached_units,
                     form.batched ? ", batched" : "",
                     form.workers > 1 ? fmt::format(", {} workers", form.workers) : std::string());
}

/// The image sets of both, as the first asks for them where both do. How often and with which network kept, a plan
/// says.
task::RecordSpec record_of_both(const task::RecordSpec& first, const task::RecordSpec& second) {
  task::RecordSpec all = first;
  for (const task::EvaluationSpec& more : second.evaluations) {
    const bool is_known = std::any_of(
        first.evaluations.begin(), first.evaluations.end(),
        [&](const task::EvaluationSpec& one) { return one.name == more.name && one.images == more.images; });
    if (!is_known) all.evaluations.push_back(more);
  }
  return all;
}

template <class Map>
Map lacking(const Map& all, const Map& known) {
  Map missing;
  for (const auto& one : all) {
    if (!known.contains(one.first)) missing.insert(one);
  }
  return missing;
}

class Comparison {
 public:
  Comparison(const State& into, const std::string& into_name, const MergeSource& from)
      : into_(into), into_name_(into_name), from_(from.state), from_name_(from.directory.string()), source_(from) {}

  Joining take() {
    compare_studies();
    compare_tasks();
    compare_runs();
    compare_selections();
    found_.catalog = {lacking(from_.catalog.networks, into_.catalog.networks),
                      lacking(from_.catalog.label_maps, into_.catalog.label_maps),
                      lacking(from_.catalog.image_sets, into_.catalog.image_sets)};
    add_texts();
    return std::move(found_);
  }

 private:
  void compare_studies() {
    found_.is_first = into_.study.text.empty();
    if (found_.is_first) return;
    const auto &mine = into_.study, &theirs = from_.study;
    const auto note = [&](const char* what) {
      found_.notes.push_back(fmt::format("{} of '{}' differ from those of '{}': runs and tasks are joined by id", what,
                                         from_name_, into_name_));
    };
    if (mine.text != theirs.text) note("lines of the study");
    if (mine.overrides != theirs.overrides) note("the values given with --set");
    if (mine.threads != theirs.threads) note("the threads of a worker");
  }

  void compare_tasks() {
    std::vector<const TaskState*> offered;
    offered.reserve(from_.tasks.size());
    for (const auto& [id, task] : from_.tasks) offered.push_back(&task);
    std::sort(offered.begin(), offered.end(), [](auto* a, auto* b) { return a->task.id < b->task.id; });
    for (const TaskState* task : offered) {
      const auto known = into_.tasks.find(task->task.id);
      if (known == into_.tasks.end()) add(*task, taking_of(*task));
      else compare(known->second, *task);
    }
  }

  /// Of a task that is open in a store that is in use, only that it is there: its checkpoints come and go.
  bool is_left(const TaskState& offered) const { return source_.in_use && !is_final(offered.state); }

  Taking taking_of(const TaskState& offered) const {
    const bool is_untouched = offered.attempts.empty() && !is_final(offered.state);
    return is_untouched || is_left(offered) ? Taking::plan : Taking::history;
  }

  void add(const TaskState& task, Taking taking) {
    if (taking != Taking::nothing) found_.tasks.push_back({task.task.id, taking});
  }

  void compare(const TaskState& known, const TaskState& offered) {
    if (known.state == RunState::done && offered.state == RunState::done) return compare_done(known, offered);
    auto theirs = standing_of(offered);
    if (is_left(offered)) theirs.second = {};
    if (theirs <= standing_of(known)) {
      note_change(known, offered);
      return ask_more(known.task, offered.task.record);
    }
    if (has_failed(known)) found_.reopened.push_back(known.task.id);
    if (has_failed(known) && offered.state == RunState::done) has_solved_ = true;
    if (taking_of(offered) == Taking::history) {
      add(offered, Taking::history);
      ask_more(offered.task, known.task.record);
    } else {
      ask_more(known.task, offered.task.record);
    }
  }

  /// What failed there is done here: what could not be selected there may be here.
  void note_change(const TaskState& known, const TaskState& offered) {
    if (known.state == RunState::done && has_failed(offered)) was_solved_ = true;
  }

  void compare_done(const TaskState& known, const TaskState& offered) {
    const auto name = name_of_task(offered.task.id);
    if (known.task.form != offered.task.form) {
      found_.other_forms.push_back(fmt::format("{}: '{}' has it with {}, '{}' with {}: the first is kept", name,
                                               name_of_first(known), form_text(known.task.form), from_name_,
                                               form_text(offered.task.form)));
      return;
    }
    if (const auto differs = difference_of(known, offered)) {
      found_.conflicts.push_back(fmt::format(
          "{}: {} is {} in '{}' and {} in '{}'{}{}", name, differs->what, differs->first, name_of_first(known),
          differs->second, from_name_, differs->more > 0 ? fmt::format(" ({} more values differ)", differs->more) : "",
          known.device == offered.device ? "" : fmt::format("; devices: {}, {}", known.device, offered.device)));
      return;
    }
    if (has_more(known, offered)) add(offered, Taking::rest);
    ask_more(known.task, offered.task.record);
  }

  void ask_more(const task::Task& task, const task::RecordSpec& more) {
    auto record = record_of_both(task.record, more);
    if (record == task.record) return;
    found_.asked_more.push_back(task);
    found_.asked_more.back().record = std::move(record);
  }

  std::string name_of_first(const TaskState& known) const {
    const auto* origin = origin_of(into_, known.task.id);
    return origin ? origin->source : into_name_;
  }

  std::string name_of_task(const TaskId& id) {
    if (runs_of_.empty()) {
      for (const RunEntry& entry : from_.runs) runs_of_.try_emplace(entry.run.task, &entry.run);
    }
    const auto run = runs_of_.find(id);
    if (run == runs_of_.end()) return "task " + id.brief();
    return fmt::format("task {} (run {}, {}: {})", id.brief(), run->second->id.brief(), run->second->experiment,
                       labels_text(run->second->labels));
  }

  void compare_runs() {
    for (const RunEntry& entry : from_.runs) {
      if (!entry.current) continue;
      const auto place = into_.run_index.find(entry.run.id);
      const RunEntry* known = place == into_.run_index.end() ? nullptr : &into_.runs[place->second];
      if (is_new(known, entry.run)) found_.runs.push_back(entry.run);
      compare_cancelled(known, entry.run);
    }
  }

  bool is_new(const RunEntry* known, const plan::PlannedRun& offered) {
    if (!known || !known->current) return true;
    if (known->run.task == offered.task) {
      return offered.task.empty() && known->run.aborted.empty() && !offered.aborted.empty() && !has_lost_cause();
    }
    if (known->run.task.empty()) return true;
    if (!offered.task.empty()) {
      found_.notes.push_back(fmt::format("run {} is task {} in '{}' and task {} in '{}': the first is kept",
                                         offered.id.brief(), known->run.task.brief(), into_name_, offered.task.brief(),
                                         from_name_));
    }
    return false;
  }

  /// All parts of a study list all runs: whether one is cancelled, the first says that has its task.
  void compare_cancelled(const RunEntry* known, const plan::PlannedRun& offered) {
    if (!from_.cancelled.contains(offered.id) || into_.cancelled.contains(offered.id)) return;
    const bool has_task = known && known->current && into_.tasks.contains(known->run.task);
    if (!has_task) found_.cancelled.push_back(offered.id);
  }

  /// Whether what could not be selected in the source may be selected now.
  bool has_lost_cause() const { return was_solved_ || has_solved_; }

  void compare_selections() {
    for (const auto& offered : from_.selections) {
      const auto is_it = [&](const plan::SelectionOutcome& one) { return one.key == offered.key; };
      const auto known = std::find_if(into_.selections.begin(), into_.selections.end(), is_it);
      const bool is_known = known != into_.selections.end();
      const bool is_made = !offered.chosen.empty(), was_made = is_known && !known->chosen.empty();
      if (is_made ? !was_made : (!is_known && !was_solved_)) found_.selections.push_back(offered);
      if (is_made && was_made && known->chosen != offered.chosen) {
        found_.notes.push_back(fmt::format("selection {} takes {} in '{}' and {} in '{}': the first is kept",
                                           offered.key, labels_text(known->chosen), into_name_,
                                           labels_text(offered.chosen), from_name_));
      }
    }
    if (has_solved_) forget_impossible();
  }

  void forget_impossible() {
    std::unordered_set<std::string> taken;
    for (const auto& one : found_.selections) taken.insert(one.key);
    for (const auto& one : into_.selections) {
      if (one.chosen.empty() && !taken.contains(one.key)) found_.forgotten.push_back(one.key);
    }
  }

  void add_texts() {
    const auto is_known = [](const std::vector<std::string>& texts, const std::string& text) {
      return std::find(texts.begin(), texts.end(), text) != texts.end();
    };
    for (const auto& text : from_.warnings) {
      if (!is_known(into_.warnings, text)) found_.warnings.push_back(text);
    }
    for (const auto& text : from_.accepted_damage) {
      auto named = from_name_ + ": " + text;
      if (!is_known(into_.accepted_damage, named)) found_.damage.push_back(std::move(named));
    }
  }

  const State& into_;
  const std::string& into_name_;
  const State& from_;
  const std::string from_name_;
  const MergeSource& source_;
  Joining found_;
  std::unordered_map<TaskId, const plan::PlannedRun*> runs_of_;
  bool has_solved_ = false;  ///< some task that failed here is done there
  bool was_solved_ = false;  ///< some task that failed there is done here
};

}  // namespace

bool Joining::is_empty() const {
  return !is_first && tasks.empty() && asked_more.empty() && reopened.empty() && runs.empty() && cancelled.empty() &&
         catalog.empty() && selections.empty() && forgotten.empty() && warnings.empty() && damage.empty();
}

Joining join(const State& into, const std::string& into_name, const MergeSource& from) {
  return Comparison(into, into_name, from).take();
}

}  // namespace espalier::store
