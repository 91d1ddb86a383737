#pragma once
// Decides selections ("the best value of these axes by this metric, for each ..."): decided, impossible or pending.
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "plan/select/candidate_collector.hpp"

namespace espalier::plan {

struct Decision {
  enum class State : std::uint8_t { decided, impossible, pending } state = State::pending;
  std::string key;
  std::vector<study::Value> chosen;  ///< in the order of the take's values
  std::string reason;                ///< of impossible
  std::vector<Label> labels;         ///< `chosen` with the axes' names; a pick's may leave out some
};

/// What a pending selection waits for: tasks of its candidates, and other selections that these wait for.
struct Awaited {
  std::vector<TaskId> tasks;
  std::set<std::string> selections;
};
using Waits = std::map<std::string, Awaited>;

/// The cell that takes values.
struct Taker {
  const PlannedExperiment* experiment = nullptr;
  const grid::Cell* cell = nullptr;
  std::size_t take = 0;  ///< index in the takes of the cell's shape
};

class Selections {
 public:
  /// `planned` are the experiments planned so far, by name; they must outlive this. `decided` are facts from the
  /// journal.
  Selections(const std::map<std::string, std::unique_ptr<PlannedExperiment>>& planned, const TaskTable& tasks,
             const Outcomes& outcomes, const CanonicalSizes& sizes, const std::vector<SelectionOutcome>& decided);

  /// Throws CompileError where the study is wrong: no run to choose from, an axis that would be averaged over without
  /// being asked to, or a metric that is not recorded.
  const Decision& of(const Taker& taker);

  /// The settings that may be chosen, each once, as far as the runs to choose from are known.
  std::vector<std::vector<Label>> possible(const Taker& taker);
  /// Of a pick: the run that its decision chose for this cell, which has the cell's split, replicate and fold; none
  /// where the chosen setting has no such run.
  std::optional<RunRef> run_of(const Taker& taker, const Decision& decision);

  std::vector<SelectionOutcome> outcomes() const { return made_; }
  std::vector<PendingSelection> pending() const { return pending_; }
  /// What pending selections wait for, by key.
  const Waits& waits() const { return waits_; }
  /// The selections given by the user that no experiment asked for, as "experiment, axis=value".
  std::vector<std::string> unused() const;

 private:
  /// The runs of a take's experiments, by the values of its `per` axes.
  struct Pool {
    std::map<std::string, std::vector<RunRef>> by_per;
    bool some_unknown = false;  ///< a `per` value of some run is itself still to be taken
  };

  const SelectionOutcome* given(const std::string& key, const SelectionOutcome& asked) const;
  bool holds(const SelectionOutcome& fact, const study::Take& take, const std::vector<std::vector<Label>>& settings,
             const std::string& per);
  void check_given(const SelectionOutcome& fact, const study::Take& take,
                   const std::vector<std::vector<Label>>& settings);
  Decision from_fact(const study::Take& take, const SelectionOutcome& fact, SelectionOutcome asked);
  Decision decide(const study::Take& take, SelectionOutcome asked, const std::string& per_key);
  Decision waiting(const std::string& key, std::vector<TaskId> needs);
  Decision finished(SelectionOutcome outcome);
  Pool& pool_of(const study::Take& take);
  void check(const study::Take& take, const PlannedExperiment& from) const;

  const std::map<std::string, std::unique_ptr<PlannedExperiment>>& planned_;
  const TaskTable& tasks_;
  const Outcomes& outcomes_;
  const CanonicalSizes& sizes_;
  std::vector<SelectionOutcome> facts_, made_;
  std::vector<PendingSelection> pending_;
  Waits waits_;
  std::set<const SelectionOutcome*> used_;
  std::map<std::string, Decision> decisions_;
  std::map<const study::Take*, Pool> pools_;
};

}  // namespace espalier::plan
