#pragma once
// The compiled study: runs that point at tasks, equal tasks merged. Pure; facts and results come in as values.
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "espalier/metrics/row.hpp"
#include "espalier/plan/costs.hpp"
#include "espalier/plan/facts.hpp"
#include "espalier/study/diagnostic.hpp"
#include "espalier/study/study.hpp"
#include "espalier/task/outcome.hpp"
#include "espalier/task/sharing.hpp"
#include "espalier/task/task.hpp"

namespace espalier::plan {

/// What is known of a task's results so far.
struct TaskOutcome {
  task::RunState state = task::RunState::waiting;
  bool diverged = false;           ///< failed because a loss was not finite
  std::string cause;               ///< of failed, quarantined, cancelled, aborted
  std::vector<metrics::Row> rows;  ///< current rows
  task::RecordSpec recorded;
  task::Stopped stopped;          ///< where its rule ended it, if it has one
  bool has_network = false;       ///< its finished network is kept
  double seconds = 0;             ///< of work on it; shared work counts in part
  std::int64_t epoch_images = 0;  ///< trained for it; shared ones count for one task only
};
using Outcomes = std::map<TaskId, TaskOutcome>;

struct Label {
  std::string axis, value;
  bool operator==(const Label&) const = default;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& frame::stored<1>("axis", axis) & frame::stored<2>("value", value);
  }
};

/// An image set that a run's results are measured on, by the name of its evaluation.
struct RunImages {
  metrics::Subset name = metrics::Subset::valid;
  ImageSetId images;
  bool operator==(const RunImages&) const = default;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& frame::stored<1>("name", name) & frame::stored<2>("images", images);
  }
};

/// One cell of an experiment.
struct PlannedRun {
  RunId id;  ///< of (experiment, axis labels, split, replicate, fold); taken values are not in it
  std::string experiment;
  std::vector<Label> labels;  ///< every protocol axis with its value, "later" where a selection must still choose it
  TaskId task;                ///< empty while later or aborted
  std::string waits_for;      ///< key of the undecided selection, "" when decided
  std::string aborted;        ///< reason, when its selection cannot be made
  std::vector<RunImages> measured;  ///< runs of one task may be measured on different images
  bool redrawn = false;  ///< its replicate is a repetition as a split is: all sources that it uses are redrawn for it
  bool draws_images = false;  ///< its target's training images are drawn anew for its replicate
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& frame::stored<1>("id", id) & frame::stored<2>("experiment", experiment) &
        frame::stored<3>("labels", labels) & frame::stored<4>("task", task) & frame::stored<5>("waits_for", waits_for) &
        frame::stored<6>("aborted", aborted) & frame::stored<7>("measured", measured) &
        frame::stored<8>("redrawn", redrawn) & frame::stored<9>("draws_images", draws_images);
  }
  const std::string* label(const std::string& axis) const;
  /// The image set of that name; empty where the run has none, and for the running score.
  ImageSetId images(metrics::Subset name) const;
};

/// One setting a selection compared.
struct Candidate {
  std::vector<Label> values;
  double mean = 0;  ///< of the metric, replicates within splits first, then splits
  double loss = 0;  ///< validation loss, for ties
  std::int32_t trained_units = 0;
  std::int32_t splits = 0;  ///< number of splits it was measured on
  std::int32_t missing = 0, diverged = 0;
  std::int32_t wins = 0;  ///< splits in which it is the best
  double p_value = 1;     ///< paired against the best, Holm-adjusted
  bool indistinguishable = false;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& frame::stored<1>("values", values) & frame::stored<2>("mean", mean) & frame::stored<3>("loss", loss) &
        frame::stored<4>("trained_units", trained_units) & frame::stored<5>("splits", splits) &
        frame::stored<6>("missing", missing) & frame::stored<7>("diverged", diverged) & frame::stored<8>("wins", wins) &
        frame::stored<9>("p_value", p_value) & frame::stored<10>("indistinguishable", indistinguishable);
  }
};

/// A selection that has been made (a fact once journaled), or why it cannot be.
struct SelectionOutcome {
  std::string key;         ///< "<experiment>/<case>/<take index>/<axis>=<value>,..."
  std::string experiment;  ///< the one that takes the values
  std::vector<Label> per;  ///< the cell it was made for
  std::string metric;
  std::vector<Label> chosen;          ///< values taken; empty if impossible
  std::string reason;                 ///< why impossible: names the failed runs
  std::vector<Candidate> candidates;  ///< best first
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& frame::stored<1>("key", key) & frame::stored<2>("experiment", experiment) & frame::stored<3>("per", per) &
        frame::stored<4>("metric", metric) & frame::stored<5>("chosen", chosen) & frame::stored<6>("reason", reason) &
        frame::stored<7>("candidates", candidates);
  }
};

