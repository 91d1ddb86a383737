// Rank 0's loop: receives messages, feeds the scheduler, commits facts, then sends its commands.
#include "runtime/rank0/scheduler_loop.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <utility>

#include "espalier/core/errors.hpp"
#include "espalier/store/layout.hpp"
#include "espalier/store/requested_work.hpp"
#include "runtime/busy.hpp"
#include "runtime/launch/backoff.hpp"

namespace espalier::runtime {

namespace {

constexpr double kTick_s = 1;

protocol::Setup complete(protocol::Setup setup, const std::filesystem::path& out) {
  setup.artifact_dir = store::artifact_folder(out).string();
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

}  // namespace

SchedulerLoop::SchedulerLoop(int workers, const LaunchOptions& options, const Replan& replan, LoopWorld& world)
    : options_(options),
      world_(world),
      journal_(options.out, options.who, options.damage),
      artifacts_(options.out, journal_.state(), journal_.segment()),
      references_(journal_, artifacts_),
      view_(options.view_command, options.out, options.view_every_s, world.now()),
      scheduler_(scheduler_options(journal_.segment(), workers, options.setup)),
      replanning_(options, replan, journal_, artifacts_, scheduler_),
      requests_(options, journal_, [this](const store::Request& request) { obey(request); }),
      departure_(workers),
      setup_(complete(options.setup, options.out)) {}

int SchedulerLoop::run() {
  begin();
  while (!is_over()) world_.pause(turn());
  return finish();
}

void SchedulerLoop::begin() {
  replanning_.check_form();
  if (options_.bring_checkpoints) options_.bring_checkpoints(store::artifact_folder(options_.out));
  artifacts_.complete_moves();
  artifacts_.complete_set_asides(journal_.state());
  give_up_folders();
  const bool is_stopped = requests_.take() != AskedStop::none;
  replan_wanted_ = false;
  plan_again();
  if (is_stopped) begin_stop();
  if (journal_.may_clean_up()) artifacts_.sweep_earlier(journal_.state());
}

bool SchedulerLoop::turn() {
  note_progress();
  const bool received = hear();
  tick();
  stop_for_fails();
  settle();
  return received;
}

bool SchedulerLoop::hear() {
  bool any = false;
  while (auto packet = world_.receive()) {
    any = true;
    note_progress();
    std::size_t at = 0;
    while (const auto frame = process::next_frame(packet->bytes, at)) take(WorkerId{packet->rank}, *frame);
    if (at != packet->bytes.size()) throw CorruptionError("a packet of an agent ends in half a frame");
  }
  return any;
}

void SchedulerLoop::take(WorkerId worker, const process::RawFrame& frame) {
  using protocol::MessageType;
  departure_.hears(world_.now());
  speaker_ = worker;
  switch (static_cast<MessageType>(frame.type)) {
    case MessageType::hello: greet(worker); return tell(frame.as<protocol::Hello>());
    case MessageType::started: return tell(frame.as<protocol::Started>());
    case MessageType::progress: return tell(frame.as<protocol::Progress>());
    case MessageType::rows: return tell(frame.as<protocol::Rows>());
    case MessageType::checkpoint_made: return tell(frame.as<protocol::CheckpointMade>());
    case MessageType::ended: return tell(frame.as<protocol::Ended>());
    case MessageType::artifact_damaged: return look_into(worker, frame.as<protocol::ArtifactDamaged>());
    case MessageType::trainer_failure: return tell(frame.as<protocol::TrainerFailure>());
    case MessageType::alive: return tell(frame.as<protocol::Alive>());
    case MessageType::goodbye: departure_.leaves(worker); return tell(frame.as<protocol::Goodbye>());
    default: throw CorruptionError("rank 0 was sent a frame of type " + std::to_string(frame.type));
  }
}

void SchedulerLoop::greet(WorkerId worker) {
  departure_.arrives(worker);
  setup_.unfinished_dir = artifacts_.unfinished_of(worker).string();
  say(worker, setup_);
  say(worker, protocol::CatalogUpdate{journal_.state().catalog});
  if (departure_.sent_away()) say(worker, protocol::Shutdown{});
}

void SchedulerLoop::tell(const sched::Event& event) {
  const auto commands = scheduler_.on(event, world_.now());
  for (const auto& fact : commands.facts) write(fact);
  for (const auto& dispatch : commands.dispatches) give_out(dispatch);
  for (const auto& [worker, disband] : commands.disband) say(worker, disband);
  for (const auto& [worker, cancel] : commands.cancel) say(worker, cancel);
  for (const auto worker : commands.stop) say(worker, protocol::Stop{});
  for (const auto& text : commands.warnings) journal_.warn(text);
  if (!commands.give_up.empty()) give_up_ = commands.give_up;
  if (!commands.relaunch.empty()) throw RelaunchError("this launch ends", commands.relaunch, "");
}

void SchedulerLoop::write(const sched::Fact& fact) {
  references_.write(fact, speaker_);
  const auto* end = std::get_if<sched::TaskEnded>(&fact);
  if (!end) return;
  replanning_.note_end(*end);
  if (end->state == task::RunState::cancelled) replan_wanted_ = true;  // its run may be wanted again by now
  fails_ += end->state == task::RunState::failed || end->state == task::RunState::quarantined;
}

/// One worker may read other bytes than all others do: only what is damaged here, too, is given up.
void SchedulerLoop::look_into(WorkerId worker, const protocol::ArtifactDamaged& damage) {
  try {
    const Busy reading("reading an artifact", kNoLimit_s);
    if (!damage.is_whole && artifacts_.is_whole(damage.artifact)) return;
  } catch (const EnvironmentError& error) {
    return journal_.warn(error.what());  // the worker's loss follows, and its tasks are tried again
  }
  if (artifacts_.is_referenced(damage.artifact)) give_up(damage.artifact, damage.why);
  tell(sched::ArtifactLost{damage.artifact, worker});
}

void SchedulerLoop::give_up(const ArtifactId& artifact, const std::string& why) {
  journal_.warn(why + " What was there is set aside, and what needs it makes it again.");
  references_.give_up(artifact, why);
  files_lost_ = true;
}

/// What is no file cannot be replaced by one.
void SchedulerLoop::give_up_folders() {
  for (const auto& artifact : artifacts_.obstructed()) {
    if (artifacts_.is_referenced(artifact))
      give_up(artifact, "something else stands in the place of artifact " + artifact.hex + ".");
  }
  journal_.commit();
  references_.settle();
}

void SchedulerLoop::obey(const store::Request& request) {
  if (request.verb == "submit" || request.verb == "job-end") return;  // their record is all there is to them
  if (request.verb == "retry") give_back(request);
  if (request.verb == "cancel") cancel(request);
  replan_wanted_ = true;
}

void SchedulerLoop::give_back(const store::Request& request) {
  std::vector<TaskId> tasks;
  std::vector<RunId> runs;
  for (const auto& target : request.targets) {
    if (!ShortText::can_hold(target)) continue;
    tasks.push_back({target});
    runs.push_back({target});
  }
  auto record = store::given_back(journal_.state(), tasks, runs);
  record.time = wall_clock_s();
  journal_.write(record);
  tell(sched::TasksGivenBack{std::move(record.tasks)});
}

void SchedulerLoop::cancel(const store::Request& request) {
  store::CancelledRecord record;
  for (const auto& target : request.targets) {
    if (ShortText::can_hold(target)) record.runs.push_back({target});
  }
  record.time = wall_clock_s();
  journal_.write(record);
  tell(sched::TasksCancelled{store::unneeded_tasks(journal_.state())});
}

void SchedulerLoop::give_out(const sched::Dispatch& dispatch) {
  if (dispatch.bundle.group.id == 0) return say(dispatch.worker, dispatch.bundle);
  protocol::Bundle bundle = dispatch.bundle;
  for (const auto worker : dispatch.bundle.group.members) {
    say(worker, bundle);
    ++bundle.group.rank;
  }
}

void SchedulerLoop::plan_again() {
  const Busy planning("planning");
  auto news = replanning_.plan_again();
  if (!news.catalog.empty()) {
    for (const auto worker : departure_.present()) say(worker, protocol::CatalogUpdate{news.catalog});
  }
  tell(sched::TasksGivenBack{std::move(news.given_back)});
  tell(sched::TasksAdded{std::move(news.tasks)});
}

void SchedulerLoop::tick() {
  const double now = world_.now();
  if (world_.stop_wanted()) begin_stop();
  if (departure_.time_is_up(now)) end_stop();
  if (now < next_tick_) return;
  next_tick_ = now + kTick_s;
  const bool ends = departure_.is_stopping() || departure_.sent_away();
  const auto asked = requests_.take(ends ? Obeys::stop_only : Obeys::all);
  if (asked != AskedStop::none) begin_stop();
  if (asked == AskedStop::time_is_up) end_stop();
  tell(sched::Tick{});
  if (const auto trouble = world_.trouble(); !trouble.empty()) journal_.warn(trouble);
  view_.tick(now, journal_.state().records);
  if (journal_.superseded()) throw Error("another process has taken over", "a higher journal segment exists", "");
}

void SchedulerLoop::begin_stop() {
  if (departure_.begin_stop(world_.now())) tell(sched::StopRequested{});
}

/// Trainers that have not saved are killed, while there is time to journal what is lost.
void SchedulerLoop::end_stop() {
  begin_stop();
  if (std::exchange(end_stop_told_, true)) return;
  for (const auto worker : departure_.present()) say(worker, protocol::Stop{true});
}

void SchedulerLoop::stop_for_fails() {
  if (!has_too_many_fails() || departure_.is_stopping() || departure_.sent_away()) return;
  journal_.warn(
      fmt::format("a launch ended after {} failed tasks (--max-fails {}); the same command goes on, and "
                  "'espalier retry' gives failed work back.",
                  fails_, options_.max_fails));
  stopped_for_fails_ = true;
  begin_stop();
}

/// Group commit: everything received in this round becomes durable together, then the answers are sent.
void SchedulerLoop::settle() {
  journal_.commit();
  settle_files();
  send_all();
  if (departure_.is_stopping() || departure_.sent_away()) return;
  const bool is_due = replanning_.take_due();
  if (std::exchange(replan_wanted_, false) || is_due) plan_again();
}

void SchedulerLoop::settle_files() {
  const Busy files("the files of artifacts", kNoLimit_s);
  references_.settle();
  if (std::exchange(files_lost_, false) && options_.bring_checkpoints)
    options_.bring_checkpoints(store::artifact_folder(options_.out));
}

void SchedulerLoop::send_all() {
  for (auto& [worker, frames] : std::exchange(outbox_, {})) world_.send(worker, std::move(frames));
  world_.advance();
}

bool SchedulerLoop::is_over() {
  const bool ends = departure_.is_stopping() || departure_.sent_away();
  if (!ends && is_done(scheduler_view(), replanning_.has_new_ends())) {
    departure_.send_away(world_.now());
    for (const auto worker : departure_.present()) say(worker, protocol::Shutdown{});
  }
  return departure_.is_over(world_.now());
}

/// Whoever killed the launcher cannot end ranks on a node that Slurm has lost; nothing else is owed to them.
void SchedulerLoop::dismiss() noexcept try {
  constexpr int kRounds = 100;
  for (const auto worker : departure_.present()) say(worker, protocol::Shutdown{});
  send_all();
  for (int round = 0; round < kRounds; ++round) {
    world_.advance();
    world_.pause(false);
  }
} catch (const std::exception& error) {
  spdlog::warn("the agents are not told to leave: {}", error.what());
}

/// Once all runs have ended it is known which networks are chosen. Where records were lost, a task that is not known
/// may have the same file.
void SchedulerLoop::release_unchosen() {
  if (departure_.is_stopping() || !journal_.may_clean_up()) return;
  const auto networks = replanning_.networks();
  for (const auto& task : networks.unchosen) references_.release_network(task);
  if (networks.missing.empty()) return;
  journal_.warn(fmt::format(
      "the networks of {} chosen trainings are not kept, since they ended before train.keep asked for them or "
      "while others were chosen (the first is {}): make them again in another folder, with --set "
      "train.keep=last and --only.",
      networks.missing.size(), networks.missing.front().brief()));
}

int SchedulerLoop::finish() {
  const int code = exit_code(journal_.state(), replanning_.scope(), scheduler_view());
  release_unchosen();
  if (!give_up_.empty()) journal_.warn(give_up_);
  journal_.write(store::FinishedRecord{code, wall_clock_s()});
  settle();
  const bool is_written = view_.finish(departure_.view_patience_s(world_.now()));
  const int last = exit_code_with_view(code, is_written);
  if (last == code) return code;
  journal_.write(store::FinishedRecord{last, wall_clock_s()});  // the last one counts
  journal_.commit();
  return last;
}

}  // namespace espalier::runtime
