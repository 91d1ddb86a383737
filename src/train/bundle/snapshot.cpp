// Copies, restores, saves and loads training states as artifacts.
#include "train/bundle/snapshot.hpp"

#include <cstdio>
#include <cstdlib>

#include "espalier/core/errors.hpp"

namespace espalier::train {

namespace {

constexpr const char* kName = "espalier training checkpoint ";
constexpr int kVersion = 2;
/// Of a checkpoint with the evaluations of rules to stop: an earlier version would go on without them.
constexpr int kStopsVersion = 3;

std::string kind(int version) { return kName + std::to_string(version); }

/// What a later version wrote is whole: nothing of it is set aside.
void refuse_newer(const std::string& kind, const ArtifactId& id) {
  if (!kind.starts_with(kName)) return;
  const auto version = std::strtol(kind.c_str() + std::string_view(kName).size(), nullptr, 10);
  if (version <= kStopsVersion) return;
  throw EnvironmentError("artifact " + id.hex + " is a training checkpoint of version " + std::to_string(version),
                         "this version of espalier reads " + std::to_string(kStopsVersion),
                         "Go on with the version that wrote it.");
}

/// Prints a number in hexadecimal, so that reading it gives the same bits.
std::string exact(double value) {
  char text[64];
  std::snprintf(text, sizeof text, "%a", value);
  return text;
}

class Fields {
 public:
  Fields(const data::Metadata& metadata, const ArtifactId& id) : metadata_(metadata), id_(id) {}

  const std::string& text(const std::string& key) const {
    const auto found = metadata_.find(key);
    if (found == metadata_.end())
      throw data::DamagedArtifact(id_, {"artifact " + id_.hex + " has no field '" + key + "'", "", ""}, true);
    return found->second;
  }
  std::int64_t integer(const std::string& key) const { return std::strtoll(text(key).c_str(), nullptr, 10); }
  std::int32_t small(const std::string& key) const { return static_cast<std::int32_t>(integer(key)); }
  double real(const std::string& key) const { return std::strtod(text(key).c_str(), nullptr); }

 private:
  const data::Metadata& metadata_;
  const ArtifactId& id_;
};

}  // namespace

Snapshot snapshot_of(const model::UnitNetwork& network, const Optimiser& optimiser, const Position& position,
                     const StopTracks& stops) {
  Snapshot snapshot{{network.state(), {}, {}}, position, stops};
  for (auto& buffer : optimiser.state()) snapshot.tensors.tensors.push_back(std::move(buffer));
  return snapshot;
}

void restore(const Snapshot& snapshot, model::UnitNetwork& network, Optimiser& optimiser) {
  network.restore(snapshot.tensors);
  optimiser.load(snapshot.tensors);
}

data::WrittenArtifact save(const std::filesystem::path& folder, const std::string& prefix_state,
                           const Snapshot& snapshot) {
  const auto& [at, running] = snapshot.position;
  const bool has_stops = !snapshot.stops.tracks.empty();
  data::Metadata metadata{{"kind", kind(has_stops ? kStopsVersion : kVersion)},
                          {"trunk", prefix_state},
                          {"epoch", std::to_string(at.epoch)},
                          {"step", std::to_string(at.step)},
                          {"loss_sum", exact(running.loss_sum)},
                          {"count", std::to_string(running.count)}};
  for (std::size_t k = 0; k < running.hits.size(); ++k) {
    metadata[metrics::kHits[k].name] = std::to_string(running.hits[k]);
  }
  data::NamedTensors tensors = snapshot.tensors.tensors;
  add_stop_tracks(snapshot.stops, tensors, metadata);
  return data::write_artifact(folder, tensors, metadata);
}

namespace {

Score running_of(const Fields& fields) {
  Score running;
  running.loss_sum = fields.real("loss_sum");
  running.count = fields.integer("count");
  for (std::size_t k = 0; k < running.hits.size(); ++k) running.hits[k] = fields.integer(metrics::kHits[k].name);
  return running;
}

}  // namespace

Snapshot load(const std::filesystem::path& folder, const ArtifactId& id,
              const std::function<std::string(task::Moment)>& prefix_state_at) {
  Snapshot snapshot{data::read_artifact(folder, id), {}, {}};
  const Fields fields(snapshot.tensors.metadata, id);
  const std::string& found = fields.text("kind");
  refuse_newer(found, id);
  snapshot.position = {{fields.small("epoch"), fields.small("step")}, running_of(fields)};
  const bool is_known = found == kind(kVersion) || found == kind(kStopsVersion);
  if (!is_known || fields.text("trunk") != prefix_state_at(snapshot.position.at)) {
    throw data::DamagedArtifact(id, {"artifact " + id.hex + " is no training checkpoint of this task", "", ""}, true);
  }
  try {
    snapshot.stops = stop_tracks_of(snapshot.tensors);
  } catch (const UsageError& error) {
    throw data::DamagedArtifact(id, {"artifact " + id.hex + " is of no use: " + error.what(), "", ""}, true);
  }
  return snapshot;
}

}  // namespace espalier::train
