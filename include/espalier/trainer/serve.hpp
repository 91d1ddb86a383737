#pragma once
// Runs a trainer, as an agent's child or on one file of bundles.
#include <exception>
#include <filesystem>
#include <string>

namespace espalier::trainer {

/// Serves the agent behind descriptor `socket` until told to exit. The process dies with its parent and ignores TERM,
/// INT and USR2, since orders come only through the socket.
void serve_agent(int socket);

/// Executes the frames of `bundles` in order; answers go to `out`, or to standard output if that is empty. If `bundles`
/// is a folder, its file `bundles` is read, answers go to its file `answers`, and names are relative to it. Prints on
/// standard error how many tasks are done and how long that took. Returns false if some are not done.
bool execute_bundles(std::filesystem::path bundles, std::string out);

/// Whether `error` says that memory ran out.
bool is_out_of_memory(const std::exception& error);

}  // namespace espalier::trainer
