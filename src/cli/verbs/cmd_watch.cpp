// espalier watch DIR: shows how far a study is while it runs, until it ends.
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <thread>

#include "cli/lock_probe.hpp"
#include "cli/progress_line.hpp"
#include "cli/shard_progress.hpp"
#include "cli/study_end.hpp"
#include "cli/text_table.hpp"
#include "cli/watch_frame.hpp"
#include "espalier/cli/commands.hpp"
#include "espalier/core/utf8.hpp"
#include "espalier/store/journal.hpp"

namespace espalier::cli {
namespace {

constexpr double kLook_s = 1;

/// Draws frames over each other on a terminal.
class Screen {
 public:
  void draw(const std::vector<std::string>& lines) {
    winsize size{};
    const bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 && size.ws_row > 1;
    const std::size_t most = known ? size.ws_row - 1U : lines.size();
    std::string text = drawn_ > 0 ? fmt::format("\x1b[{}A\r\x1b[J", drawn_) : "";
    drawn_ = std::min(most, lines.size());
    for (std::size_t i = 0; i < drawn_; ++i) {
      const auto line = without_controls(lines[i]);
      text += (known ? cut_to_width(line, size.ws_col - 1U) : line) + "\n";
    }
    std::fputs(text.c_str(), stdout);
    std::fflush(stdout);
  }

 private:
  std::size_t drawn_ = 0;
};

/// Shows a state, on a terminal or line by line.
class Watcher {
 public:
  explicit Watcher(const std::string& path) : path_(path), is_terminal_(out_is_terminal()) {}

  void show(const store::State& state) {
    const auto launch = launch_state(state, probe_lock(path_));
    if (is_terminal_) return screen_.draw(with_shards(watch_frame(state, launch), state));
    const auto milestone = watch_milestone(state, launch);
    if (milestone == shown_) return;
    shown_ = milestone;
    const auto line = progress_line(state);
    fmt::print("{}\n", line.empty() ? launch : line);
    std::fflush(stdout);
  }

  /// The last frame; elsewhere than on a terminal how it ended and the best settings, once.
  void end(const store::State& state) {
    if (is_terminal_) return show(state);
    for (const auto& line : with_shards(watch_frame(state, launch_state(state, probe_lock(path_))), state))
      fmt::print("{}\n", line);
  }

 private:
  std::vector<std::string> with_shards(std::vector<std::string> lines, const store::State& state) const {
    for (const auto& shard : shard_progress(path_, state)) {
      auto line = shard_line(shard);
      while (!line.empty() && line.back() == '\n') line.pop_back();
      lines.push_back(std::move(line));
    }
    return lines;
  }

  const std::string& path_;
  bool is_terminal_;
  std::string shown_;
  Screen screen_;
};

}  // namespace

std::int32_t watch(const std::string& path) {
  Watcher watcher(path);
  auto last = read_submitted(path);  // refuses what is no directory of a study
  store::JournalTail tail(path, store::Detail::brief);
  while (goes_on(path, last, look_at_jobs(path, last))) {
    do {
      tail.advance();
      watcher.show(tail.state());
      std::this_thread::sleep_for(std::chrono::duration<double>(kLook_s));
    } while (goes_on(path, tail.state(), look_at_jobs(path, tail.state())));
    last = read_submitted(path);  // what the launch wrote before it let the directory go
  }
  watcher.end(last);
  return code_of_end(path, last);
}

void add_watch(CLI::App& app, int& exit_code) {
  auto path = std::make_shared<std::string>();
  CLI::App* verb =
      app.add_subcommand("watch", "how far a study is while it runs, until it ends; the exit code is the study's");
  verb->add_option("DIR", *path, "what 'run --out' was given")->required();
  verb->callback([path, &exit_code] { exit_code = watch(*path); });
}

}  // namespace espalier::cli
