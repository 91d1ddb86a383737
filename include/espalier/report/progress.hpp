#pragma once
// Computes how far a directory's study is, for `status` and the progress bar.
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "espalier/store/state.hpp"

namespace espalier::report {

inline constexpr std::size_t kStates = 8;  ///< of task::RunState

struct StateCounts {
  std::array<std::int64_t, kStates> of{};
  std::int64_t total = 0;
  std::int64_t later = 0;  ///< waiting runs whose selection has not been made
  std::int64_t& operator[](task::RunState state) { return of[static_cast<std::size_t>(state)]; }
  std::int64_t operator[](task::RunState state) const { return of[static_cast<std::size_t>(state)]; }
};

struct ExperimentProgress {
  std::string name;
  StateCounts runs;
};

struct RunningTask {
  TaskId task;
  WorkerId worker;
  double started = 0;
  std::int32_t epoch = 0;   ///< the last one with a row
  std::int32_t epochs = 0;  ///< of its length; 0: of a probe, or less than one
};

/// What rules to stop did: trainings that ended before their length.
struct EndedEarly {
  std::int64_t trainings = 0;  ///< that are done and ended early
  std::int64_t with_rule = 0;  ///< that are done and might have
  double epochs = 0;           ///< that those with a rule trained; steps count as parts of epochs
  double epochs_at_most = 0;   ///< that they would have trained to their lengths
};

struct StudyProgress {
  std::vector<ExperimentProgress> experiments;  ///< in planning order
  StateCounts runs, tasks;                      ///< tasks of the study's runs and their sources
  std::vector<RunningTask> running;
  EndedEarly ended_early;
  double images_per_s = 0;       ///< epoch-images per second, all workers, recent trainings; 0: unknown
  std::int64_t images_left = 0;  ///< epoch-images of the tasks known so far
  /// Seconds of one worker alone, as tasks were estimated when they were planned: all of them, and what is done of
  /// them, of running ones by their epochs. 0: nothing was estimated.
  double work_s = 0, work_done_s = 0;
  /// Of all workers: the work left, by how long that of finished tasks took against its estimate, but no less than the
  /// longest task; by images where nothing was estimated. None where neither is known.
  std::optional<double> seconds_left;
};

StudyProgress progress(const store::State& state);

/// "45 s", "12 min", "3 h 20 min", "2 d 4 h".
std::string duration_text(double seconds);

}  // namespace espalier::report
