// Starts the `repair` child when it is due and the journal has grown, and waits for it at the end.
#include "runtime/view_keeper.hpp"

#include <signal.h>
#include <spdlog/spdlog.h>
#include <sys/wait.h>

#include <chrono>
#include <thread>

#include "espalier/process/launch.hpp"
#include "runtime/pace.hpp"

namespace espalier::runtime {

ViewKeeper::ViewKeeper(std::vector<std::string> command, double every_s)
    : command_(std::move(command)), every_s_(every_s), next_(now_s() + every_s) {}

ViewKeeper::~ViewKeeper() {
  if (child_ <= 0) return;
  kill(child_, SIGKILL);
  waitpid(child_, nullptr, 0);
}

void ViewKeeper::tick(double now, std::uint64_t records) {
  if (!reap() || command_.empty() || now < next_ || records == seen_) return;
  seen_ = records;
  next_ = now + every_s_;
  start();
}

void ViewKeeper::start() {
  process::LaunchOptions options;
  options.argv = command_;
  options.death_signal = SIGKILL;
  child_ = process::launch(options);
}

/// Reaps the child if it has ended; returns true when none is running.
bool ViewKeeper::reap() {
  if (child_ <= 0) return true;
  int status = 0;
  if (waitpid(child_, &status, WNOHANG) != child_) return false;
  child_ = 0;
  if (const auto exit = process::exit_of(status); exit.code != 0) {
    spdlog::error("rebuilding the store ended with exit code {}; the journal is whole", exit.code);
  }
  return true;
}

bool ViewKeeper::wait_until(double deadline) {
  while (!reap()) {
    if (now_s() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

void ViewKeeper::finish(double patience_s) {
  const double deadline = now_s() + patience_s;
  if (command_.empty() || !wait_until(deadline)) return;
  start();
  if (!wait_until(deadline)) spdlog::warn("rebuilding the store takes too long now; 'espalier repair' does it later");
}

}  // namespace espalier::runtime
