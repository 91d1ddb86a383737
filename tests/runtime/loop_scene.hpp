#pragma once
// Rank 0's loop in a fake world: mailbox, clock, stop signal and disk calls are the test's; the journal is real.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <deque>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "espalier/os/disk_calls.hpp"
#include "espalier/store/journal.hpp"
#include "espalier/store/layout.hpp"
#include "runtime/rank0/scheduler_loop.hpp"

namespace espalier::runtime {

inline TaskId task_id(const std::string& name) { return TaskId::of(sha256(name)); }
inline ArtifactId artifact(char digit) { return {std::string(64, digit)}; }

/// What happened on the disk and in the mailbox, in order: "sync", "move", "send 1".
inline std::vector<std::string>& happenings() {
  static std::vector<std::string> list;
  return list;
}

/// Notes syncs and renames; fails the next sync where that is asked for. Goes with its scope.
class WatchedDisk {
 public:
  WatchedDisk() : before_(os::disk_calls()) {
    happenings().clear();
    fails() = false;
    os::disk_calls() = {::write, sync, folder_sync, rename};
  }
  WatchedDisk(const WatchedDisk&) = delete;
  WatchedDisk& operator=(const WatchedDisk&) = delete;
  ~WatchedDisk() { os::disk_calls() = before_; }
  static bool& fails() {
    static bool now = false;
    return now;
  }

 private:
  static int sync(int) {
    if (fails()) {
      errno = EIO;
      return -1;
    }
    happenings().emplace_back("sync");
    return 0;
  }
  static int folder_sync(int) { return 0; }
  static int rename(const char* from, const char* to) {
    happenings().emplace_back("move");
    return ::rename(from, to);
  }
  os::DiskCalls before_;
};

class FakeWorld final : public LoopWorld {
 public:
  std::optional<mpi::Packet> receive() override {
    if (arrived.empty()) return std::nullopt;
    auto first = arrived.front();
    arrived.pop_front();
    return first;
  }
  void send(WorkerId to, std::string frames) override {
    happenings().push_back("send " + std::to_string(to.rank));
    std::size_t at = 0;
    while (auto frame = process::next_frame(frames, at)) sent.push_back({to.rank, std::move(*frame)});
    CHECK(at == frames.size());
  }
  void advance() override {}
  double now() override { return clock; }
  bool stop_wanted() override { return stop; }
  void pause(bool) override { clock += 0.1; }
  std::string trouble() override { return said; }

  struct Sent {
    int worker;
    process::RawFrame frame;
  };
  std::deque<mpi::Packet> arrived;
  std::deque<Sent> sent;
  double clock = 1000;
  bool stop = false;
  std::string said;  ///< trouble that the world reports
};

/// A launch on a folder of its own, with a plan that the test may change.
class LoopScene {
 public:
  explicit LoopScene(int workers = 1, const std::vector<std::string>& tasks = {"a"}) : workers_(workers) {
    static int count = 0;
    options.out = std::filesystem::temp_directory_path() /
                  ("espalier-loop-" + std::to_string(getpid()) + "-" + std::to_string(++count));
    std::filesystem::remove_all(options.out);
    std::filesystem::create_directories(options.out);
    options.who = {"nodeA", 4711, "", 0, false};
    options.study.text = "a study";
    options.study.file_name = "study.toml";
    options.study.threads = 1;
    options.setup.hang_s = 30;
    options.passes.bundles = false;  // a dispatch is one task
    for (const auto& name : tasks) plan(name);
  }
  ~LoopScene() {
    loop_.reset();
    std::filesystem::remove_all(options.out);
  }
  /// Adds a task and a run of it to the plan.
  void plan(const std::string& name) {
    auto& task = planned.plan.tasks.emplace_back();
    task.id = task_id(name);
    task.cost_s = 10;
    auto& run = planned.plan.runs.emplace_back();
    run.id = RunId::of(sha256("run " + name));
    run.experiment = "some";
    run.task = task.id;
  }
  SchedulerLoop& loop() { return *loop_; }
  LoopScene& begin() {
    ++segment_;
    loop_.emplace(workers_, options, replan_, world);
    loop_->begin();
    return *this;
  }
  /// Begun, and worker 1 has what it gets at first.
  std::vector<protocol::TaskAssignment> begin_with_worker() {
    begin();
    arrives(1, protocol::Hello{{1}});
    turn();
    sent<protocol::Setup>(1);
    sent<protocol::CatalogUpdate>(1);
    auto assignments = sent_assignments(1);
    nothing_sent();
    return assignments;
  }
  /// The launch ends without a word, as after kill -9.
  void dies() { loop_.reset(); }

