#pragma once
// What rules to stop know of one trajectory: the evaluations so far, and copies of the best states.
#include <map>
#include <memory>
#include <string>

#include "espalier/data/safetensors.hpp"
#include "espalier/model/unit_network.hpp"
#include "espalier/task/stop_rule.hpp"

namespace espalier::train {

/// Part of a training's state: it is copied where a trajectory forks, and saved with it.
struct StopTracks {
  std::map<TaskId, task::StopTrack> tracks;  ///< of tasks with a rule
  /// By their step: the trained units' tensors, running statistics included, of states that are some track's best.
  std::map<std::int64_t, std::shared_ptr<const data::NamedTensors>> states;
};

/// Takes a copy of the trained units' tensors.
data::NamedTensors trained_state(const model::UnitNetwork& network, const task::TrainSpec& spec);

/// Gives the units that `state` holds their values back; the others keep theirs.
void restore_units(const data::NamedTensors& state, model::UnitNetwork& network);

/// Throws UsageError where the best state of the task, which its rule restores, is missing.
void check_best_state(const StopTracks& stops, const TaskId& task);

/// Forgets states that are nobody's best.
void forget_unneeded(StopTracks& stops);

/// Adds tracks and states to what a checkpoint holds; nothing where there are none.
void add_stop_tracks(const StopTracks& stops, data::NamedTensors& tensors, data::Metadata& metadata);

/// What add_stop_tracks() added. Throws UsageError where a number is none.
StopTracks stop_tracks_of(const data::TensorFile& file);

}  // namespace espalier::train
