// Rank 0's loop: receives messages, feeds the scheduler, commits facts, then sends orders.
#include "runtime/scheduler_loop.hpp"

#include "espalier/core/errors.hpp"
#include "espalier/runtime/signals.hpp"
#include "espalier/store/layout.hpp"
#include "espalier/store/requests.hpp"

namespace espalier::runtime {

namespace {

constexpr double kPatience_s = 8.6;  ///< how long agents have to leave; they kill a trainer after 8
constexpr double kStopped_s = 9.3;   ///< from a stop until this process has exited
constexpr double kTick_s = 1;

protocol::Setup complete(protocol::Setup setup, const std::filesystem::path& out, const ArtifactStore& artifacts) {
  setup.artifact_dir = store::artifact_folder(out).string();
  setup.unfinished_dir = artifacts.unfinished().string();
  setup.log_dir = (out / "logs").string();
  std::filesystem::create_directories(setup.log_dir);
  return setup;
}

sched::Options scheduler_options(std::uint32_t segment, int workers, const protocol::Setup& setup) {
  sched::Options options;
  options.workers = workers;
  options.segment = segment;
  options.hang_s = setup.hang_s;
  options.networks_wanted = !setup.noop;
  return options;
}

std::vector<std::string> with(std::vector<std::string> command, const std::filesystem::path& out) {
  if (!command.empty()) command.push_back(out.string());
  return command;
}

}  // namespace

SchedulerLoop::SchedulerLoop(int workers, const LaunchOptions& options, const Replan& replan)
    : options_(options),
      replan_(replan),
      workers_(workers),
      journal_(options.out, options.who, options.damage),
      artifacts_(options.out, journal_.state(), journal_.segment()),
      view_(with(options.view_command, options.out), options.view_every_s),
      scheduler_(scheduler_options(journal_.segment(), workers, options.setup)),
      setup_(complete(options.setup, options.out, artifacts_)) {}

int SchedulerLoop::run() {
  check_form();
  if (options_.bring_checkpoints) options_.bring_checkpoints(store::artifact_folder(options_.out));
  artifacts_.complete_moves();
  plan_again();
  if (journal_.was_always_whole()) artifacts_.sweep_earlier(journal_.state());
  Pace pace;
  while (!is_over()) {
    const bool heard = hear();
    tick();
    settle();
    if (heard) pace.busy();
    else pace.nap();
  }
  return finish();
}

bool SchedulerLoop::hear() {
  bool any = false;
  while (auto parcel = post_.receive()) {
    any = true;
    std::size_t at = 0;
    while (const auto frame = process::next_frame(parcel->bytes, at)) take(WorkerId{parcel->rank}, *frame);
    if (at != parcel->bytes.size()) throw CorruptionError("a parcel of an agent ends in half a frame");
  }
  return any;
}

void SchedulerLoop::take(WorkerId worker, const process::RawFrame& frame) {
  using protocol::MessageType;
  switch (static_cast<MessageType>(frame.type)) {
    case MessageType::hello: greet(worker); return tell(frame.as<protocol::Hello>());
    case MessageType::started: return tell(frame.as<protocol::Started>());
    case MessageType::progress: return tell(frame.as<protocol::Progress>());
    case MessageType::rows: return tell(frame.as<protocol::Rows>());
    case MessageType::checkpoint_made: return tell(frame.as<protocol::CheckpointMade>());
    case MessageType::ended: return tell(frame.as<protocol::Ended>());
    case MessageType::trainer_lost: return tell(frame.as<protocol::TrainerLost>());
    case MessageType::goodbye:
      ++left_;
      present_.erase(worker);
      return tell(frame.as<protocol::Goodbye>());
    default: throw CorruptionError("rank 0 was sent a frame of type " + std::to_string(frame.type));
  }
}

void SchedulerLoop::greet(WorkerId worker) {
  present_.insert(worker);
  say(worker, setup_);
  say(worker, protocol::CatalogUpdate{journal_.state().catalog});
  if (sent_away_) say(worker, protocol::Shutdown{});
}

void SchedulerLoop::tell(const sched::Event& event) {
  const auto commands = scheduler_.on(event, now_s());
  for (const auto& fact : commands.facts) write(fact);
  for (const auto& order : commands.orders) give_out(order);
  for (const auto& [worker, disband] : commands.disband) say(worker, disband);
  for (const auto worker : commands.stop) say(worker, protocol::Stop{});
  for (const auto& text : commands.warnings) warn(text);
  if (!commands.give_up.empty()) give_up_ = commands.give_up;
  if (!commands.relaunch.empty()) throw RelaunchError("this launch ends", commands.relaunch, "");
}

void SchedulerLoop::give_out(const sched::Order& order) {
  if (order.bundle.group.id == 0) return say(order.worker, order.bundle);
  protocol::Bundle bundle = order.bundle;
  for (const auto worker : order.bundle.group.members) {
    say(worker, bundle);
    ++bundle.group.rank;
  }
}

/// Journals a fact and updates the references to the artifact files that it adds or drops.
void SchedulerLoop::write(const sched::Fact& fact) {
  const auto kept = [&](const TaskId& id) {
    const auto found = journal_.state().tasks.find(id);
    if (found == journal_.state().tasks.end()) return std::vector<ArtifactId>{};
    const auto& task = found->second;
    return std::vector{task.training.artifact, task.finished.artifact, task.predictions.artifact};
  };
  const auto* made = std::get_if<protocol::CheckpointMade>(&fact);
  const auto* end = std::get_if<sched::TaskEnded>(&fact);
  if (!made && !end) return journal_.write_fact(fact);
  if (made) arrived_.push_back(made->artifact);
  const TaskId& id = made ? made->task : end->task;
  const auto before = kept(id);
  journal_.write_fact(fact);
  for (const auto& artifact : kept(id)) artifacts_.add(artifact);
  for (const auto& artifact : before) artifacts_.drop(artifact);
  if (!end || !task::is_final(end->state)) return;
  ended_since_plan_ = true;
  if (end->state == task::RunState::done) judge_source(id);
}

/// Group commit: everything received in this round becomes durable together, then the answers are sent.
void SchedulerLoop::settle() {
  journal_.commit();
  const bool moves = !arrived_.empty() || artifacts_.has_dropped();
  if (moves && !journal_.superseded()) {
    for (const auto& artifact : std::exchange(arrived_, {})) artifacts_.put_in_place(artifact);
    artifacts_.sweep();
  }
  for (auto& [worker, bytes] : outbox_) post_.send(worker.rank, std::exchange(bytes, {}));
  outbox_.clear();
  post_.advance();
  if (stopping_ || !std::exchange(ended_since_plan_, false)) return;
  if (selection_is_due()) plan_again();
}

void SchedulerLoop::tick() {
  const double now = now_s();
  if (stop_wanted()) begin_stop();
  if (now < next_tick_) return;
  next_tick_ = now + kTick_s;
  take_requests();
  tell(sched::Tick{});
  view_.tick(now, journal_.state().records);
  if (journal_.superseded()) throw Error("another process has taken over", "a higher journal segment exists", "");
}

void SchedulerLoop::begin_stop() {
  if (std::exchange(stopping_, true)) return;
  deadline_ = now_s() + kPatience_s;
  tell(sched::StopRequested{});
}

/// A request is journaled before its file goes, and obeyed after that.
void SchedulerLoop::take_requests() {
  for (const auto& request : store::pending_requests(options_.out)) {
    if (request.verb != "stop") {
      if (refused_requests_.insert(request.id).second) warn("request '" + request.verb + "' is not understood");
      continue;
    }
    const bool is_for_us = request.segment == journal_.segment();
    journal_.write(store::RequestRecord{request.id, request.verb, request.from, wall_clock_s(), is_for_us});
    journal_.commit();
    if (journal_.superseded()) return;
    store::remove_request(options_.out, request);
    if (is_for_us) begin_stop();
  }
}

/// Whether nothing is left to do, including selections that an ended task may have made due.
bool SchedulerLoop::is_done() const { return !give_up_.empty() || (scheduler_.all_ended() && !ended_since_plan_); }

bool SchedulerLoop::is_over() {
  if (!stopping_ && !sent_away_ && is_done()) send_away();
  if (!stopping_ && !sent_away_) return false;
  return left_ == workers_ || now_s() > deadline_;
}

void SchedulerLoop::send_away() {
  sent_away_ = true;
  deadline_ = now_s() + kPatience_s;
  for (const auto worker : present_) say(worker, protocol::Shutdown{});
}

int SchedulerLoop::finish() {
  const int code = exit_code();
  if (!give_up_.empty()) warn(give_up_);
  journal_.write(store::FinishedRecord{code, wall_clock_s()});
  settle();
  view_.finish(stopping_ ? deadline_ + kStopped_s - kPatience_s - now_s() : 600);
  return code;
}

int SchedulerLoop::exit_code() const {
  if (!give_up_.empty()) return static_cast<int>(ExitCode::environment);
  bool failed = false, left = false;
  for (const auto& entry : journal_.state().runs) {
    if (!entry.current || (!entry.run.task.empty() && !in_scope_.contains(entry.run.task))) continue;
    const auto state = journal_.state().state_of(entry.run);
    if (entry.run.task.empty() && !options_.whole_study) continue;  // its selection lacks inputs of another part
    failed = failed || (task::is_final(state) && state != task::RunState::done);
    left = left || !task::is_final(state) || late_.contains(entry.run.task);
  }
  if (left || !scheduler_.all_ended()) return static_cast<int>(ExitCode::stopped);
  return static_cast<int>(failed ? ExitCode::some_failed : ExitCode::done);
}

int run_scheduler(mpi::Session& session, const LaunchOptions& options, const Replan& replan) {
  int code = 0;
  int missing = 0;
  {
    SchedulerLoop loop(session.size() - 1, options, replan);
    code = loop.run();
    missing = loop.missing();
  }
  if (missing > 0) mpi::Session::abort(code);  // the others would wait for ever for agents that do not answer
  session.finish();
  return code;
}

}  // namespace espalier::runtime