/// A selection that still waits for tasks.
struct PendingSelection {
  std::string key;
  std::vector<TaskId> needs;  ///< tasks not ended yet; empty while its inputs are themselves later
};

struct PassReport {
  std::string name;
  std::int64_t tasks_before = 0, tasks_after = 0;
  std::int64_t epoch_images_before = 0, epoch_images_after = 0;
  double hours_before = 0, hours_after = 0;                  ///< of one device
  double multiply_adds_before = 0, multiply_adds_after = 0;  ///< of training, evaluation and features
};

/// What tasks have in common beside steps of training.
struct SharedImages {
  std::int64_t relabelled = 0;  ///< trainings of first networks whose images others have under other labels
  std::int64_t labellings = 0;  ///< label maps of these
  std::int64_t passes = 0;      ///< over the images of a network, which `looks` take
  /// Tasks that look at a finished network, by kind: "evaluation", "linear classifier", "neighbours", "distance",
  /// "retrieval".
  std::map<std::string, std::int64_t> looks;
};

struct ExperimentCount {
  std::string name;
  std::int64_t runs = 0;  ///< after exclusion; later ones at their upper bound
  std::int64_t later = 0;
  std::map<std::string, std::int64_t> excluded;  ///< rule -> runs removed
};

struct Plan {
  std::vector<PlannedRun> runs;
  std::vector<task::Task> tasks;  ///< each once, sources before what needs them
  task::Catalog catalog;
  std::vector<SelectionOutcome> selections;  ///< decided, the given ones and new ones
  std::vector<PendingSelection> pending;
  std::vector<ExperimentCount> experiments;
  std::vector<PassReport> passes;
  std::vector<CostProbe> probes;  ///< what a calibration has to measure
  SharedImages shared;
  std::map<std::string, std::int64_t> refused;  ///< why a pass left tasks alone -> how many
  std::vector<study::Diagnostic> diagnostics;   ///< if any is an error, nothing else may be used
  bool provisional = false;                     ///< some data are absent; ids will change
  double device_hours = 0;                      ///< of the tasks not done
  std::int64_t disk_bytes = 0;                  ///< estimated, at the end
  std::int64_t features_bytes = 0;              ///< memory of a worker for the largest probe of features not done
  std::int64_t done = 0;                        ///< tasks whose results exist
  std::int64_t again = 0;                       ///< tasks done before, trained again because more is to be recorded
  std::int64_t remeasured = 0;  ///< tasks done before whose kept networks are measured on further images
};

enum class Work : std::uint8_t {
  none,     ///< done, and what it is asked to record was recorded
  measure,  ///< done, but some image sets are new: its kept network is measured on them
  train,
};

/// What is left to do of a task that is to record `wanted`.
Work work_left(const TaskOutcome& outcome, const task::RecordSpec& wanted);
Work work_left(const task::Task& task, const Outcomes& outcomes);

/// The passes that can be left out. Stages are shared only within bundles.
struct Passes {
  bool stages = true, features = true, replicas = true, bundles = true, groups = true;
};

struct CompileOptions {
  std::int32_t threads = 1;
  std::int32_t workers = 1;  ///< expected number; with several, long tasks may get groups
  Passes passes;
  std::int64_t feature_bytes = std::int64_t{1} << 30;  ///< memory of one worker for outputs of frozen units
  Calibration calibration;                             ///< empty: costs are estimated
  bool account = true;                                 ///< fill passes and device_hours, which takes time
  std::vector<SelectionOutcome> decided;               ///< facts from the journal: never derived again
  std::string only;  ///< --only CONDITION: tasks of other runs are left out (runs stay listed)
};

/// The hashes that tell which other tasks a task may be bundled with under these passes.
task::Sharing sharing_of(const task::Task& task, const Passes& passes);

/// Compiles a study. `outcomes` are the results so far; they decide selections and which tasks count as done.
Plan compile(const study::Study& study, const Facts& facts, const Outcomes& outcomes, const CompileOptions& options);

}  // namespace espalier::plan
