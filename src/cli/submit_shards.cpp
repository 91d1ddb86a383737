// Writes the three scripts of a study in shards and submits each behind the one before.
#include "cli/submit_shards.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "espalier/core/errors.hpp"
#include "espalier/core/log.hpp"
#include "espalier/os/durable_file.hpp"
#include "espalier/site/slurm.hpp"

namespace espalier::cli {

namespace {

constexpr double kHour_s = 3600;

struct Named {
  const char* name;
  const std::string* script;
};

std::vector<Named> in_order(const site::ShardScripts& scripts) {
  return {{"job-first.sh", &scripts.first}, {"job-shards.sh", &scripts.shards}, {"job-last.sh", &scripts.last}};
}

void take_back(const std::vector<std::string>& jobs) {
  if (jobs.empty()) return;
  try {
    site::cancel(jobs);
  } catch (const EnvironmentError& error) {
    log::warn(fmt::format("job {} stays submitted: {}", fmt::join(jobs, ", "), error.what()));
  }
}

}  // namespace

void refuse_shards(const site::Profile& profile) {
  if (profile.requeue != site::Requeue::submit) return;
  throw UsageError(fmt::format("shards cannot be submitted to the site '{}'", profile.name),
                   "its jobs submit their successors, which the jobs behind them would not wait for",
                   "Submit without --shards, or write requeue = \"scontrol\" where that is allowed.");
}

std::string cut_text(const KeptCut& cut, std::int32_t devices) {
  const auto hours = [&](const plan::ShardWork& one) { return one.seconds / kHour_s / devices; };
  const auto [least, most] = std::minmax_element(
      cut.shards.begin() + 1, cut.shards.end(),
      [](const plan::ShardWork& left, const plan::ShardWork& right) { return left.seconds < right.seconds; });
  return fmt::format("{} shards of {:.2f} to {:.2f} h on {} devices each, behind {:.2f} h of what several need\n",
                     cut.shards.size() - 1, hours(*least), hours(*most), devices, hours(cut.shards.front()));
}

std::string scripts_text(const site::ShardScripts& scripts) {
  std::string text;
  for (const auto& [name, script] : in_order(scripts)) {
    const auto behind = text.empty() ? "" : ", submitted with --dependency=afterany:<the job above>";
    text += fmt::format("{}### {}{}\n{}", text.empty() ? "" : "\n", name, behind, *script);
  }
  return text;
}

std::vector<std::string> submit_all(const site::ShardScripts& scripts, const std::filesystem::path& out) {
  std::filesystem::create_directories(out / "logs");
  std::vector<std::string> jobs;
  for (const auto& [name, script] : in_order(scripts)) {
    const auto file = out / "logs" / name;
    os::write_file_durably(file, bytes_of(*script));
    std::vector<std::string> behind;
    if (!jobs.empty()) behind.push_back("--dependency=afterany:" + jobs.back());
    try {
      jobs.push_back(site::submit(file, behind));
    } catch (const EnvironmentError&) {
      take_back(jobs);
      throw;
    }
  }
  return jobs;
}

}  // namespace espalier::cli
