// Computes task ids and keeps the catalog of networks and class lists.
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

std::string Catalog::add(const ClassList& classes) {
  const std::string digest = to_hex(frame::canonical_digest(classes), 16);
  class_lists.emplace(digest, classes);
  return digest;
}

void Catalog::merge(const Catalog& other) {
  networks.insert(other.networks.begin(), other.networks.end());
  class_lists.insert(other.class_lists.begin(), other.class_lists.end());
}

}  // namespace espalier::task
