#pragma once
// An agent in a fake world: messages, trainer and clock are the test's, and each answer is looked at piece by piece.
#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "runtime/agent/agent_core.hpp"

namespace espalier::runtime {

template <class Message>
process::RawFrame raw(const Message& message) {
  return {static_cast<std::uint16_t>(Message::kType), frame::encode(message)};
}

/// A frame with a good checksum whose payload is no message of its type.
inline process::RawFrame damaged(protocol::MessageType type) {
  const auto number = static_cast<std::uint16_t>(type);
  return {number, frame::encode(number, "half a mess")};
}

/// The commands of one answer, taken out in their order; `nothing_else` fails on what was not asked about.
class AgentAnswer {
 public:
  explicit AgentAnswer(AgentCommands commands) : commands_(std::move(commands)) {}

  template <class Command>
  Command next() {
    REQUIRE(!commands_.empty());
    const auto first = commands_.front();
    commands_.erase(commands_.begin());
    REQUIRE(std::holds_alternative<Command>(first));
    return std::get<Command>(first);
  }
  template <class Message>
  Message to_rank0() {
    return message_in<Message>(next<TellRank0>().frames);
  }
  template <class Message>
  Message to_trainer() {
    return message_in<Message>(next<TellTrainer>().frames);
  }
  /// A new trainer, with the setup and `catalogs` as its first messages.
  AgentAnswer& trainer_starts(int catalogs = 0) {
    const auto start = next<StartTrainer>();
    CHECK(start.program == "/bin/trainer");
    CHECK(start.log_dir == "/out/logs");
    CHECK(start.threads == 3);
    to_trainer<protocol::Setup>();
    for (int i = 0; i < catalogs; ++i) to_trainer<protocol::CatalogUpdate>();
    return *this;
  }
  AgentAnswer& trainer_gets(const std::string& first_task) {
    const auto bundle = to_trainer<protocol::Bundle>();
    REQUIRE(!bundle.tasks.empty());
    CHECK(bundle.tasks.front().task.id == TaskId{first_task});
    return *this;
  }
  AgentAnswer& trainer_is_killed() {
    next<KillTrainer>();
    return *this;
  }
  AgentAnswer& trainer_is_given_up(const std::string& why) {
    CHECK_THAT(next<LogError>().text, Catch::Contains(why));
    next<KillTrainer>();
    next<CloseTrainerSocket>();
    return *this;
  }
  AgentAnswer& passed_on_end_of(const std::string& task) {
    CHECK(to_rank0<protocol::Ended>().task == TaskId{task});
    return *this;
  }
  /// The last command: a goodbye.
  AgentAnswer& leaves(std::uint64_t ended_group = 0) {
    const auto goodbye = message_in<protocol::Goodbye>(next<LeaveLaunch>().last_frames);
    CHECK(goodbye.worker == WorkerId{2});
    CHECK(goodbye.ended_group == ended_group);
    return *this;
  }
  void nothing_else() const { CHECK(commands_.empty()); }

 private:
  template <class Message>
  static Message message_in(const std::string& frames) {
    std::size_t at = 0;
    const auto frame = process::next_frame(frames, at);
    REQUIRE(frame);
    CHECK(at == frames.size());
    REQUIRE(frame->is<Message>());
    return frame->as<Message>();
  }

  AgentCommands commands_;
};

inline const Fence kFence{4, 1};
inline constexpr double kHang_s = 30;

inline protocol::Group group_of(std::uint64_t id, std::int32_t rank) {
  return {id, {WorkerId{1 + (rank == 0 ? 1 : 0)}, WorkerId{1 + (rank == 0 ? 2 : 1)}}, rank};
}

/// The agent of worker 2, with a clock that the test moves.
class AgentScene {
 public:
  AgentAnswer on(AgentEvent event) { return AgentAnswer(core_.on(std::move(event), now)); }

  template <class Message>
  AgentAnswer receives(const Message& message) {
    return on(MessageReceived{raw(message)});
  }
  AgentAnswer receives_setup(bool noop = false) {
    protocol::Setup setup;
    setup.trainer = "/bin/trainer";
    setup.log_dir = "/out/logs";
    setup.threads = 3;
    setup.hang_s = kHang_s;
    setup.noop = noop;
    return receives(setup);
  }
  AgentAnswer receives_bundle(const std::vector<std::string>& tasks, const protocol::Group& group = {}) {
    protocol::Bundle bundle;
    for (const auto& name : tasks) {
      auto& one = bundle.tasks.emplace_back();
      one.fence = kFence;
      one.task.id = {name};
    }
    bundle.group = group;
    return receives(bundle);
  }
  template <class Message>
  AgentAnswer hears(const Message& message) {
    return on(TrainerSpoke{raw(message)});
  }
  AgentAnswer hears_end_of(const std::string& task, task::End kind = task::End::done) {
    return hears(protocol::Ended{kFence, {task}, kind, "", 0, 0, ""});
  }
  /// Ticks at least once a second for so long. Words that the agent is well are counted in `alive` and left out of the
  /// answer.
  AgentAnswer tick(double after_s = 0) {
    AgentCommands all;
    do {
      const double step_s = std::min(after_s, 1.0);
      now += step_s;
      after_s -= step_s;
      for (auto& one : core_.on(AgentTick{}, now)) {
        if (is_alive(one)) ++alive;
        else all.push_back(std::move(one));
      }
    } while (after_s > 0);
    return AgentAnswer(std::move(all));
  }
  /// The agent was stopped for so long, and goes on.
  AgentAnswer goes_on_after(double suspended_s) {
    now += suspended_s;
    return tick();
  }
  /// The trainer has ended and its last words have been told.
  AgentAnswer reaps(int code, int signal = 0) {
    on(TrainerEnded{}).nothing_else();
    return reaps_after_last_words(code, signal);
  }
  AgentAnswer reaps_after_last_words(int code, int signal = 0) {
    return on(TrainerReaped{{code, signal}, "its last line"});
  }
  /// Set up, with this bundle in the hands of a new trainer.
  AgentScene& works_on(const std::vector<std::string>& tasks) {
    receives_setup().nothing_else();
    receives_bundle(tasks).trainer_starts().trainer_gets(tasks.front()).nothing_else();
    return *this;
  }
  /// The same as member `rank` of a group of two.
  AgentScene& works_in_group(std::uint64_t id, std::int32_t rank, const std::vector<std::string>& tasks) {
    receives_setup().nothing_else();
    auto answer = receives_bundle(tasks, group_of(id, rank));
    CHECK(answer.trainer_starts().next<JoinGroup>().group.id == id);
    answer.trainer_gets(tasks.front()).nothing_else();
    return *this;
  }

  double now = 1000;
  std::size_t alive = 0;  ///< how often a tick told rank 0 that the agent is well

 private:
  static bool is_alive(const AgentCommand& command) {
    const auto* told = std::get_if<TellRank0>(&command);
    return told && told->frames == frame::encode(protocol::Alive{{2}});
  }

  AgentCore core_{{WorkerId{2}, "nodeA", 100, "here"}};
};

inline std::vector<protocol::InFlightTask> in_flight(const std::vector<std::string>& tasks) {
  std::vector<protocol::InFlightTask> list;
  for (const auto& name : tasks) list.push_back({{name}, kFence});
  return list;
}

inline std::vector<TaskId> ids(const std::vector<std::string>& tasks) {
  std::vector<TaskId> list;
  for (const auto& name : tasks) list.push_back({name});
  return list;
}

}  // namespace espalier::runtime
