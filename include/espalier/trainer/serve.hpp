#pragma once
// The two ways a trainer lives: as an agent's child, or for one file of bundles.
#include <exception>
#include <filesystem>
#include <string>

namespace espalier::trainer {

/// Exit code of a trainer that ran out of memory.
inline constexpr int kOutOfMemory = 3;

/// Serves the agent behind descriptor `socket` until told to leave. The process dies with its parent and ignores
/// TERM, INT and USR2: orders come by socket only.
void serve_agent(int socket);

/// Executes the frames of `bundles` in order; answers go to `out`, or to standard output where it is empty.
void execute_bundles(const std::filesystem::path& bundles, const std::string& out);

/// True if `error` says that memory ran out.
bool is_out_of_memory(const std::exception& error);

}  // namespace espalier::trainer
