// links: protocol process
// A trainer without LibTorch that sleeps in place of training, for bench/cluster.py: every task takes SLEEP_S seconds.
// Started by agents as espalier-trainer is: `bench_sleeping_trainer --socket N`.
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string_view>

#include "espalier/process/frame_socket.hpp"
#include "espalier/process/launch.hpp"
#include "espalier/protocol/control.hpp"
#include "espalier/protocol/progress.hpp"

using namespace espalier;
using Clock = std::chrono::steady_clock;

namespace {

constexpr double kHeartbeat_s = 0.5;  // trainers send one at least every second

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

void sleep_for(process::FrameSocket& socket, const protocol::TaskAssignment& one, double seconds) {
  const auto begin = Clock::now();
  socket.send_message(protocol::Started{one.fence, one.task.id, {}});
  for (double told_s = 0, now_s = 0; (now_s = seconds_since(begin)) < seconds;) {
    if (now_s - told_s >= kHeartbeat_s) {
      told_s = now_s;
      socket.send_message(protocol::Progress{one.fence, one.task.id, {}, 0});
    }
    const double next_s = std::min(seconds, told_s + kHeartbeat_s) - now_s;
    const auto nanoseconds = std::max<long>(0, static_cast<long>(1e9 * next_s));
    const timespec pause{nanoseconds / 1'000'000'000, nanoseconds % 1'000'000'000};
    nanosleep(&pause, nullptr);
  }
  socket.send_message(protocol::Ended{one.fence, one.task.id, task::End::done, "", seconds_since(begin), 0, "asleep"});
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3 || std::string_view(argv[1]) != "--socket") return 2;
  const char* named = std::getenv("SLEEP_S");
  const double seconds = named ? std::atof(named) : 1;
  process::die_with_parent();
  for (const int number : {SIGTERM, SIGINT, SIGUSR1, SIGUSR2}) std::signal(number, SIG_IGN);
  process::FrameSocket socket{os::Descriptor(std::atoi(argv[2]))};
  while (socket.is_open()) {
    const auto frame = socket.receive();
    if (!frame) {
      if (socket.is_open()) socket.wait(-1);
    } else if (frame->is<protocol::Shutdown>() || frame->is<protocol::Stop>()) {
      return 0;
    } else if (frame->is<protocol::Bundle>()) {
      for (const auto& one : frame->as<protocol::Bundle>().tasks) sleep_for(socket, one, seconds);
    }
  }
  return 0;
}
