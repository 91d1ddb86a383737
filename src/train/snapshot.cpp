// Copies, restores, saves and loads training states as artifacts.
#include "train/snapshot.hpp"

#include <cstdio>
#include <cstdlib>

#include "espalier/core/errors.hpp"

namespace espalier::train {

namespace {

constexpr const char* kKind = "espalier training checkpoint 2";

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
    if (found == metadata_.end()) throw CorruptionError("artifact " + id_.hex + " has no field '" + key + "'");
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

Snapshot snapshot_of(const model::UnitNetwork& network, const Optimiser& optimiser, const Position& position) {
  Snapshot snapshot{{network.state(), {}, {}}, position};
  for (auto& buffer : optimiser.state()) snapshot.tensors.tensors.push_back(std::move(buffer));
  return snapshot;
}

void restore(const Snapshot& snapshot, model::UnitNetwork& network, Optimiser& optimiser) {
  network.restore(snapshot.tensors);
  optimiser.load(snapshot.tensors);
}

data::WrittenArtifact save(const std::filesystem::path& folder, const std::string& trunk, const Snapshot& snapshot) {
  const auto& [at, running] = snapshot.position;
  return data::write_artifact(folder, snapshot.tensors.tensors,
                              {{"kind", kKind},
                               {"trunk", trunk},
                               {"epoch", std::to_string(at.epoch)},
                               {"step", std::to_string(at.step)},
                               {"loss_sum", exact(running.loss_sum)},
                               {"top1", std::to_string(running.top1)},
                               {"top5", std::to_string(running.top5)},
                               {"count", std::to_string(running.count)}});
}

Snapshot load(const std::filesystem::path& folder, const ArtifactId& id,
              const std::function<std::string(task::Moment)>& trunk_at) {
  Snapshot snapshot{data::read_artifact(folder, id), {}};
  const Fields fields(snapshot.tensors.metadata, id);
  const std::string kind = fields.text("kind");
  snapshot.position = {
      {fields.small("epoch"), fields.small("step")},
      {fields.real("loss_sum"), fields.integer("top1"), fields.integer("top5"), fields.integer("count")}};
  if (kind != kKind || fields.text("trunk") != trunk_at(snapshot.position.at)) {
    throw CorruptionError("artifact " + id.hex + " is no training checkpoint of this task");
  }
  return snapshot;
}

}  // namespace espalier::train
