#pragma once
// A supervisor in a fake world: launches, heartbeats, clock and journal are the test's.
#include <catch2/catch.hpp>
#include <csignal>
#include <string>

#include "runtime/launch/supervisor_core.hpp"

namespace espalier::runtime {

/// The commands of one answer, taken out in their order; `nothing_else` fails on what was not asked about.
class SupervisorAnswer {
 public:
  explicit SupervisorAnswer(SupervisorCommands commands) : commands_(std::move(commands)) {}

  SupervisorAnswer& starts() {
    next<StartLaunch>();
    return *this;
  }
  SupervisorAnswer& checks_nodes() {
    next<CheckNodes>();
    return *this;
  }
  SupervisorAnswer& signals(int number) {
    CHECK(next<SignalLaunch>().signal == number);
    return *this;
  }
  SupervisorAnswer& says_time_is_up() {
    next<SayTimeIsUp>();
    return *this;
  }
  SupervisorAnswer& says(const std::string& part) {
    CHECK_THAT(next<PrintLine>().line, Catch::StartsWith("espalier: ") && Catch::Contains(part));
    return *this;
  }
  SupervisorAnswer& exits(int code) {
    CHECK(next<ExitWith>().code == code);
    return *this;
  }
  void nothing_else() const { CHECK(commands_.empty()); }

 private:
  template <class Command>
  Command next() {
    REQUIRE(!commands_.empty());
    const auto first = commands_.front();
    commands_.erase(commands_.begin());
    REQUIRE(std::holds_alternative<Command>(first));
    return std::get<Command>(first);
  }

  SupervisorCommands commands_;
};

/// A supervisor whose first launch was just started, on a journal of three launches and ten results.
class SupervisorScene {
 public:
  explicit SupervisorScene(LaunchFacts facts = {}) : core_("/out/logs/launch.log", {}, std::move(facts)) {
    on(SupervisorStarted{journal}).starts().nothing_else();
  }

  SupervisorAnswer on(const SupervisorEvent& event) { return SupervisorAnswer(core_.on(event, now)); }
  SupervisorAnswer signal(int number) { return on(SignalCame{number, journal.segments, words}); }
  SupervisorAnswer tick(double after_s = 0) {
    now += after_s;
    return on(SupervisorTick{journal.segments, words});
  }
  /// A tick for each second, in each of which rank 0 sends a heartbeat if `alive`; the last answer.
  SupervisorAnswer seconds(int count, bool alive) {
    for (int i = 1; i < count; ++i) second(alive).nothing_else();
    return second(alive);
  }
  SupervisorAnswer dies(int code, int signal = 0) { return on(LaunchEnded{{code, signal}, journal, words}); }
  /// The launch opens its segment of the journal: rank 0 listens.
  SupervisorScene& begins() {
    ++journal.segments;
    journal.last_exit = -1;
    return *this;
  }

  double now = 1000;
  JournalFacts journal{3, -1, 10};
  LaunchWords words;

 private:
  SupervisorAnswer second(bool alive) {
    words.heartbeats += alive ? 1 : 0;
    return tick(1);
  }

  SupervisorCore core_;
};

inline constexpr int kKilled = 128 + SIGKILL;

}  // namespace espalier::runtime
