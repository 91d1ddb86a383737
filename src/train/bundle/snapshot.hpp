#pragma once
// The whole state of a training in progress: weights, optimiser buffers, moment, sums of the epoch so far,
// and what rules to stop have seen.
#include <functional>

#include "espalier/data/safetensors.hpp"
#include "espalier/model/unit_network.hpp"
#include "espalier/train/optimiser.hpp"
#include "espalier/train/score.hpp"
#include "train/bundle/stop_tracks.hpp"

namespace espalier::train {

struct Position {
  task::Moment at;  ///< step may equal the epoch's steps: its end is not measured yet
  Score running;    ///< sums of the epoch so far
};

struct Snapshot {
  data::TensorFile tensors;  ///< contiguous copies
  Position position;
  StopTracks stops;
};

Snapshot snapshot_of(const model::UnitNetwork& network, const Optimiser& optimiser, const Position& position,
                     const StopTracks& stops = {});

/// Copies the snapshot into `network` and `optimiser`.
void restore(const Snapshot& snapshot, model::UnitNetwork& network, Optimiser& optimiser);

/// `prefix_state` names the state (task::prefix_state_id); every training that passes through it can resume from the
/// file.
data::WrittenArtifact save(const std::filesystem::path& folder, const std::string& prefix_state,
                           const Snapshot& snapshot);

/// Throws CorruptionError unless the file is a training checkpoint with the right prefix state for its moment, and
/// EnvironmentError where a newer version wrote it;
/// `prefix_state_at` returns the prefix state of a moment.
Snapshot load(const std::filesystem::path& folder, const ArtifactId& id,
              const std::function<std::string(task::Moment)>& prefix_state_at);

}  // namespace espalier::train
