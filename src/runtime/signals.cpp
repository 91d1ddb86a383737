// Installs the signal handlers of rank 0, of the agents, and of `run` before its first launch.
#include "espalier/runtime/signals.hpp"

#include <signal.h>
#include <unistd.h>

#include <csignal>
#include <initializer_list>

namespace espalier::runtime {

namespace {

constexpr std::initializer_list<int> kWarnings = {SIGUSR1, SIGUSR2};
volatile std::sig_atomic_t noted = 0, code_at_warning = 0;

void note(int number) {
  if (noted == 0) noted = number;
}

void exit_now(int) { _exit(code_at_warning); }

void handle(int number, void (*handler)(int)) {
  struct sigaction action{};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigaction(number, &action, nullptr);
}

}  // namespace

void catch_stop_signals() {
  for (const int number : {SIGUSR1, SIGUSR2, SIGTERM, SIGINT}) handle(number, note);
}

void ignore_stop_signals() {
  for (const int number : {SIGUSR1, SIGUSR2, SIGINT, SIGTERM}) handle(number, SIG_IGN);
}

int stop_signal() { return noted; }

bool is_warning(int signal) { return signal == SIGUSR1 || signal == SIGUSR2; }

void exit_at_warning(int code) {
  code_at_warning = code;
  for (const int number : kWarnings) handle(number, exit_now);
}

}  // namespace espalier::runtime
