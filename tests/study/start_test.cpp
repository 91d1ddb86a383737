#include <rapidcheck.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "espalier/core/errors.hpp"
#include "espalier/study/axes.hpp"
#include "espalier/study/kinds.hpp"
#include "espalier/study/needs.hpp"
#include "espalier/study/parse.hpp"
#include "espalier/study/units_word.hpp"
#include "study/cells.hpp"
#include "study/study_texts.hpp"

using namespace espalier;
using namespace espalier::study;
using testing::kSmallStudy;
using testing::kTwoSteps;

namespace {

const std::string kSwap = R"toml([[experiment]]
name = "swap"
kind = "evaluate"
start = { experiment = "first", same = ["target", "per_class"] }
units_from = [
  { units = "1-2,5", experiment = "second", same = ["per_class", "transferred", "target"] },
  { units = 7, source = "s" },
]
axes = { per_class = [1, 2], transferred = [3, 6] }
)toml";

Study parsed(const std::string& text) {
  const auto result = parse(text);
  for (const auto& diagnostic : result.diagnostics) UNSCOPED_INFO(format(diagnostic, "study.toml"));
  REQUIRE(result.diagnostics.empty());
  return result.study;
}

/// A change to a text with the one message it must bring, and the line of the changed text it points at.
struct Bad {
  std::string was, now;
  const char* says;
  std::string at;  ///< the first line that begins so after the change is meant
};

void check_one_message(const std::string& good, const Bad& bad) {
  std::string text = good;
  const auto at = text.rfind(bad.was);
  REQUIRE(at != std::string::npos);
  text.replace(at, bad.was.size(), bad.now);

  const auto result = parse(text);

  INFO(bad.now);
  for (const auto& diagnostic : result.diagnostics) UNSCOPED_INFO(format(diagnostic, "study.toml"));
  REQUIRE(result.diagnostics.size() == 1);
  CHECK_THAT(format(result.diagnostics[0], "study.toml"), Catch::Contains(bad.says));
  const auto line = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(text.rfind(bad.at)), '\n') + 1;
  CHECK(result.diagnostics[0].where.line == line);
}

}  // namespace

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
  const std::vector<Bad> all = {
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

TEST_CASE("study: what an experiment that trains nothing may not say brings one message, at its line") {
  const std::string good = kSmallStudy + kTwoSteps + kSwap;
  const std::vector<Bad> all = {
      {"kind = \"evaluate\"", "kind = \"evalute\"", "Did you mean 'evaluate'?", "kind ="},
      {"[1, 2], transferred", "[1, 2], train.batch = [8], transferred",
       "'train.batch' says how a network is trained (an experiment of kind \"evaluate\" trains nothing)", "axes ="},
      {"[1, 2], transferred", "[1, 2], high_units = [1], transferred", "'high_units' says how", "axes ="},
      {"[1, 2], transferred", "[1, 2], case = [\"c\"], transferred", "unknown case 'c'", "axes ="},
      {"axes = { per_class = [1, 2]", "case.c = { frozen = 1 }\naxes = { case = [\"c\"], per_class = [1, 2]",
       "'frozen' says how a network is trained", "case.c"},
      {"axes = { per_class = [1, 2]",
       "take = { values = [\"frozen\"], from = [\"first\"], best = \"valid.top1\" }\naxes = { per_class = [1, 2]",
       "'frozen' says how a network is trained", "take ="},
      {"units = 7", "units = 8", "there is no unit 8 (the network has 7 units)", "  { units = 8"},
      {"units = 7", "units = 5", "unit 5 is named twice", "  { units = 5"},
      {"units = 7", "units = \"7-\"", "'7-' names no units", "  { units = \"7-"},
      {"units = 7", "units = 0", "'0' names no units", "  { units = 0"},
      {"units = 7, ", "", "'units' is missing", "  { source"},
      {"source = \"s\" }", "source = \"z\" }", "unknown source 'z'", "  { units = 7"},
      {", source = \"s\" }", " }", "neither source nor experiment", "  { units = 7"},
      {"source = \"s\" }", "source = \"s\", same = [] }", "same belongs to experiment", "  { units = 7"},
      {"experiment = \"second\"", "experiment = \"secnd\"", "Did you mean 'second'?", "  { units = \"1-2"},
      {"\"per_class\", \"transferred\"", "\"transferred\"", "experiment 'second' has several values of 'per_class'",
       "  { units = \"1-2"},
  };
  for (const auto& bad : all) check_one_message(good, bad);
  std::string none = kSmallStudy;
  none.replace(none.find("[source.s]\ndata = \"d\"\n"), 22, "");
  none.replace(none.find("[0, 6]"), 6, "[0]");
  check_one_message(none + "[[experiment]]\nname = \"e\"\nkind = \"evaluate\"\n",
                    {"name = \"e\"", "name = \"e\"", "there is no network to evaluate", "[[experiment]]"});
}

TEST_CASE("study: an experiment that evaluates is no parent, has no training metric, and may not stand in a circle") {
  const auto text = kSmallStudy + kTwoSteps + kSwap;
  check_one_message(text + "[[experiment]]\nname = \"b\"\nstart = { experiment = \"swap\" }\n",
                    {"\"swap\" }", "\"swap\" }", "experiment 'swap' leaves no network", "start ="});
  check_one_message(text + "[[figure]]\nexperiment = \"swap\"\nx = \"per_class\"\ny = \"train.top1\"\n",
                    {"train.top1", "train.loss", "'train.loss' is not recorded (nothing is trained)", "[[figure]]"});
  check_one_message(text, {"name = \"second\"",
                           "name = \"second\"\ntake = { values = [\"decay_epoch\"], from = [\"swap\"], best = "
                           "\"valid.top1\" }",
                           "(second takes from swap takes units from second)", "  { units = \"1-2"});
}

TEST_CASE("study: a list of units is read into ascending numbers, each once") {
  CHECK(parse_unit_list("5, 1-3") == std::vector<std::int32_t>{1, 2, 3, 5});
  for (const char* text : {"", ",", "1,", "-", "1-", "0", "2-1", "1,1", "1-3,2", "x", "1;2", "top"}) {
    INFO(text);
    CHECK_THROWS_AS(parse_unit_list(text), UsageError);
  }
  const bool holds = rc::check([] {
    const auto chosen = *rc::gen::nonEmpty(rc::gen::container<std::set<std::int32_t>>(rc::gen::inRange(1, 200)));
    std::vector<std::int32_t> units(chosen.begin(), chosen.end());
    std::string text;
    for (auto unit = units.rbegin(); unit != units.rend(); ++unit)
      text += (text.empty() ? "" : ",") + std::to_string(*unit);
    RC_ASSERT(parse_unit_list(text) == units);
  });
  CHECK(holds);
}

TEST_CASE("axes: where nothing is trained only axes of place are left, whatever the experiment leaves out") {
  Experiment evaluate, started;
  evaluate.kind = "evaluate";
  started.start = Start{"first", {"split"}, {}};
  for (const auto& row : axes()) {
    INFO(row.name);
    CHECK((left_out_in(row, evaluate) == LeftOut::absent) == (row.of_training || row.left_out == LeftOut::absent));
    CHECK((left_out_in(row, started) == row.left_out) == (row.name != "source"));
  }
  started.start->same.push_back("source");
  CHECK(left_out_in(*axis_row("source"), started) == LeftOut::every);
}
