#include "cli/progress_line.hpp"

#include <catch2/catch.hpp>

#include "support/state_builder.hpp"

using namespace espalier;
using namespace espalier::cli;

TEST_CASE("progress line: none before there are runs; then a bar, runs and what failed") {
  testing::StateBuilder builder;
  CHECK(progress_line(builder.state()).empty());
  CHECK(summary(builder.state()) == "0 runs: none");

  builder.done("some", {{"n", "1"}}, {});
  builder.failed("some", {{"n", "2"}}, "diverged");
  builder.running("some", {{"n", "3"}});
  builder.waiting("some", {{"n", "4"}});
  const auto line = progress_line(builder.state());

  CHECK_THAT(line, Catch::StartsWith("[############------------] 1/4 runs  1 unsuccessful  1 training"));
}

TEST_CASE("progress line: the bar goes by work where tasks have estimates, and says at once how long it will take") {
  testing::StateBuilder builder;
  builder.done("some", {{"n", "1"}}, {});
  builder.waiting("some", {{"n", "2"}});
  for (const auto& entry : builder.state().runs) {
    auto& task = builder.state().tasks.at(entry.run.task);
    task.task.cost_s = task.state == task::RunState::done ? 10 : 30;
  }

  const auto line = progress_line(builder.state());

  CHECK_THAT(line, Catch::StartsWith("[######------------------] 25 %  1/2 runs"));
  CHECK_THAT(line, Catch::EndsWith("  about 30 s left"));
}

TEST_CASE("progress line: a summary counts every state once and names the experiments that wait") {
  testing::StateBuilder builder;
  builder.done("some", {{"n", "1"}}, {});
  builder.done("some", {{"n", "2"}}, {});
  builder.later("second", {{"n", "1"}}, "second//0");
  builder.later("second", {{"n", "2"}}, "second//0");
  const auto text = summary(builder.state());

  CHECK_THAT(text, Catch::StartsWith("4 runs: ") && Catch::Contains("2 done"));
  CHECK_THAT(text, Catch::EndsWith("\n  'second' waits for selections"));
  CHECK(text.find("'second'") == text.rfind("'second'"));
}
