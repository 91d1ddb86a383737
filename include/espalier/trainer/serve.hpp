#pragma once
// Runs a trainer, as an agent's child or on one file of bundles.
#include <exception>
#include <filesystem>
#include <string>

namespace espalier::trainer {

/// Exit code of a trainer that ran out of memory.
inline constexpr int kOutOfMemory = 3;

/// Serves the agent behind descriptor `socket` until told to leave. The process dies with its parent and ignores
/// TERM, INT and USR2: orders come by socket only.
void serve_agent(int socket);

/// Executes the frames of `bundles` in order; answers go to `out`, or to standard output where it is empty. A folder
/// stands for its file `bundles`, answers go to its file `answers` then, and names in it are relative to it.
/// Says on standard error how many tasks are done and how long that took. False where some are not.
bool execute_bundles(std::filesystem::path bundles, std::string out);

/// True if `error` says that memory ran out.
bool is_out_of_memory(const std::exception& error);

}  // namespace espalier::trainer
