// What every rank but 0 runs: the agent's state machine between MPI, its trainer and the clock.
#include "espalier/runtime/agent.hpp"

#include <sched.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>
#include <string>
#include <utility>

#include "espalier/core/errors.hpp"
#include "espalier/os/host.hpp"
#include "espalier/process/child.hpp"
#include "runtime/agent/agent_core.hpp"
#include "runtime/agent/group_exchange.hpp"
#include "runtime/launch/backoff.hpp"

namespace espalier::runtime {

namespace {

class AgentLoop {
 public:
  explicit AgentLoop(AgentIdentity identity) : identity_(identity), core_(std::move(identity)) {}
  /// Returns once the agent has left; all messages are delivered then.
  void run();

 private:
  bool serve_mpi();
  bool serve_trainer();
  void reap_trainer();
  void send_all();
  void leave();

  void tell(AgentEvent event);
  void obey(TellRank0&& command) { outbox_ += command.frames; }
  void obey(TellTrainer&& command) { trainer_.socket().send(command.frames); }
  void obey(StartTrainer&& command);
  void obey(KillTrainer);
  void obey(CloseTrainerSocket) { trainer_.socket().close(); }
  void obey(JoinGroup&& command) { exchange_.emplace(command.group, identity_.host_key); }
  void obey(ShareBuffer&& command) { exchange_->add(command.buffer, trainer_.process()); }
  void obey(ReduceBuffer&& command) { exchange_->reduce(command.request); }
  void obey(TakePart&& command) { exchange_->take(std::move(command.part)); }
  void obey(LeaveGroup);
  void obey(LogError&& command);
  void obey(LeaveLaunch&& command) { last_frames_ = std::move(command.last_frames); }
  void send_sums();

  AgentIdentity identity_;
  AgentCore core_;
  mpi::Mailbox mailbox_;
  process::Child trainer_;
  std::int64_t memory_kills_ = 0;          ///< when the trainer started
  char state_ = 0;                         ///< of the trainer when it was to be killed
  std::optional<GroupExchange> exchange_;  ///< of the bundle in hand, if a group has it
  std::string outbox_;                     ///< for rank 0
  std::optional<std::string> last_frames_;
};

void AgentLoop::run() {
  tell(AgentStarted{});
  Backoff backoff;
  while (!last_frames_) {
    const bool received = serve_mpi();
    const bool heard = serve_trainer();
    reap_trainer();
    tell(AgentTick{});
    send_all();
    if (exchange_ && exchange_->in_flight()) sched_yield();  // MPI makes progress only inside its calls
    else if (received || heard) backoff.busy();
    else backoff.wait(trainer_.socket().descriptor());
  }
  leave();
}

bool AgentLoop::serve_mpi() {
  bool any = false;
  while (const auto packet = mailbox_.receive()) {
    any = true;
    std::size_t at = 0;
    while (auto frame = process::next_frame(packet->bytes, at)) tell(MessageReceived{std::move(*frame)});
    if (at != packet->bytes.size()) throw CorruptionError("a packet of rank 0 ends in half a frame");
  }
  return any;
}

bool AgentLoop::serve_trainer() {
  const bool was_open = trainer_.socket().is_open();
  bool any = false;
  try {
    trainer_.socket().flush();
    while (auto frame = trainer_.socket().receive()) {
      any = true;
      tell(TrainerSpoke{std::move(*frame)});
    }
  } catch (const CorruptionError& error) {
    tell(TrainerGarbled{error.what()});
  } catch (const EnvironmentError& error) {
    tell(MemoryRefused{error.what()});
  }
  if (was_open && !trainer_.socket().is_open()) tell(TrainerSocketClosed{});
  return any;
}

void AgentLoop::reap_trainer() {
  const auto exit = trainer_.reap();
  if (!exit) return;
  tell(TrainerEnded{});
  serve_trainer();  // what it sent before it ended counts
  auto log_tail = trainer_.log_tail();
  trainer_ = {};
  tell(TrainerReaped{*exit, std::move(log_tail), os::memory_kills() > memory_kills_, std::exchange(state_, 0)});
}

void AgentLoop::send_all() {
  send_sums();
  mailbox_.send(0, std::exchange(outbox_, {}));
  mailbox_.advance();
}

void AgentLoop::leave() {
  trainer_.socket().close();
  trainer_ = {};
  mailbox_.send(0, std::move(*last_frames_));
  Backoff backoff;
  while (!mailbox_.advance()) backoff.wait();
}

void AgentLoop::tell(AgentEvent event) {
  for (auto& command : core_.on(std::move(event), now_s())) {
    std::visit([this](auto& one) { obey(std::move(one)); }, command);
  }
}

void AgentLoop::obey(StartTrainer&& command) {
  const auto number = std::to_string(identity_.worker.rank);
  process::ChildOptions options;
  options.argv = {command.program, "--socket", std::to_string(process::kChildSocket)};
  options.environment = {"OMP_NUM_THREADS=" + std::to_string(command.threads),
                         "ESPALIER_WORKER=" + number,
                         "OMP_PROC_BIND=false",
                         "KMP_AFFINITY=disabled",  // a site's would put all trainers on one core
                         "ESPALIER_SLOT=" + std::to_string(identity_.slot),
                         "GLIBC_TUNABLES=glibc.malloc.hugetlb=1"};  // large pages where the kernel gives them
  options.log = command.log_dir + "/worker-" + number + ".log";
  memory_kills_ = os::memory_kills();
  trainer_ = process::Child::start(options);
}

void AgentLoop::obey(KillTrainer) {
  state_ = process::state_of(trainer_.process());
  trainer_.kill();
}

void AgentLoop::obey(LeaveGroup) {
  send_sums();
  exchange_.reset();
}

void AgentLoop::obey(LogError&& command) { spdlog::error("{}", command.text); }

void AgentLoop::send_sums() {
  if (!exchange_) return;
  for (const auto& message : exchange_->take_messages()) {
    mailbox_.send(message.to.rank, std::visit([](const auto& what) { return frame::encode(what); }, message.what));
  }
  for (const auto number : exchange_->take_done()) {
    trainer_.socket().send_message(protocol::Reduced{exchange_->id(), number});
  }
}

}  // namespace

void run_agent(mpi::Session& session) {
  AgentLoop({WorkerId{session.rank()}, os::host_name(), getpid(), this_host_key(), session.slot()}).run();
  // Rank 0 finishes after the final view, which has ten minutes. One that has failed never does.
  constexpr unsigned kFinish_s = 15 * 60;
  ::alarm(kFinish_s);
  session.finish();
}

}  // namespace espalier::runtime
