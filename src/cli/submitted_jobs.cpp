// Asks squeue for the jobs of a directory by their comment, and keeps the answer for a minute.
#include "cli/submitted_jobs.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <string_view>

#include "cli/result_dir.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/os/durable_file.hpp"
#include "espalier/os/regular_file.hpp"
#include "espalier/site/batch_script.hpp"
#include "espalier/store/requests.hpp"

namespace espalier::cli {

namespace {

constexpr std::size_t kMostBytes = 1 << 20;
constexpr double kFresh_s = 60;
constexpr std::string_view kTrouble = "trouble: ";  // begins the line that is kept where Slurm could not be asked

std::filesystem::path kept_file(const std::filesystem::path& out) { return out / "logs" / "squeue"; }

template <class Requests>
bool has_submit(const Requests& requests) {
  return std::any_of(requests.begin(), requests.end(), [](const auto& one) { return one.verb == "submit"; });
}

/// Not older than a minute, nor than the last launch: what was pending before it runs now.
bool is_fresh(const std::filesystem::path& file, const store::State& state) {
  struct stat facts{};
  if (::stat(file.c_str(), &facts) != 0) return false;
  const auto now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  const auto kept = static_cast<double>(facts.st_mtim.tv_sec) + 1e-9 * static_cast<double>(facts.st_mtim.tv_nsec);
  const bool is_of_launch = state.segments.empty() || kept >= state.segments.back().time;
  return is_of_launch && now >= kept && now - kept < kFresh_s;
}

/// Whether the look could be kept: who may only read the directory asks Slurm each time.
bool keep(const std::filesystem::path& file, const JobLook& look) {
  const auto text = look.trouble.empty() ? site::queue_text(look.jobs) : std::string(kTrouble) + look.trouble + "\n";
  try {
    os::write_file_durably(file, bytes_of(text));
    return true;
  } catch (const EnvironmentError&) {
    return false;
  }
}

JobLook kept_look(const std::filesystem::path& file) {
  const auto text = os::read_regular(file, kMostBytes).value_or("");
  if (!text.starts_with(kTrouble)) return {site::parse_queue(text), ""};
  const auto line = text.substr(0, text.find('\n'));
  return {{}, line.substr(kTrouble.size())};
}

JobLook ask(const std::filesystem::path& out) {
  try {
    return {site::jobs_with(site::token_of(out), site::queued_jobs()), ""};
  } catch (const EnvironmentError& error) {
    return {{}, error.what()};
  }
}

}  // namespace

bool awaits_launch(const std::filesystem::path& out) { return has_submit(store::pending_requests(out)); }

bool was_submitted(const std::filesystem::path& out, const store::State& state) {
  return has_submit(state.requests) || awaits_launch(out);
}

void forget_jobs(const std::filesystem::path& out) {
  std::error_code none;  // absent: nothing to forget
  std::filesystem::remove(kept_file(out), none);
}

store::State read_submitted(const std::string& out) {
  const bool has_journal = std::filesystem::exists(std::filesystem::path(out) / "journal");
  return !has_journal && awaits_launch(out) ? store::State{} : read_brief(out);
}

JobLook look_at_jobs(const std::filesystem::path& out, const store::State& state) {
  if (!was_submitted(out, state)) return {};
  const auto file = kept_file(out);
  if (is_fresh(file, state)) {
    try {
      return kept_look(file);
    } catch (const EnvironmentError& error) {
      return {{}, error.what()};
    }
  }
  const auto look = ask(out);
  [[maybe_unused]] const bool is_kept = keep(file, look);
  return look;
}

}  // namespace espalier::cli
