#include "train/training_state.hpp"

#include <cstdio>
#include <cstdlib>

#include "espalier/core/errors.hpp"

namespace espalier::train {

namespace {

constexpr const char* kKind = "espalier training checkpoint 1";

/// Hexadecimal, so that reading gives the same bits.
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

data::WrittenArtifact save_training(const std::filesystem::path& folder, const TaskId& task,
                                    const model::UnitNetwork& network, const Optimiser& optimiser,
                                    const Position& position) {
  data::NamedTensors tensors = network.state();
  for (auto& buffer : optimiser.state()) tensors.push_back(std::move(buffer));
  return data::write_artifact(folder, tensors,
                              {{"kind", kKind},
                               {"task", task.hex},
                               {"epoch", std::to_string(position.at.epoch)},
                               {"step", std::to_string(position.at.step)},
                               {"loss_sum", exact(position.running.loss_sum)},
                               {"top1", std::to_string(position.running.top1)},
                               {"top5", std::to_string(position.running.top5)},
                               {"count", std::to_string(position.running.count)}});
}

Position load_training(const std::filesystem::path& folder, const ArtifactId& id, const TaskId& task,
                       model::UnitNetwork& network, Optimiser& optimiser) {
  const data::TensorFile file = data::read_artifact(folder, id);
  const Fields fields(file.metadata, id);
  if (fields.text("kind") != kKind || fields.text("task") != task.hex) {
    throw CorruptionError("artifact " + id.hex + " is no training checkpoint of task " + task.brief());
  }
  network.restore(file);
  optimiser.load(file);
  return {{fields.small("epoch"), fields.small("step")},
          {fields.real("loss_sum"), fields.integer("top1"), fields.integer("top5"), fields.integer("count")}};
}

}  // namespace espalier::train
