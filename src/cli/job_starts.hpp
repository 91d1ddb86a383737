#pragma once
// The starts of a Slurm job, as `run` sees them: how one ended is left as a request, which the next rank 0 journals.
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "espalier/runtime/supervisor.hpp"
#include "espalier/store/journal.hpp"
#include "espalier/store/state.hpp"

namespace espalier::cli {

inline constexpr std::uint32_t kMostIdleStarts = 3;

/// Throws EnvironmentError where the last three starts of this job have brought nothing: it would be put back for ever.
void refuse_restarts_without_progress(const store::State& earlier, const store::WriterIdentity& who);

/// Notes that an earlier start of this job ended without a word, as where its node was lost.
void note_lost_start(const store::State& earlier, const std::filesystem::path& out, const store::WriterIdentity& who);

/// Asks Slurm why this start of the job was told to end by `signal`, and notes that. Returns whether the job is to come
/// back (site::comes_back). `warned_s`: of runtime::SupervisorOptions.
bool note_end(const std::filesystem::path& out, const store::WriterIdentity& who, int signal, double warned_s);

/// Whether this start of the job may start a launch that died again.
runtime::JobHealth job_health();

/// How often `job` was put back, as a launch knows it that has counted it as `newest`; none where that was another job.
/// A job that Slurm did not get by `submit` is the successor of one that it did, and its launches count for that one.
std::optional<std::uint32_t> restarts_of(const std::string& job, const store::SegmentStart& newest,
                                         const store::State& state, const std::filesystem::path& out);

/// "job 12, start 2: preempted; start 3: time limit", or "" where no start of a job is known to have been ended.
std::string ends_text(const store::State& state, const std::filesystem::path& out);

}  // namespace espalier::cli