  template <class Message>
  void arrives(int worker, const Message& message) {
    world.arrived.push_back({worker, frame::encode(message)});
  }
  void started(const protocol::TaskAssignment& assignment) {
    arrives(1, protocol::Started{assignment.fence, assignment.task.id, {}});
  }
  void ended(const protocol::TaskAssignment& assignment, task::End kind = task::End::done) {
    arrives(1, protocol::Ended{assignment.fence, assignment.task.id, kind, "", 1, 10, "cpu"});
  }
  void lacks_memory(const protocol::TaskAssignment& assignment) {
    protocol::TrainerFailure failure{{1}, task::FailureCause::out_of_memory,        0, 3,
                                     "",  {{assignment.task.id, assignment.fence}}, {}};
    failure.culprit = Culprit::machine;
    arrives(1, failure);
  }
  /// A file that the trainer has written, and the message that says so.
  void made(const protocol::TaskAssignment& assignment, char digit,
            task::ArtifactKind kind = task::ArtifactKind::training) {
    std::ofstream(unfinished(digit)) << "bytes";
    says_made(1, assignment, digit, kind);
  }
  void says_made(int worker, const protocol::TaskAssignment& assignment, char digit,
                 task::ArtifactKind kind = task::ArtifactKind::training) {
    arrives(worker, protocol::CheckpointMade{assignment.fence, assignment.task.id, kind, {1, 0}, artifact(digit), 5});
  }
  void turn(double after_s = 0) {
    world.clock += after_s;
    loop_->turn();
  }
  /// The next message to anybody, which must be this one.
  template <class Message>
  Message sent(int worker) {
    REQUIRE(!world.sent.empty());
    const auto first = world.sent.front();
    world.sent.pop_front();
    CHECK(first.worker == worker);
    REQUIRE(first.frame.is<Message>());
    return first.frame.as<Message>();
  }
  /// All tasks of the bundles that come next.
  std::vector<protocol::TaskAssignment> sent_assignments(int worker) {
    std::vector<protocol::TaskAssignment> assignments;
    while (!world.sent.empty() && world.sent.front().frame.is<protocol::Bundle>()) {
      for (auto& one : sent<protocol::Bundle>(worker).tasks) assignments.push_back(std::move(one));
    }
    return assignments;
  }
  void nothing_sent() { CHECK(world.sent.empty()); }

  std::filesystem::path unfinished(char digit, int worker = 1) const {
    return store::unfinished_folder(options.out, segment_, worker) / (artifact(digit).hex + ".safetensors");
  }
  std::filesystem::path in_place(char digit) const {
    return options.out / "artifacts" / (artifact(digit).hex + ".safetensors");
  }
  store::State journaled() const { return store::replay(options.out); }
  task::RunState state_of(const std::string& task) const { return journaled().tasks.at(task_id(task)).state; }

  LaunchOptions options;
  Planned planned;
  FakeWorld world;
  int plans = 0;  ///< how often the study was compiled
  std::function<void()> while_planning;

 private:
  int workers_;
  std::uint32_t segment_ = 0;  ///< of the launch
  Replan replan_ = [this](const plan::Outcomes&, const std::vector<plan::SelectionOutcome>&) {
    ++plans;
    if (while_planning) while_planning();
    return planned;
  };
  std::optional<SchedulerLoop> loop_;
};

}  // namespace espalier::runtime
