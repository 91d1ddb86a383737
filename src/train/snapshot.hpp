#pragma once
// The whole state of a training in progress: weights, optimiser buffers, moment, sums of the epoch so far.
#include <functional>

#include "espalier/data/safetensors.hpp"
#include "espalier/model/unit_network.hpp"
#include "espalier/train/optimiser.hpp"
#include "espalier/train/score.hpp"

namespace espalier::train {

struct Position {
  task::Moment at;  ///< step may equal the epoch's steps: its end is not measured yet
  Score running;    ///< sums of the epoch so far
};

struct Snapshot {
  data::TensorFile tensors;  ///< contiguous copies
  Position position;
};

Snapshot snapshot_of(const model::UnitNetwork& network, const Optimiser& optimiser, const Position& position);

/// Copies the snapshot into `network` and `optimiser`.
void restore(const Snapshot& snapshot, model::UnitNetwork& network, Optimiser& optimiser);

/// `trunk` names the state (task::trunk_id); every training that passes through it can resume from the file.
data::WrittenArtifact save(const std::filesystem::path& folder, const std::string& trunk, const Snapshot& snapshot);

/// Throws CorruptionError unless the file is a training checkpoint with the right trunk for its moment; `trunk_at`
/// returns the trunk of a moment.
Snapshot load(const std::filesystem::path& folder, const ArtifactId& id,
              const std::function<std::string(task::Moment)>& trunk_at);

}  // namespace espalier::train
