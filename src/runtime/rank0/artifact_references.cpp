// Finds which artifacts a fact adds to a task and which it takes away.
#include "runtime/rank0/artifact_references.hpp"

#include <utility>

#include "runtime/launch/backoff.hpp"

namespace espalier::runtime {

std::vector<ArtifactId> ArtifactReferences::kept_by(const TaskId& id) const {
  const auto found = journal_.state().tasks.find(id);
  if (found == journal_.state().tasks.end()) return {};
  const auto& task = found->second;
  return {task.training.artifact, task.finished.artifact, task.predictions.artifact};
}

void ArtifactReferences::write(const sched::Fact& fact, WorkerId from) {
  const auto* made = std::get_if<protocol::CheckpointMade>(&fact);
  const auto* end = std::get_if<sched::TaskEnded>(&fact);
  if (!made && !end) return journal_.write_fact(fact);
  if (made) arrived_.push_back({made->artifact, from});
  const TaskId& id = made ? made->task : end->task;
  const auto before = kept_by(id);
  journal_.write_fact(fact);
  for (const auto& artifact : kept_by(id)) artifacts_.add(artifact);
  for (const auto& artifact : before) artifacts_.drop(artifact);
}

void ArtifactReferences::release_network(const TaskId& id) {
  const auto& task = journal_.state().tasks.at(id);
  const ArtifactId network = task.finished.artifact;
  const Fence fence = task.attempts.empty() ? Fence{} : task.attempts.back().fence;
  journal_.write(store::CheckpointRecord{fence, id, task::ArtifactKind::finished, {}, {}, 0});
  artifacts_.drop(network);
}

void ArtifactReferences::give_up(const ArtifactId& artifact, const std::string& why) {
  int holders = 0;
  for (const auto& [id, task] : journal_.state().tasks) {
    for (const auto* file : {&task.training, &task.finished, &task.predictions}) holders += file->artifact == artifact;
  }
  artifacts_.forget(artifact, holders);
  const auto aside = artifacts_.name_aside(artifact);
  journal_.write(store::ArtifactDamagedRecord{artifact, why, aside, wall_clock_s()});
  given_up_.emplace_back(artifact, aside);
}

void ArtifactReferences::settle() {
  if (arrived_.empty() && given_up_.empty() && !artifacts_.has_dropped()) return;
  if (journal_.superseded()) return;
  for (const auto& [artifact, aside] : std::exchange(given_up_, {})) artifacts_.set_aside(artifact, aside);
  for (const auto& [artifact, from] : std::exchange(arrived_, {})) artifacts_.put_in_place(artifact, from);
  artifacts_.sweep();
}

}  // namespace espalier::runtime
