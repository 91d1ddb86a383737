// Tells apart why Slurm ended a start of a job, and stops a job that is put back without end.
#include "cli/job_starts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "espalier/core/errors.hpp"
#include "espalier/core/whole_number.hpp"
#include "espalier/os/host.hpp"
#include "espalier/runtime/signals.hpp"
#include "espalier/session/rank.hpp"
#include "espalier/site/job_end.hpp"
#include "espalier/store/requests.hpp"

namespace espalier::cli {

namespace {

constexpr const char* kVerb = "job-end";
constexpr std::int64_t kEnding_s = 5;  // of a job's warning time; the rest is to save in

/// job, restart, cause
using Ends = std::vector<std::vector<std::string>>;

/// Those that are journaled, and those that wait for the next launch.
Ends known_ends(const store::State& state, const std::filesystem::path& out) {
  Ends ends;
  const auto take = [&](const auto& requests) {
    for (const auto& one : requests) {
      if (one.verb == kVerb && one.targets.size() == 3) ends.push_back(one.targets);
    }
  };
  take(state.requests);
  take(store::pending_requests(out));
  return ends;
}

/// This process's job as Slurm counts it: the writer of the journal may count its predecessors, too.
struct OwnJob {
  std::string id;
  std::int64_t restart = 0;
};

OwnJob own_job() {
  const char* restarts = std::getenv("SLURM_RESTART_COUNT");
  return {session::job_of_environment(), whole_number<std::int64_t>(restarts ? restarts : "").value_or(0)};
}

/// The first journal segment that a start of this job from `restart` on has written; 0: none.
std::uint32_t first_segment(const store::State& earlier, const store::WriterIdentity& who, std::uint32_t restart) {
  for (const auto& start : earlier.segments) {
    if (start.job == who.job && start.restart >= restart) return start.segment;
  }
  return 0;
}

/// Whether `submit` has ever given OUT to Slurm as this job.
bool was_submitted_as(const std::string& job, const store::State& state, const std::filesystem::path& out) {
  const auto has = [&](const auto& requests) {
    return std::any_of(requests.begin(), requests.end(), [&](const auto& one) {
      return one.verb == "submit" && std::find(one.targets.begin(), one.targets.end(), job) != one.targets.end();
    });
  };
  return has(state.requests) || has(store::pending_requests(out));
}

}  // namespace

std::optional<std::uint32_t> restarts_of(const std::string& job, const store::SegmentStart& newest,
                                         const store::State& state, const std::filesystem::path& out) {
  const bool is_successor = !was_submitted_as(job, state, out) && was_submitted_as(newest.job, state, out);
  if (newest.job == job || is_successor) return newest.restart;
  return std::nullopt;
}

void refuse_restarts_without_progress(const store::State& earlier, const store::WriterIdentity& who) {
  const bool is_over = earlier.last_exit == 0 || earlier.last_exit == 1;
  if (who.job.empty() || who.restart < kMostIdleStarts || is_over) return;
  const auto first = first_segment(earlier, who, who.restart - kMostIdleStarts);
  if (first != 0 && store::has_progress_since(earlier, first)) return;
  throw EnvironmentError(
      fmt::format("job {} was put back {} times, and its last {} starts have brought nothing", who.job, who.restart,
                  kMostIdleStarts),
      first == 0 ? "none of them has come to its first record"
                 : "each ended before a training step, a checkpoint or a measurement was recorded",
      fmt::format(
          "See OUT/logs/job-{}.out for how they ended. 'espalier submit' begins anew: with a longer --time where "
          "one step takes longer than what is left before the warning.",
          who.job));
}

void note_lost_start(const store::State& earlier, const std::filesystem::path& out, const store::WriterIdentity& who) {
  if (who.job.empty() || earlier.segments.empty() || earlier.last_exit >= 0) return;
  const auto& last = earlier.segments.back();
  if (last.job != who.job || last.restart >= who.restart) return;
  const auto restart = std::to_string(last.restart);
  const auto ends = known_ends(earlier, out);
  const bool is_known =
      std::any_of(ends.begin(), ends.end(), [&](const auto& end) { return end[0] == who.job && end[1] == restart; });
  if (!is_known) store::leave_request(out, kVerb, 0, {who.job, restart, site::kLost});
}

/// A disk that is full must not hide how the launch ended.
bool note_end(const std::filesystem::path& out, const store::WriterIdentity& who, int signal, double warned_s) {
  const bool is_warned = runtime::is_warning(signal);
  if (who.job.empty()) return is_warned;
  const auto job = own_job();
  const auto facts = site::slurm_job(job.id);
  const auto cause = site::cause_of_end(facts, job.restart, static_cast<std::int64_t>(warned_s) + kEnding_s);
  try {
    store::leave_request(out, kVerb, 0, {who.job, std::to_string(who.restart), cause});
  } catch (const EnvironmentError& error) {
    fmt::print(stderr, "espalier: warning: that the job was ended ({}) is not kept: {}\n", cause, error.what());
  }
  return site::comes_back(facts, cause, is_warned);
}

runtime::JobHealth job_health() {
  const auto job = own_job();
  const auto over = site::why_over(site::slurm_job(job.id), job.id, job.restart);
  if (!over.empty()) return {over, true};
  const auto nodes = os::nodes_of_job();
  return {nodes > 1 ? site::node_trouble(job.id, nodes) : "", false};
}

std::string ends_text(const store::State& state, const std::filesystem::path& out) {
  std::string text, job;
  for (const auto& end : known_ends(state, out)) {
    text += end[0] == job ? "; " : fmt::format("{}job {}, ", text.empty() ? "" : "; ", end[0]);
    text += fmt::format("start {}: {}", end[1], end[2]);
    job = end[0];
  }
  return text;
}

}  // namespace espalier::cli
