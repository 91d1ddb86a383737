#include "report/predicted/chosen_setting.hpp"

#include <catch2/catch.hpp>

#include "support/state_builder.hpp"

using namespace espalier;

namespace {

std::vector<plan::Label> cell(const std::string& target, const std::string& frozen, int split) {
  return {{"target", target}, {"frozen", frozen}, {"split", std::to_string(split)}, {"replicate", "1"}};
}

}  // namespace

TEST_CASE("chosen setting: of each target the best mean on validation images, whatever test images say") {
  testing::StateBuilder builder;
  for (const std::string target : {"a", "b"}) {
    for (int split = 1; split <= 2; ++split) {
      const double turn = target == "a" ? 1 : -1;
      builder.done("e", cell(target, "0", split), {.valid_top1 = .5 + .1 * turn, .test_top1 = .2});
      builder.done("e", cell(target, "2", split), {.valid_top1 = .5 - .1 * turn, .test_top1 = .9});
    }
  }
  builder.failed("e", cell("a", "2", 3), "diverged: loss is NaN");
  const report::Directory directory{"out", builder.state()};

  const auto chosen = report::chosen_settings(report::runs_of(directory));

  REQUIRE(chosen.size() == 2);
  CHECK(chosen[0].labels == std::vector<plan::Label>{{"target", "a"}, {"frozen", "0"}});
  CHECK(chosen[0].runs.size() == 2);
  CHECK(chosen[0].mean == Approx(.6));
  CHECK(metrics::to_string(chosen[0].by) == "valid.top1");
  CHECK(chosen[1].labels == std::vector<plan::Label>{{"target", "b"}, {"frozen", "2"}});

  testing::StateBuilder none;
  none.waiting("e", cell("a", "0", 1));
  const report::Directory empty{"out", none.state()};
  CHECK(report::chosen_settings(report::runs_of(empty)).empty());
}

TEST_CASE("chosen setting: equal means are told apart as selections do, and a setting that diverged comes last") {
  testing::StateBuilder builder;
  for (int split = 1; split <= 2; ++split) {
    builder.done("e", cell("a", "0", split), {.valid_top1 = .5, .valid_loss = 2});
    builder.done("e", cell("a", "1", split), {.valid_top1 = .5, .valid_loss = 1});
    builder.done("e", cell("a", "2", split), {.valid_top1 = .6, .valid_loss = 1});
  }
  builder.failed("e", cell("a", "2", 3), "diverged: loss is NaN");
  const report::Directory directory{"out", builder.state()};

  const auto chosen = report::chosen_settings(report::runs_of(directory));

  REQUIRE(chosen.size() == 1);
  CHECK(chosen[0].labels == std::vector<plan::Label>{{"frozen", "1"}});
}
