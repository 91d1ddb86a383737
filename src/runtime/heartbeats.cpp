// Writes heartbeats to standard output as long as the main thread gets on and somebody takes them.
#include "espalier/runtime/heartbeats.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <string>

#include "runtime/busy.hpp"
#include "runtime/launch/launch_words.hpp"

namespace espalier::runtime {

namespace {

std::atomic<bool> has_heartbeats{false};

/// Nothing is written where that would wait: a stopped launcher must not stop rank 0.
void write_if_taken(const std::string& bytes, int descriptor = STDOUT_FILENO) {
  pollfd output{descriptor, POLLOUT, 0};
  if (poll(&output, 1, 0) != 1 || (output.revents & POLLOUT) == 0) return;
  [[maybe_unused]] const auto written = write(descriptor, bytes.data(), bytes.size());
}

/// Not by the log, which is the main thread's.
void say_hang(const ProgressWatch& watch) {
  write_if_taken(fmt::format("espalier: warning: rank 0 has been busy with {} for {} s; it sends no heartbeat until "
                             "that ends\n",
                             watch.busy_with(), watch.silent_s()),
                 STDERR_FILENO);
}

void say(const std::string& word) {
  if (has_heartbeats) write_if_taken(kWord + word + "\n");
}

}  // namespace

Heartbeats::Heartbeats() {
  has_heartbeats = true;
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);  // signals are for the main thread
  thread_ = std::thread([this] { beat(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

Heartbeats::~Heartbeats() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  ends_.notify_one();
  thread_.join();
  has_heartbeats = false;
}

void Heartbeats::beat() {
  std::unique_lock lock(mutex_);
  ProgressWatch watch;
  bool is_said = false;
  while (!over_) {
    const bool gets_on = watch.gets_on(look_at_self());
    if (gets_on) write_if_taken({kHeartbeat, '\n'});
    else if (!is_said) say_hang(watch);
    is_said = !gets_on;
    ends_.wait_for(lock, std::chrono::seconds(1));
  }
}

/// With a heartbeat, so that silence counts from here even where no earlier one has arrived.
void say_begun() {
  if (has_heartbeats) write_if_taken(std::string{kHeartbeat, '\n', kWord} + "begun\n");
}

void say_ended(int exit_code) { say("ended " + std::to_string(exit_code)); }

void say_signalled(int signal) { say("signal " + std::to_string(signal)); }

void say_refused(int exit_code) { write_if_taken(kWord + ("refused " + std::to_string(exit_code) + "\n")); }

}  // namespace espalier::runtime
