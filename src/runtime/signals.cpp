// Installs the signal handlers of rank 0 and of the agents.
#include "espalier/runtime/signals.hpp"

#include <signal.h>

#include <csignal>
#include <initializer_list>

namespace espalier::runtime {

namespace {

volatile std::sig_atomic_t wanted = 0, time_is_up = 0;

void note(int) { wanted = 1; }
void note_end(int) { time_is_up = 1; }

void handle(int number, void (*handler)(int)) {
  struct sigaction action{};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigaction(number, &action, nullptr);
}

}  // namespace

void catch_stop_signals() {
  for (const int number : {SIGUSR2, SIGTERM, SIGINT}) handle(number, note);
  handle(SIGUSR1, note_end);
}

void ignore_stop_signals() {
  for (const int number : {SIGUSR1, SIGUSR2, SIGINT, SIGTERM}) handle(number, SIG_IGN);
}

bool stop_wanted() { return wanted != 0; }

bool stop_time_is_up() { return time_is_up != 0; }

}  // namespace espalier::runtime
