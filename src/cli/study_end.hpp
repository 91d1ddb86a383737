#pragma once
// Tells whether anything still works on a study, and with which exit code it ended, for verbs that wait.
#include <cstdint>
#include <string>

#include "cli/submitted_jobs.hpp"

namespace espalier::cli {

/// Whether anything still works on the directory or is going to. A job that runs after the study has ended is only on
/// its way out, unless its launch has not begun.
bool goes_on(const std::string& path, const store::State& state, const JobLook& look);

/// The exit code of the launch that ended last. Where nothing works on a study that is not done it is that of a stopped
/// one, and standard error says so.
std::int32_t code_of_end(const std::string& path, const store::State& state);

}  // namespace espalier::cli
