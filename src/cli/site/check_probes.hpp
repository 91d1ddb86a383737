#pragma once
// The processes of a check inside its job; users start none of them.
#include <cstdint>
#include <filesystem>
#include <string>

namespace espalier::cli {

/// What the job's script runs in place of a study.
struct JobProbe {
  std::filesystem::path folder;                      ///< of the check; report.json and logs are written there
  std::string signal;                                ///< the profile's warning, which the script hands on as USR2
  std::string launcher = "mpirun", plugin = "pmix";  ///< as `espalier run` has them
  std::int32_t ranks = 1;
};
void probe_job(const JobProbe& probe);

/// One of `ranks` that mpirun starts. Rank 0 prints kRanksMark and the facts of all.
void probe_rank(const std::filesystem::path& folder, std::int32_t ranks);

/// One task of a step: prints kReadyMark and the step's number, then kReachedMark once SIGTERM has come to its child.
void probe_step();
/// That child.
void probe_child();

/// The hash of this program.
std::string own_build();

inline constexpr const char* kRanksMark = "ranks of the check: ";
inline constexpr const char* kWorldMark = "world of the check: ";
inline constexpr const char* kReadyMark = "ready in step ";
inline constexpr const char* kReachedMark = "reached by SIGTERM";

}  // namespace espalier::cli
