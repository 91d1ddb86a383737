// Computes task ids and keeps the catalog.
#include "espalier/task/task.hpp"

namespace espalier::task {

TaskId task_id(const TrainSpec& spec) {
  return TaskId::of(Sha256().update("training:").update(frame::Canonical::text(spec)).finish());
}

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
