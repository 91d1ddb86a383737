#pragma once
// Keeps the references to artifact files in step with the facts that are journaled.
#include <vector>

#include "runtime/artifact_store.hpp"
#include "runtime/journaled_state.hpp"

namespace espalier::runtime {

class ArtifactReferences {
 public:
  ArtifactReferences(JournaledState& journal, ArtifactStore& artifacts) : journal_(journal), artifacts_(artifacts) {}
  /// Journals a fact, and adds and drops the references that it changes.
  void write(const sched::Fact& fact);
  /// Moves the files that facts named, and deletes those without a reference. Call once the facts are durable, and
  /// before any order leaves. Does nothing where another process has taken over.
  void settle();

 private:
  std::vector<ArtifactId> kept_by(const TaskId& id) const;

  JournaledState& journal_;
  ArtifactStore& artifacts_;
  std::vector<ArtifactId> arrived_;  ///< journaled since the last settle()
};

}  // namespace espalier::runtime
