// Asks squeue for the jobs of a directory by their comment, and keeps the answer for a minute.
#include "cli/submitted_jobs.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>

#include "espalier/core/errors.hpp"
#include "espalier/os/durable_file.hpp"
#include "espalier/os/regular_file.hpp"
#include "espalier/site/batch_script.hpp"
#include "espalier/store/requests.hpp"

namespace espalier::cli {

namespace {

constexpr std::size_t kMostBytes = 1 << 20;
constexpr double kFresh_s = 60;

std::filesystem::path kept_file(const std::filesystem::path& out) { return out / "logs" / "squeue"; }

bool was_submitted(const std::filesystem::path& out, const store::State& state) {
  const auto is_submit = [](const auto& request) { return request.verb == "submit"; };
  const auto pending = store::pending_requests(out);
  return std::any_of(state.requests.begin(), state.requests.end(), is_submit) ||
         std::any_of(pending.begin(), pending.end(), is_submit);
}

bool is_fresh(const std::filesystem::path& file) {
  struct stat facts{};
  if (::stat(file.c_str(), &facts) != 0) return false;
  const auto now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  const auto age_s = now - static_cast<double>(facts.st_mtime);
  return age_s >= 0 && age_s < kFresh_s;
}

/// Whether the answer could be kept: who may only read the directory asks Slurm each time.
bool keep(const std::filesystem::path& file, const std::vector<site::QueuedJob>& jobs) {
  try {
    os::write_file_durably(file, bytes_of(site::queue_text(jobs)));
    return true;
  } catch (const EnvironmentError&) {
    return false;
  }
}

}  // namespace

JobLook look_at_jobs(const std::filesystem::path& out, const store::State& state) {
  if (!was_submitted(out, state)) return {};
  const auto file = kept_file(out);
  try {
    if (is_fresh(file)) return {site::parse_queue(os::read_regular(file, kMostBytes).value_or("")), ""};
    const auto jobs = site::jobs_with(site::token_of(out), site::queued_jobs());
    [[maybe_unused]] const bool is_kept = keep(file, jobs);
    return {jobs, ""};
  } catch (const EnvironmentError& error) {
    return {{}, error.what()};
  }
}

}  // namespace espalier::cli
