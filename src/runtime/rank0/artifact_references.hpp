#pragma once
// Keeps the references to artifact files in step with the facts that are journaled.
#include <string>
#include <utility>
#include <vector>

#include "runtime/rank0/artifact_store.hpp"
#include "runtime/rank0/journaled_state.hpp"

namespace espalier::runtime {

class ArtifactReferences {
 public:
  ArtifactReferences(JournaledState& journal, ArtifactStore& artifacts) : journal_(journal), artifacts_(artifacts) {}
  /// Journals a fact, and adds and drops the references that it changes. `from`: whose message brought it.
  void write(const sched::Fact& fact, WorkerId from);
  /// Journals that a task's finished network is kept no longer. Its file goes with the next settle() unless another
  /// task has it, too.
  void release_network(const TaskId& id);
  /// Journals that no task has this artifact any more. Its file goes aside with the next settle().
  void give_up(const ArtifactId& artifact, const std::string& why);
  /// Moves the files that facts named, and deletes those without a reference. Call once the facts are durable, and
  /// before any command is sent. Does nothing where another process has taken over.
  void settle();

 private:
  std::vector<ArtifactId> kept_by(const TaskId& id) const;

  JournaledState& journal_;
  ArtifactStore& artifacts_;
  struct Arrived {
    ArtifactId artifact;
    WorkerId from;
  };

  std::vector<Arrived> arrived_;                              ///< journaled since the last settle()
  std::vector<std::pair<ArtifactId, std::string>> given_up_;  ///< and the names they get
};

}  // namespace espalier::runtime
