#pragma once
// A folder for what Open MPI keeps while a launch runs. A killed mpirun leaves that behind, so the next launch on the
// same OUT removes it.
#include <filesystem>

namespace espalier::runtime {

/// BASE/espalier-<user>-<digest of OUT and machine>/<process>. What lies beside the own folder and belongs to a
/// process that is gone is removed at the start.
class SessionFolder {
 public:
  SessionFolder(const std::filesystem::path& base, const std::filesystem::path& out);
  SessionFolder(const SessionFolder&) = delete;
  SessionFolder& operator=(const SessionFolder&) = delete;
  ~SessionFolder();

  /// Empty where none could be made: Open MPI then uses a place of its own.
  const std::filesystem::path& path() const { return own_; }
  /// Removes what a launch of this process left.
  void clear() const;

 private:
  std::filesystem::path all_, own_;
};

}  // namespace espalier::runtime
