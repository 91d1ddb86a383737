// Computes task ids and keeps the catalog.
#include "espalier/task/task.hpp"

#include <utility>

#include "espalier/core/checks.hpp"
#include "espalier/frame/tagged.hpp"

namespace espalier::task {

TrainSpec untrained(const ProbeSpec& probe) {
  TrainSpec spec;
  spec.identity_version = probe.identity_version;
  spec.numerics_version = probe.numerics_version;
  spec.network = probe.network;
  spec.input = probe.input;
  spec.mean = probe.mean;
  spec.std = probe.std;
  spec.images.labels = probe.labels;
  for (const UnitStart& start : probe.units) spec.units.push_back({start, Trained::no, {}});
  spec.augment.centre_crop = probe.centre_crop;
  spec.precision = probe.precision;
  spec.batch = 1;
  return spec;
}

std::vector<ImageSetSpec> used_images(const ProbeSpec& probe) {
  switch (probe.method) {
    case ProbeMethod::evaluate: return {};
    case ProbeMethod::linear: return {probe.linear.images};
    case ProbeMethod::distance: return {probe.distance.source, probe.distance.target};
    case ProbeMethod::retrieval: return {probe.retrieval.gallery};
    case ProbeMethod::neighbours: return {probe.neighbours.images};
  }
  return {};
}

const std::vector<std::string>& classifier_names() {
  static const std::vector<std::string> names = {"svm", "logistic"};
  return names;
}

const std::vector<std::string>& distance_names() {
  static const std::vector<std::string> names = {"cosine", "mmd", "svm", "cnn"};
  return names;
}

const char* name_of(WorkKind kind) {
  switch (kind) {
    case WorkKind::training: return "training";
    case WorkKind::probe: return "probe";
  }
  return "?";
}

void Task::reset(WorkKind kind) {
  switch (kind) {
    case WorkKind::training: work.emplace<TrainSpec>(); return;
    case WorkKind::probe: work.emplace<ProbeSpec>(); return;
  }
  throw frame::NewerFormatError(
      "a task is of kind " + std::to_string(static_cast<int>(kind)) + ", which this version does not know",
      "it must be understood", "Use the version of espalier that wrote it, or a later one.");
}

const TrainSpec& training(const Task& task) {
  const auto* spec = std::get_if<TrainSpec>(&task.work);
  ESPALIER_EXPECT(spec != nullptr);
  return *spec;
}

const std::vector<std::string>& nearest_by_names() {
  static const std::vector<std::string> names = {"cosine", "euclidean"};
  return names;
}

TrainSpec& training(Task& task) { return const_cast<TrainSpec&>(training(std::as_const(task))); }

TrainSpec as_training(const Task& task) {
  const auto* probe = probe_of(task);
  return probe ? untrained(*probe) : training(task);
}

std::vector<UnitStart> unit_starts(const Task& task) {
  std::vector<UnitStart> starts;
  if (const auto* probe = probe_of(task)) {
    starts = probe->units;
    starts.insert(starts.end(), probe->retrieval.units.begin(), probe->retrieval.units.end());
    return starts;
  }
  for (const UnitRow& row : training(task).units) starts.push_back(row.start);
  return starts;
}

TaskId task_id(const ProbeSpec& spec) { return TaskId::of(frame::Canonical::digest("probe:", spec)); }

TaskId task_id(const TrainSpec& spec) { return TaskId::of(frame::Canonical::digest("training:", spec)); }

std::string Catalog::add(const network::NetworkSpec& network) {
  const std::string digest = to_hex(frame::canonical_digest(network), 16);
  networks.emplace(digest, network);
  return digest;
}

std::string Catalog::add(const LabelMap& map) {
  const std::string digest = digest_of(map);
  label_maps.insert_or_assign(digest, map);
  return digest;
}

ImageSetId Catalog::add(const ImageSetSpec& set) {
  const ImageSetId id = id_of(set);
  image_sets.emplace(id.hex.str(), set);
  return id;
}

void Catalog::merge(const Catalog& other) {
  networks.insert(other.networks.begin(), other.networks.end());
  for (const auto& [digest, map] : other.label_maps) label_maps.insert_or_assign(digest, map);
  image_sets.insert(other.image_sets.begin(), other.image_sets.end());
}

namespace {

template <class Value>
std::map<std::string, Value> difference(const std::map<std::string, Value>& all,
                                        const std::map<std::string, Value>& known) {
  std::map<std::string, Value> more;
  for (const auto& [digest, value] : all) {
    const auto found = known.find(digest);
    if (found == known.end() || !(found->second == value)) more.emplace(digest, value);
  }
  return more;
}

}  // namespace

Catalog difference(const Catalog& all, const Catalog& known) {
  return {difference(all.networks, known.networks), difference(all.label_maps, known.label_maps),
          difference(all.image_sets, known.image_sets)};
}

}  // namespace espalier::task
