// Runs rank 0's loop over MPI, the process's signals and the real clock.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include "espalier/runtime/heartbeats.hpp"
#include "espalier/runtime/launch.hpp"
#include "espalier/runtime/signals.hpp"
#include "runtime/busy.hpp"
#include "runtime/launch/backoff.hpp"
#include "runtime/launch/supervisor_watch.hpp"
#include "runtime/rank0/scheduler_loop.hpp"

namespace espalier::runtime {

namespace {

/// For tests: the loop hangs once the file that ESPALIER_HANG_LOOP names is there; the file goes, so that the next
/// launch does not.
void hang_if_asked() {
  const char* file = std::getenv("ESPALIER_HANG_LOOP");
  std::error_code none;
  if (!file || !std::filesystem::remove(file, none)) return;
  for (;;) ::pause();
}

constexpr double kLongestStep_s = 2;  ///< between two looks at the clock

class MpiWorld final : public LoopWorld {
 public:
  explicit MpiWorld(const std::string& supervisor) : supervisor_(supervisor) {}

  std::optional<mpi::Packet> receive() override { return mailbox_.receive(); }
  void send(WorkerId to, std::string frames) override { mailbox_.send(to.rank, std::move(frames)); }
  void advance() override { mailbox_.advance(); }
  double now() override { return clock_.advance(now_s()); }
  bool stop_wanted() override {
    const int signal = stop_signal();
    if (signal != 0 && !std::exchange(signal_said_, true)) say_signalled(signal);
    return signal != 0;
  }
  std::string trouble() override {
    hang_if_asked();
    return supervisor_.look(now_s());
  }
  void pause(bool received) override {
    if (received) backoff_.busy();
    else backoff_.wait();
  }

 private:
  mpi::Mailbox mailbox_;
  Backoff backoff_;
  WatchedClock clock_{kLongestStep_s};
  SupervisorWatch supervisor_;
  bool signal_said_ = false;
};

}  // namespace

int run_scheduler(mpi::Session& session, const LaunchOptions& options, const Replan& replan) {
  int code = 0;
  int missing = 0;
  {
    const Busy start("the start");
    MpiWorld world(options.supervisor);
    SchedulerLoop loop(session.size() - 1, options, replan, world);
    say_begun();
    try {
      code = loop.run();
    } catch (const std::exception&) {
      loop.dismiss();
      throw;
    }
    missing = loop.missing();
  }
  say_ended(code);
  if (missing > 0) mpi::Session::abort(code);  // the others would wait for ever for agents that do not answer
  session.finish();
  return code;
}

}  // namespace espalier::runtime
