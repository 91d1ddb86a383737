// Rank 0's loop: receives messages, feeds the scheduler, commits facts, then sends its commands.
#include "runtime/scheduler_loop.hpp"

#include <utility>

#include "espalier/core/errors.hpp"
#include "espalier/store/layout.hpp"
#include "runtime/backoff.hpp"

namespace espalier::runtime {

namespace {

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
      requests_(options.out, journal_),
      departure_(workers),
      setup_(complete(options.setup, options.out, artifacts_)) {}

int SchedulerLoop::run() {
  begin();
  while (!is_over()) world_.pause(turn());
  return finish();
}

void SchedulerLoop::begin() {
  replanning_.check_form();
  if (options_.bring_checkpoints) options_.bring_checkpoints(store::artifact_folder(options_.out));
  artifacts_.complete_moves();
  plan_again();
  if (journal_.was_always_whole()) artifacts_.sweep_earlier(journal_.state());
}

bool SchedulerLoop::turn() {
  const bool received = hear();
  tick();
  settle();
  return received;
}

bool SchedulerLoop::hear() {
  bool any = false;
  while (auto packet = world_.receive()) {
    any = true;
    std::size_t at = 0;
    while (const auto frame = process::next_frame(packet->bytes, at)) take(WorkerId{packet->rank}, *frame);
    if (at != packet->bytes.size()) throw CorruptionError("a packet of an agent ends in half a frame");
  }
  return any;
}

void SchedulerLoop::take(WorkerId worker, const process::RawFrame& frame) {
  using protocol::MessageType;
  departure_.hears(world_.now());
  switch (static_cast<MessageType>(frame.type)) {
    case MessageType::hello: greet(worker); return tell(frame.as<protocol::Hello>());
    case MessageType::started: return tell(frame.as<protocol::Started>());
    case MessageType::progress: return tell(frame.as<protocol::Progress>());
    case MessageType::rows: return tell(frame.as<protocol::Rows>());
    case MessageType::checkpoint_made: return tell(frame.as<protocol::CheckpointMade>());
    case MessageType::ended: return tell(frame.as<protocol::Ended>());
    case MessageType::trainer_failure: return tell(frame.as<protocol::TrainerFailure>());
    case MessageType::alive: return tell(frame.as<protocol::Alive>());
    case MessageType::goodbye: departure_.leaves(worker); return tell(frame.as<protocol::Goodbye>());
    default: throw CorruptionError("rank 0 was sent a frame of type " + std::to_string(frame.type));
  }
}

void SchedulerLoop::greet(WorkerId worker) {
  departure_.arrives(worker);
  say(worker, setup_);
  say(worker, protocol::CatalogUpdate{journal_.state().catalog});
  if (departure_.sent_away()) say(worker, protocol::Shutdown{});
}

void SchedulerLoop::tell(const sched::Event& event) {
  const auto commands = scheduler_.on(event, world_.now());
  for (const auto& fact : commands.facts) write(fact);
  for (const auto& dispatch : commands.dispatches) give_out(dispatch);
  for (const auto& [worker, disband] : commands.disband) say(worker, disband);
  for (const auto worker : commands.stop) say(worker, protocol::Stop{});
  for (const auto& text : commands.warnings) journal_.warn(text);
  if (!commands.give_up.empty()) give_up_ = commands.give_up;
  if (!commands.relaunch.empty()) throw RelaunchError("this launch ends", commands.relaunch, "");
}

void SchedulerLoop::write(const sched::Fact& fact) {
  references_.write(fact);
  if (const auto* end = std::get_if<sched::TaskEnded>(&fact)) replanning_.note_end(*end);
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
  auto news = replanning_.plan_again();
  if (!news.catalog.empty()) {
    for (const auto worker : departure_.present()) say(worker, protocol::CatalogUpdate{news.catalog});
  }
  tell(sched::TasksAdded{std::move(news.tasks)});
}

void SchedulerLoop::tick() {
  const double now = world_.now();
  if (world_.stop_wanted()) begin_stop();
  if (now < next_tick_) return;
  next_tick_ = now + kTick_s;
  if (requests_.take()) begin_stop();
  tell(sched::Tick{});
  if (const auto trouble = world_.trouble(); !trouble.empty()) journal_.warn(trouble);
  view_.tick(now, journal_.state().records);
  if (journal_.superseded()) throw Error("another process has taken over", "a higher journal segment exists", "");
}

void SchedulerLoop::begin_stop() {
  if (departure_.begin_stop(world_.now())) tell(sched::StopRequested{});
}

/// Group commit: everything received in this round becomes durable together, then the answers are sent.
void SchedulerLoop::settle() {
  journal_.commit();
  references_.settle();
  send_all();
  if (!departure_.is_stopping() && replanning_.take_due()) plan_again();
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

int SchedulerLoop::finish() {
  const int code = exit_code(journal_.state(), replanning_.scope(), scheduler_view());
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
