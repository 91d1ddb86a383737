// Runs that start from other runs, and what is wrong with `start`.
#include <catch2/catch.hpp>

#include "espalier/study/kinds.hpp"
#include "espalier/study/needs.hpp"
#include "study/cells.hpp"
#include "study/study_texts.hpp"

using namespace espalier;
using namespace espalier::study;
using testing::BadChange;
using testing::check_one_message;
using testing::kSmallStudy;
using testing::kSwap;
using testing::kTwoSteps;
using testing::parsed;

TEST_CASE("study: an experiment starts from the runs of another") {
  const Study study = parsed(kSmallStudy + kTwoSteps);

  const Experiment& second = study.experiments.at(2);
  REQUIRE(second.start);
  CHECK(second.start->experiment == "first");
  CHECK(second.start->same == std::vector<std::string>{"target", "per_class", "split"});
  CHECK(to_string(*second.start) == "the run of 'first' with equal target, per_class and split");
  CHECK(needs_of(second).at(0).experiment == "first");
  CHECK(cell_count(study, second) == 8);
}

TEST_CASE("study: an experiment that evaluates may take units of several networks") {
  const Study study = parsed(kSmallStudy + kTwoSteps + kSwap);

  const Experiment& swap = study.experiments.at(3);
  CHECK_FALSE(trains(swap));
  REQUIRE(swap.units_from.size() == 2);
  CHECK(swap.units_from[0].units == std::vector<std::int32_t>{1, 2, 5});
  CHECK(swap.units_from[0].run->experiment == "second");
  CHECK(swap.units_from[1].units == std::vector<std::int32_t>{7});
  CHECK(swap.units_from[1].source == "s");
  CHECK_FALSE(swap.units_from[1].run);
  CHECK(needs_of(swap).size() == 2);
  CHECK(origin_of(swap.units_from[0]).units == "units 1,2,5");
  CHECK(origin_of(swap.units_from[1]).from == "source 's'");
}

TEST_CASE("study: sources alone may be evaluated, one start may follow another, and no source is needed with it") {
  parsed(kSmallStudy + "[[experiment]]\nname = \"e\"\nkind = \"evaluate\"\n");
  parsed(kSmallStudy + kTwoSteps +
         "[[experiment]]\nname = \"third\"\n"
         "start = { experiment = \"second\", same = [\"target\", \"per_class\", \"transferred\"] }\n"
         "axes = { per_class = [2], transferred = [3] }\n");
  std::string without = kSmallStudy;
  without.replace(without.find("[source.s]\ndata = \"d\"\n"), 22, "");
  without.replace(without.find("[0, 6]"), 6, "[0]");
  parsed(without + "[[experiment]]\nname = \"b\"\nstart = { experiment = \"a\" }\n");
}

TEST_CASE("study: what is wrong with start brings one message, at its line") {
  const std::string good = kSmallStudy + kTwoSteps, start = "start = { experiment = \"first\", same = [\"target\", ";
  const std::vector<BadChange> all = {
      {"experiment = \"first\"", "experiment = \"frist\"", "Did you mean 'first'?", "start ="},
      {"experiment = \"first\", ", "", "'experiment' is missing", "start ="},
      {"{ experiment = \"first\", same = [\"target\", \"per_class\", \"split\"] }", "\"first\"", "expected a table",
       "start ="},
      {"\"split\"]", "\"splits\"]", "'splits' is no axis of experiment 'first'", "start ="},
      {"\"split\"]", "\"frozen\"]", "'frozen' is no axis of experiment 'second' (its axes are 'per_class'", "start ="},
      {"\"split\"]", "\"target\"]", "'target' stands twice", "start ="},
      {"\"target\", ", "", "experiment 'first' has several values of 'target' (a run starts from exactly one run). Add",
       "start ="},
      {"[\"target\", \"per_class\", \"split\"]", "[]", "has several values of 'per_class', 'target'", "start ="},
      {"transferred = [3, 6] }", "transferred = [3, 6], source = [\"s\"] }",
       "both start and source (units come from a run of 'first', so that no source is used)", "axes ="},
      {"transferred = [3, 6] }", "transferred = [3, 6], source.epochs = [1] }", "both start and source.epochs",
       "axes ="},
      {"[[experiment]]\nname = \"second\"",
       "[[experiment]]\nname = \"second\"\nunits_from = { units = 1, source = \"s\" }",
       "Write kind = \"evaluate\", or use start", "units_from"},
      {"name = \"first\"",
       "name = \"first\"\nstart = { experiment = \"second\", same = [\"target\", \"per_class\", "
       "\"transferred\"] }\nfixed = { transferred = 3 }",
       "in a circle (first starts from second starts from first)", "start ="},
      {"name = \"first\"",
       "name = \"first\"\ntake = { values = [\"transferred\"], from = [\"second\"], best = \"valid.top1\" }",
       "in a circle (first takes from second starts from first)", "start ="},
      {"experiment = \"first\", same = [\"target\", \"per_class\", \"split\"]",
       "experiment = \"second\", same = [\"target\", \"per_class\", \"transferred\"]", "(second starts from second)",
       "start ="},
  };
  for (const auto& bad : all) check_one_message(good, bad);
}

