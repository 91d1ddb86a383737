// Formats run counts, speed and time left from the replayed journal as one line.
#include "cli/progress_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "espalier/report/progress.hpp"

namespace espalier::cli {

namespace {

std::string bar(double part, double whole) {
  constexpr std::size_t kWidth = 24;
  const auto filled = std::min(kWidth, static_cast<std::size_t>(whole > 0 ? part * kWidth / whole : 0));
  return "[" + std::string(filled, '#') + std::string(kWidth - filled, '-') + "]";
}

std::int64_t unsuccessful(const report::StateCounts& runs) {
  return runs[task::RunState::failed] + runs[task::RunState::quarantined] + runs[task::RunState::aborted] +
         runs[task::RunState::cancelled];
}

}  // namespace

std::string progress_line(const store::State& state) {
  const auto progress = report::progress(state);
  const auto& runs = progress.runs;
  if (runs.total == 0) return "";
  const auto failed = unsuccessful(runs);
  const auto done = runs[task::RunState::done];
  const bool by_work = progress.work_s > 0;
  std::string line =
      by_work ? fmt::format("{} {:.0f} %  {}/{} runs", bar(progress.work_done_s, progress.work_s),
                            std::floor(100 * progress.work_done_s / progress.work_s), done, runs.total)
              : fmt::format("{} {}/{} runs", bar(static_cast<double>(done + failed), static_cast<double>(runs.total)),
                            done, runs.total);
  if (failed > 0) line += fmt::format("  {} unsuccessful", failed);
  if (!progress.running.empty()) line += fmt::format("  {} training", progress.running.size());
  if (progress.images_per_s > 0) line += fmt::format("  {:.0f} epoch-images/s", progress.images_per_s);
  if (progress.seconds_left && *progress.seconds_left >= 1)
    line += fmt::format("  about {} left", report::duration_text(*progress.seconds_left));
  return line;
}

std::string summary(const store::State& state) {
  const auto runs = report::progress(state).runs;
  std::string text = fmt::format("{} {}:", runs.total, runs.total == 1 ? "run" : "runs");
  const char* separator = " ";
  for (std::size_t i = 0; i < report::kStates; ++i) {
    const auto count = runs.of[i];
    if (count == 0) continue;
    text += fmt::format("{}{} {}", separator, count, task::name_of(static_cast<task::RunState>(i)));
    separator = ", ";
  }
  if (runs.total == 0) text += " none";
  std::set<std::string> waiting;
  for (const auto& entry : state.runs) {
    if (entry.current && !entry.run.waits_for.empty()) waiting.insert(entry.run.experiment);
  }
  for (const auto& experiment : waiting) text += fmt::format("\n  '{}' waits for selections", experiment);
  return text;
}

}  // namespace espalier::cli
