// What the agent does about its trainer: starts it, hands it bundles, watches it, and says what became of it.
#include <signal.h>

#include <algorithm>
#include <cerrno>

#include "espalier/core/errors.hpp"
#include "runtime/agent/agent_core.hpp"

namespace espalier::runtime {

void AgentCore::hand_next() {
  if (in_hand_ || queue_.empty() || disbanded_) return;
  // A trainer that is about to be reaped is not given anything: it would be charged to the task.
  if (trainer_ == Trainer::socket_closed || trainer_ == Trainer::ended) return;
  if (trainer_ == Trainer::none) start_trainer();
  in_hand_ = std::move(queue_.front());
  queue_.pop_front();
  heard_ = now_;
  alive_told_ = now_;
  spoke_ = false;
  longest_s_ = 0;
  if (in_group()) commands_.emplace_back(JoinGroup{in_hand_->group});
  tell_trainer(in_hand_->frame);
  if (const auto early = early_.extract(in_hand_->group.id)) {
    for (auto& frame : early.mapped()) take_from_peer(std::move(frame));
  }
}

void AgentCore::start_trainer() {
  commands_.emplace_back(StartTrainer{setup_.trainer, setup_.log_dir, setup_.threads});
  trainer_ = Trainer::listening;
  killed_ = false;
  hung_ = false;
  refused_.clear();
  for (const auto& frame : greeting_) tell_trainer(frame);
}

void AgentCore::take(TrainerSpoke&& event) {
  try {
    pass_on(event.frame);
  } catch (const CorruptionError& error) {
    take(TrainerGarbled{error.what()});
  }
}

/// Verbatim: rank 0 and the trainer understand each other.
void AgentCore::pass_on(const process::RawFrame& frame) {
  note_silence();
  if (frame.is<protocol::SharedBuffer>() || frame.is<protocol::Reduce>()) return reduce(frame);
  const bool leads = !in_hand_ || in_hand_->group.leads();
  if (leads || frame.is<protocol::ArtifactDamaged>()) commands_.emplace_back(TellRank0{frame.bytes});
  if (leads) alive_told_ = now_;
  if (!frame.is<protocol::Ended>()) return;
  const auto ended = frame.as<protocol::Ended>();
  if (in_hand_) std::erase(in_hand_->tasks, protocol::InFlightTask{ended.task, ended.fence});
  if (in_hand_ && in_hand_->tasks.empty()) {
    if (in_group()) ended_group_ = in_hand_->group.id;
    end_group();
    in_hand_.reset();
  }
  hand_next();
}

/// What comes before the first message of a bundle is loading, which says nothing about steps.
void AgentCore::note_silence() {
  if (spoke_) longest_s_ = std::max(longest_s_, now_ - heard_);
  spoke_ = in_hand_.has_value();
  heard_ = now_;
}

void AgentCore::reduce(const process::RawFrame& frame) {
  if (!in_group()) throw CorruptionError("a trainer without a group wants to reduce");
  if (frame.is<protocol::SharedBuffer>()) commands_.emplace_back(ShareBuffer{frame.as<protocol::SharedBuffer>()});
  else commands_.emplace_back(ReduceBuffer{frame.as<protocol::Reduce>()});
}

void AgentCore::take(TrainerGarbled&& event) {
  give_up_trainer("the trainer sent what is not a message: " + event.why);
}

void AgentCore::take(MemoryRefused&& event) {
  refused_ = event.why;
  give_up_trainer(std::move(event.why));
}

void AgentCore::give_up_trainer(std::string why) {
  commands_.emplace_back(LogError{std::move(why)});
  kill_trainer();
  commands_.emplace_back(CloseTrainerSocket{});
  take(TrainerSocketClosed{});
}

void AgentCore::take(TrainerSocketClosed) {
  if (trainer_ != Trainer::listening) return;
  trainer_ = Trainer::socket_closed;
  closed_ = now_;
}

void AgentCore::take(TrainerEnded) { trainer_ = Trainer::ended; }

void AgentCore::take(TrainerReaped&& event) {
  report_loss(std::move(event));
  trainer_ = Trainer::none;
  hand_next();
}

void AgentCore::take(AgentTick) {
  watch_silence();
  tell_alive();
  if (!may_leave() || left_) return;
  left_ = true;
  commands_.emplace_back(LeaveLaunch{frame::encode(protocol::Goodbye{identity_.worker, ended_group_})});
}

/// Rank 0 would take the silence of the trainer for that of its agent.
void AgentCore::tell_alive() {
  if (!in_hand_ || now_ - alive_told_ < (stopping_ ? kStoppingEvery_s : kAliveEvery_s)) return;
  alive_told_ = now_;
  say(protocol::Alive{identity_.worker});
}

void AgentCore::watch_silence() {
  if (trainer_ == Trainer::socket_closed && now_ - closed_ > kLeaveGrace_s) kill_trainer();
  if (trainer_ != Trainer::listening || !in_hand_ || hung_) return;
  if (now_ - heard_ <= std::max(setup_.hang_s, kSilenceFactor * longest_s_)) return;
  hung_ = true;
  kill_trainer();
}

namespace {

task::FailureCause cause_of(const CulpritRow& row) {
  const bool is_memory =
      row.evidence == Evidence::memory_kill || (row.evidence == Evidence::exit_code && row.number == kOutOfMemoryExit);
  if (is_memory) return task::FailureCause::out_of_memory;
  if (row.culprit == Culprit::machine) return task::FailureCause::environment;
  if (row.evidence == Evidence::silence) return task::FailureCause::hung;
  if (row.evidence == Evidence::exit_code) return task::FailureCause::exited;
  const bool by_hand = row.number == SIGKILL || row.number == SIGTERM;
  return by_hand ? task::FailureCause::killed : task::FailureCause::crashed;
}

}  // namespace

void AgentCore::report_loss(TrainerReaped&& reaped) {
  if (std::exchange(disbanded_, false)) {  // rank 0 knows
    end_group();
    in_hand_.reset();
    return;
  }
  if (!in_hand_ && queue_.empty()) return;  // it left between tasks: the next one starts another
  protocol::TrainerFailure failure;
  failure.worker = identity_.worker;
  CulpritRow row = judge(ProcessEnd{reaped.exit.signal, reaped.exit.code, hung_, reaped.memory_kills, reaped.state});
  if (row.evidence == Evidence::silence && row.culprit == Culprit::machine) reaped = {{}, row.said};
  if (!refused_.empty() && reaped.exit.signal == SIGKILL) {  // we killed it because this machine gives no memory
    row = judge(Evidence::error, ENOMEM);
    reaped = {{}, std::exchange(refused_, "")};
  }
  failure.culprit = row.culprit;
  failure.cause = cause_of(row);
  failure.signal = reaped.exit.signal;
  failure.exit_code = reaped.exit.code;
  failure.log_tail = std::move(reaped.log_tail);
  if (in_hand_) failure.in_hand = in_hand_->tasks;
  for (const auto& queued : queue_) {
    for (const auto& held : queued.tasks) failure.unstarted.push_back(held.task);
  }
  end_group();
  in_hand_.reset();
  queue_.clear();
  say(failure);
}

void AgentCore::kill_trainer() {
  if (!trainer_runs() || std::exchange(killed_, true)) return;
  commands_.emplace_back(KillTrainer{});
}

void AgentCore::tell_trainer(const std::string& frames) {
  if (trainer_ == Trainer::listening) commands_.emplace_back(TellTrainer{frames});
}

}  // namespace espalier::runtime