TEST_CASE("study: values and networks that no run of the other experiment has are refused") {
  const std::string good = kSmallStudy + kTwoSteps;
  check_one_message(good,
                    {"axes = { per_class = [1, 2], frozen", "axes = { target = [\"t\"], per_class = [1, 2], frozen",
                     "no run of experiment 'first' has target u (its values are 't')", "start ="});
  std::string two = good;
  two.replace(two.find("[network]\nname = \"cifar7\""), 25, "[network.cifar7]\n[network.wide]\nname = \"cifar7\"");
  check_one_message(two,
                    {"transferred = [3, 6] }", "transferred = [3, 6], network = [\"wide\"] }",
                     "network 'wide' cannot start from experiment 'first' (that trains network 'cifar7')", "start ="});
}

TEST_CASE("study: a run that starts from one of several folds names the fold") {
  std::string good = kSmallStudy + kTwoSteps;
  good.replace(good.find("valid = { per_class = 3 }\n"), 26, "[split]\nfolds = 3\n");
  const std::string same = "same = [\"target\", \"per_class\", \"split\"";
  good.replace(good.find(same), same.size(), same + ", \"fold\"");

  CHECK(cell_count(parsed(good), parsed(good).experiments.at(2)) == 8 * 3);
  check_one_message(good, {", \"fold\"", "", "experiment 'first' has several values of 'fold'", "start ="});
  check_one_message(good, {"[split]\nfolds = 3\n", "valid = { per_class = 3 }\n",
                           "'fold' is no axis of experiment 'first'", "start ="});
  parsed(good +
         "[[experiment]]\nname = \"e\"\nkind = \"evaluate\"\naxes = { per_class = [1, 2] }\n"
         "start = { experiment = \"first\", same = [\"per_class\", \"target\", \"fold\"] }\n");
}

TEST_CASE("study: runs are found where a zip, a dependent axis or an exclusion leaves one") {
  const auto first = [](const std::string& axes, const std::string& same) {
    return kSmallStudy + "[target.u]\ndata = \"d\"\n[[experiment]]\nname = \"first\"\n" + axes +
           "\n[[experiment]]\nname = \"second\"\nstart = { experiment = \"first\", same = [" + same +
           "] }\naxes = { per_class = [1, 2] }\n";
  };
  parsed(first("axes = { target = [\"t\"], per_class = [1, 2], frozen = [0, 1] }\nzip = [\"per_class\", \"frozen\"]",
               "\"per_class\"") +
         "fixed = { target = \"t\" }\n");
  parsed(first("axes = { per_class = { by = \"target\", t = [1], u = [2] } }", "\"target\""));
  parsed(first("axes = { per_class = [1, 2], frozen = [0, 1] }\nexclude = [{ name = \"x\", when = \"frozen > 0\" }]",
               "\"target\", \"per_class\""));
}
