#pragma once
// OUT/requests: what other processes ask of rank 0, the one writer. A request is a file; rank 0 journals it, then
// removes it.
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace espalier::store {

/// The target of a stop that has had its time: what is not saved by now is lost. A supervisor leaves it.
inline constexpr const char* kTimeIsUp = "time is up";

struct Request {
  std::string id;             ///< the file's name without its extension
  std::string verb;           ///< "stop", "retry", "cancel", "submit", "job-end"
  std::string from;           ///< "process 12 on host a"
  double time = 0;            ///< when it was left, seconds since 1970
  std::uint32_t segment = 0;  ///< of the journal: the launch that a stop is meant for
  std::vector<std::string>
      targets;  ///< ids of tasks (retry), runs (cancel), jobs (submit, job-end: also restart, cause)
};

/// Leaves a request; durable when this returns. Throws EnvironmentError.
Request leave_request(const std::filesystem::path& out, const std::string& verb, std::uint32_t segment,
                      std::vector<std::string> targets = {});

/// Those that nobody has taken up, oldest first. Files that hold something else are passed over.
std::vector<Request> pending_requests(const std::filesystem::path& out);

/// Ids of those that a newer version of this program left: this one does not take them up, and they stay.
std::vector<std::string> newer_requests(const std::filesystem::path& out);

/// Removes the file of one that is journaled.
void remove_request(const std::filesystem::path& out, const Request& request);

}  // namespace espalier::store
