// The agent's dealings with its trainer: starts it, passes messages on, watches it, reports why it ended.
#include <signal.h>
#include <spdlog/spdlog.h>

#include <cstdlib>

#include "espalier/core/errors.hpp"
#include "runtime/agent_state.hpp"

namespace espalier::runtime {

namespace {
constexpr double kLeaveGrace_s = 5;  ///< from closing its socket until a trainer that has not ended is killed

/// The index of this worker on its machine, which chooses its GPU; without mpirun's variable, the worker's number.
std::string slot_of(const std::string& worker) {
  const char* local = std::getenv("OMPI_COMM_WORLD_LOCAL_RANK");
  return local ? local : worker;
}

}  // namespace

void Agent::start_trainer() {
  const auto number = std::to_string(worker_.rank);
  process::ChildOptions options;
  options.argv = {setup_.trainer, "--socket", std::to_string(process::kChildSocket)};
  options.environment = {"OMP_NUM_THREADS=" + std::to_string(setup_.threads), "ESPALIER_WORKER=" + number,
                         "ESPALIER_SLOT=" + slot_of(number),
                         "GLIBC_TUNABLES=glibc.malloc.hugetlb=1"};  // large pages where the kernel gives them
  options.log = setup_.log_dir + "/worker-" + number + ".log";
  trainer_ = process::Child::start(options);
  closed_ = 0;
  hung_ = false;
  for (const auto& frame : greeting_) trainer_.socket().send(frame);
}

void Agent::hand_next() {
  if (in_hand_ || queue_.empty() || burying_ || disbanded_) return;
  // A trainer that is about to be reaped gets no bundle: its loss would be charged to the bundle's task.
  if (trainer_.is_running() && !trainer_.socket().is_open()) return;
  if (!trainer_.is_running()) start_trainer();
  in_hand_ = std::move(queue_.front());
  queue_.pop_front();
  heard_ = now_s();
  if (in_hand_->group.id != 0) {
    exchange_.emplace(in_hand_->group);
  }
  trainer_.socket().send(in_hand_->frame);
  if (const auto early = early_.extract(in_hand_->group.id)) {
    for (auto& frame : early.mapped()) take_from_peer(std::move(frame));
  }
}

bool Agent::listen() {
  bool any = false;
  try {
    trainer_.socket().flush();
    while (const auto frame = trainer_.socket().receive()) {
      any = true;
      pass_on(*frame);
    }
  } catch (const CorruptionError& error) {
    spdlog::error("the trainer sent what is not a message: {}", error.what());
    trainer_.kill();
    trainer_.socket().close();
  } catch (const EnvironmentError& error) {  // of its shared memory: the trainer has just ended, or it is refused
    spdlog::error("{}", error.what());
    trainer_.kill();
    trainer_.socket().close();
  }
  return any;
}

/// Passes a message of the trainer to rank 0 unchanged.
void Agent::pass_on(const process::RawFrame& frame) {
  heard_ = now_s();
  if (frame.is<protocol::SharedBuffer>() || frame.is<protocol::Reduce>()) return take_from_group(frame);
  if (leads()) outbox_ += frame.bytes;
  if (!frame.is<protocol::Ended>()) return;
  const auto ended = frame.as<protocol::Ended>();
  if (in_hand_) std::erase(in_hand_->tasks, protocol::Held{ended.task, ended.fence});
  if (in_hand_ && in_hand_->tasks.empty()) {
    end_group();
    in_hand_.reset();
  }
  hand_next();
}

void Agent::watch() {
  if (!trainer_.is_running()) return;
  if (const auto exit = trainer_.reap()) {
    burying_ = true;
    listen();  // messages sent before it ended count
    report_loss(*exit);
    trainer_ = {};
    burying_ = false;
    hand_next();
    return;
  }
  watch_silence();
  watch_stop();
}

void Agent::watch_silence() {
  const double now = now_s();
  if (!trainer_.socket().is_open()) {
    if (closed_ == 0) closed_ = now;
    else if (now - closed_ > kLeaveGrace_s) trainer_.kill();
    return;
  }
  if (in_hand_ && !hung_ && now - heard_ > setup_.hang_s) {
    hung_ = true;
    trainer_.kill();
  }
}

void Agent::watch_stop() {
  if (stopping_ && in_hand_ && now_s() > stop_deadline_) trainer_.kill();
}

task::FailureCause Agent::cause_of(const process::Exit& exit) const {
  if (hung_) return task::FailureCause::hung;
  if (exit.signal == SIGKILL || exit.signal == SIGTERM) return task::FailureCause::killed;
  if (exit.signal != 0) return task::FailureCause::crashed;
  if (exit.code == protocol::kEnvironmentExit) return task::FailureCause::environment;
  return exit.code == protocol::kOutOfMemoryExit ? task::FailureCause::out_of_memory : task::FailureCause::exited;
}

void Agent::report_loss(const process::Exit& exit) {
  if (std::exchange(disbanded_, false)) {  // rank 0 knows already
    end_group();
    in_hand_.reset();
    return;
  }
  if (!in_hand_ && queue_.empty()) return;  // it ended between tasks; the next bundle starts another
  protocol::TrainerLost lost;
  lost.worker = worker_;
  lost.cause = cause_of(exit);
  lost.signal = exit.signal;
  lost.exit_code = exit.code;
  lost.log_tail = trainer_.log_tail();
  if (in_hand_) lost.in_hand = in_hand_->tasks;
  for (const auto& queued : queue_) {
    for (const auto& held : queued.tasks) lost.unstarted.push_back(held.task);
  }
  end_group();
  in_hand_.reset();
  queue_.clear();
  say(lost);
}

}  // namespace espalier::runtime
