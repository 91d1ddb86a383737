// The sentences of a recommendation.
#include "espalier/report/recommend_text.hpp"

#include <fmt/format.h>

#include <catch2/catch.hpp>

using namespace espalier;
using namespace espalier::report;
using Catch::Contains;

namespace {

RankedProtocol protocol(const std::string& frozen, Family family, double test, bool best, bool tied) {
  RankedProtocol one;
  one.values = {{"frozen", frozen}};
  one.family = family;
  one.runs = {3, 3, 0, 0};
  one.splits = 3;
  one.wins = best ? 2 : 0;
  one.best = best;
  one.indistinguishable = best || tied;
  one.test = {3, test, 0.01, stats::Interval{test - 0.02, test + 0.02}};
  return one;
}

MeasuredCell cell() {
  MeasuredCell made;
  made.source = "half";
  made.target = "other";
  made.network = "cifar7";
  made.per_class = "5";
  made.images_per_class = 5;
  made.images = 150;
  made.units = 7;
  made.runs = 9;
  made.protocols = {protocol("6", Family::freeze, .5, true, false), protocol("0", Family::tune, .49, false, true),
                    protocol("2", Family::freeze_first, .3, false, false)};
  return made;
}

std::string sentences(const MeasuredCell& cell) { return fmt::format("{}", fmt::join(measured_sentences(cell), " ")); }

}  // namespace

TEST_CASE("recommend text: the best protocol has its interval, its wins and the number of runs") {
  CHECK_THAT(sentences(cell()),
             Contains("Best on validation images: frozen 6 (copied units frozen), test accuracy 50.0 % [48.0, 52.0], "
                      "the best in 2 of 3 splits; 9 runs of 3 protocols say so."));
  CHECK_THAT(sentences(cell()), Contains("Cannot be told from it: frozen 0 (copied units tuned)."));
  CHECK_THAT(sentences(cell()), !Contains("frozen 2"));
}

TEST_CASE("recommend text: too few splits are said, and diverged runs are named") {
  auto few = cell();
  few.protocols[0].splits = 2;
  few.protocols[2].runs = {3, 2, 1, 0};

  CHECK_THAT(sentences(few), Contains("With two splits it cannot be said which others are as good."));
  CHECK_THAT(sentences(few), Contains("Runs are missing or diverged: frozen 2"));
}

TEST_CASE("recommend text: the interval of one split's folds is labelled, and three folds are needed") {
  auto folded = cell();
  for (auto& one : folded.protocols) {
    one.splits = one.wins = 1;
    one.folds = 5;
    one.test.folds = 5;
  }
  CHECK_THAT(sentences(folded), Contains("test accuracy 50.0 % [48.0, 52.0] over 5 folds (corrected); 9 runs"));
  CHECK_THAT(sentences(folded), Contains("Cannot be told from it: frozen 0"));

  folded.protocols[0].folds = 2;
  CHECK_THAT(sentences(folded), Contains("With two folds it cannot be said"));
}

TEST_CASE("recommend text: a distance says its method, unit, interval and floor, or that it is unknown") {
  auto measured = cell();
  CHECK(distance_text(measured) == "distance unknown");
  measured.distance.emplace();
  measured.distance->value = 0.2134;
  measured.distance->interval = stats::Interval{0.2, 0.22};
  measured.distance->floor = 0.003;
  measured.distance->network = "cifar7";
  measured.distance->unit = "fc6";
  measured.distance->runs = 4;

  CHECK(distance_text(measured) ==
        "distance 0.213 [0.200, 0.220] (cosine, after fc6 of cifar7; two halves of the source: 0.003; 4 runs)");
  CHECK(place_text(measured) == "half to other, 5 images a class (150 in all), cifar7");
}

TEST_CASE("recommend text: an answer says what was asked, measured and published, and where papers disagree") {
  const auto answer = recommend({cell()}, {std::nullopt, 5, 150, "", ""});

  const std::string text = fmt::format("{}", fmt::join(answer_lines(answer), "\n"));

  CHECK_THAT(text, Contains("Asked: distance unknown, 5 images a class."));
  CHECK_THAT(text, Contains("Measured: half to other"));
  CHECK_THAT(text, Contains("It is 0.0 class widths from what is asked, without its distance."));
  CHECK_THAT(text, Contains("Plested and Gedeon 2019 (Table 2)") && Contains("What was measured agrees."));
  CHECK_THAT(text, Contains("The papers disagree: Chu et al. 2016 against Chadha and Jain 2020."));
}

TEST_CASE("recommend text: without evidence that is said") {
  const auto lines = answer_lines(recommend({}, {0.1, 5, 0, "caffenet", "fc7"}));

  CHECK(lines.front() == "Asked: distance 0.100 after fc7 of caffenet, 5 images a class.");
  CHECK(lines.at(2) == "Nothing was measured; what follows are the rules of papers alone.");
}
