// Starts the child that writes the view, tells it when to write, and checks how it ends.
#include "runtime/rank0/view_keeper.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <thread>
#include <utility>

#include "espalier/core/errors.hpp"
#include "espalier/process/frame_socket.hpp"
#include "espalier/process/launch.hpp"
#include "runtime/busy.hpp"
#include "runtime/launch/backoff.hpp"

namespace espalier::runtime {

namespace {

std::vector<std::string> following(std::vector<std::string> command, const std::filesystem::path& out) {
  if (command.empty()) return command;
  command.push_back(out.string());
  command.emplace_back("--follow");
  return command;
}

}  // namespace

ViewKeeper::ViewKeeper(std::vector<std::string> command, const std::filesystem::path& out, double every_s, double now)
    : out_(out), command_(following(std::move(command), out)), every_s_(every_s), next_(now + every_s) {}

ViewKeeper::~ViewKeeper() { kill_child(); }

void ViewKeeper::kill_child() {
  if (child_ <= 0) return;
  kill(child_, SIGKILL);
  waitpid(child_, nullptr, 0);
  child_ = 0;
}

void ViewKeeper::tick(double now, std::uint64_t records) {
  if (command_.empty()) return;
  if (reap() && failed_) seen_ = 0;  // what it was asked for may not be written
  if (now < next_ || records == seen_) return;
  next_ = now + every_s_;
  if (child_ <= 0 && !start()) return;
  if (tell("write\n")) seen_ = records;
}

/// Starts a child; false, with a line in the log, where that is impossible now.
bool ViewKeeper::start() {
  try {
    auto ends = process::make_socket_pair();
    process::ProcessOptions options;
    options.argv = command_;
    options.descriptors = {{ends.theirs.get(), STDIN_FILENO}};
    // Launchers pass some on to all that a rank has started, and Slurm sends SIGTERM to every process of a job.
    options.blocked = {SIGUSR1, SIGUSR2, SIGTERM};
    options.death_signal = SIGKILL;
    child_ = process::launch(options);
    words_ = std::move(ends.ours);
    return true;
  } catch (const EnvironmentError& error) {
    return fails(error.what());
  }
}

/// Returns false.
bool ViewKeeper::fails(const std::string& why) {
  why_ = why;
  spdlog::error("results.h5 cannot be written now: {}", why);
  return false;
}

/// False where the child has gone, or has not read for so long that no more words fit.
bool ViewKeeper::tell(const std::string& word) {
  const auto sent = send(words_.get(), word.data(), word.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  return sent == static_cast<ssize_t>(word.size());
}

/// Reaps the child if it has ended; returns true when none is running.
bool ViewKeeper::reap() {
  if (child_ <= 0) return true;
  int status = 0;
  if (waitpid(child_, &status, WNOHANG) != child_) return false;
  child_ = 0;
  words_.close();
  const auto exit = process::exit_of(status);
  failed_ = exit.code != 0;
  if (failed_) fails(fmt::format("its writer ended with exit code {}", exit.code));
  return true;
}

bool ViewKeeper::finish(double patience_s) {
  if (command_.empty()) return true;
  const Busy view("the final view");
  const double deadline = now_s() + patience_s;
  const bool is_written = finish_once(deadline) || (now_s() < deadline && finish_once(deadline));
  if (is_written) return true;
  // The supervisor shows such lines; this one is the last of the launch.
  fmt::print(stderr,
             "espalier: results.h5 is not up to date ({}). The journal is whole: 'espalier view {}' writes it.\n", why_,
             out_.string());
  return false;
}

bool ViewKeeper::finish_once(double deadline) {
  if (reap() && !start()) return false;
  if (!tell("finish\n")) kill(child_, SIGKILL);
  while (!reap()) {
    if (now_s() > deadline) {
      kill_child();
      return fails("writing it takes too long now");
    }
    note_step();  // the child has a deadline of its own
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return !failed_;
}

}  // namespace espalier::runtime
