// Which measured cells speak for a question, and how they stand to the papers' rules.
#include "espalier/report/recommend.hpp"

#include <catch2/catch.hpp>
#include <cmath>

using namespace espalier::report;

namespace {

RankedProtocol protocol(Family family, bool best, bool tied) {
  RankedProtocol one;
  one.values = {{"transferred", "6"}};
  one.family = family;
  one.best = best;
  one.indistinguishable = best || tied;
  one.splits = 3;
  return one;
}

MeasuredCell cell(double per_class, std::optional<double> distance, const std::string& unit = "fc6") {
  MeasuredCell made;
  made.target = "t";
  made.network = "cifar7";
  made.units = 7;
  made.images_per_class = per_class;
  if (distance) {
    made.distance.emplace();
    made.distance->value = *distance;
    made.distance->network = "cifar7";
    made.distance->unit = unit;
  }
  made.protocols = {protocol(Family::freeze, true, false), protocol(Family::tune, false, false)};
  made.runs = 6;
  return made;
}

Question asked(std::optional<double> distance, std::optional<double> per_class) {
  return {distance, per_class, 0, "cifar7", "fc6"};
}

Agreement agreement_with(const Recommendation& answer, const std::string& paper) {
  for (const auto& one : answer.papers) {
    if (one.opinion.paper.starts_with(paper)) return one.agreement;
  }
  return Agreement::silent;
}

}  // namespace

TEST_CASE("recommend: the nearest cell in distance and in the logarithm of the size comes first") {
  const std::vector<MeasuredCell> cells{cell(5, 0.5), cell(100, 0.1), cell(10, 0.12), cell(1000, 0.1)};

  const auto answer = recommend(cells, asked(0.1, 12));

  REQUIRE(answer.cells.size() == 3);
  CHECK(answer.cells[0].cell.images_per_class == 10);
  CHECK(*answer.cells[0].gap == Approx(std::hypot(0.02 / 0.2, std::log(1.2) / std::log(5))));
  CHECK(answer.cells[1].cell.images_per_class == 100);
  CHECK(*answer.cells[1].gap > kNear);
}

TEST_CASE("recommend: a distance of another unit is not compared, and such a cell stands behind") {
  const std::vector<MeasuredCell> cells{cell(12, 0.1, "conv5"), cell(20, 0.3)};

  const auto answer = recommend(cells, asked(0.1, 12));

  CHECK(answer.cells[0].cell.images_per_class == 20);
  CHECK(answer.cells[1].not_compared == std::vector<std::string>{"distance"});
}

TEST_CASE("recommend: a distance through other units of the same name is not compared") {
  auto thin = cell(12, 0.1);
  thin.distance->network_digest = "thin";
  auto question = asked(0.1, 12);
  CHECK(recommend({thin}, question).cells[0].not_compared.empty());  // the question does not say which units
  question.network_digest = "wide";
  CHECK(recommend({thin}, question).cells[0].not_compared == std::vector<std::string>{"distance"});
  CHECK_FALSE(is_calibrated("caffenet", "fc7", "thin"));
}

TEST_CASE("recommend: without a distance cells are compared by size alone") {
  const auto answer = recommend({cell(100, 0.1), cell(10, std::nullopt)}, asked(std::nullopt, 12));

  CHECK(answer.cells[0].cell.images_per_class == 10);
  CHECK(answer.cells[0].not_compared == std::vector<std::string>{"distance"});
}

TEST_CASE("recommend: a paper agrees where the best protocol is of its kind, and is held against near cells only") {
  auto near = recommend({cell(10, 0.1)}, asked(0.1, 10));
  CHECK(agreement_with(near, "Plested") == Agreement::agrees);    // freeze
  CHECK(agreement_with(near, "Chadha") == Agreement::disagrees);  // tune, since images are unknown
  CHECK(agreement_with(near, "Royer") == Agreement::disagrees);   // one unit was not tried, tuning all is worse

  auto far = recommend({cell(500, 0.9)}, asked(0.1, 10));
  CHECK(agreement_with(far, "Plested") == Agreement::not_measured);
}

TEST_CASE("recommend: a rule whose protocol cannot be told from the best is not refuted") {
  auto tied = cell(500, 0.1);
  tied.protocols[1].indistinguishable = true;

  CHECK(agreement_with(recommend({tied}, asked(0.1, 500)), "Plested") == Agreement::not_refuted);
}

TEST_CASE("recommend: without evidence there are the papers' rules and their disagreements") {
  Question question{std::nullopt, 10, 300, "", ""};

  const auto answer = recommend({}, question);

  CHECK(answer.cells.empty());
  CHECK(answer.papers.size() == 4);
  CHECK(agreement_with(answer, "Chadha") == Agreement::not_measured);
  CHECK_FALSE(answer.disagreements.empty());
}

TEST_CASE("recommend: only fc7 of CaffeNet is calibrated") {
  CHECK(is_calibrated("caffenet", "fc7"));
  CHECK_FALSE(is_calibrated("caffenet", "fc6"));
  CHECK_FALSE(is_calibrated("alexnet", "fc7"));
  Question question{0.1, 10, 0, "caffenet", "fc7"};
  CHECK(situation_of(question).calibrated);
  CHECK_FALSE(situation_of(cell(10, 0.1)).calibrated);
}
