// Which protocols are compared for an amount of data, and how the papers' settings are carried over to other depths.
#include <catch2/catch.hpp>

#include "espalier/report/published_rules.hpp"
#include "init_looks.hpp"

using namespace espalier;
using Catch::Contains;
using testing::network_of;

namespace {

cli::Draft draft_of(std::int64_t per_class, std::size_t depth = 8) {
  cli::Draft draft;
  draft.source = cli::DraftSource::checkpoint;
  draft.network = network_of(depth);
  draft.target.usual = per_class;
  draft.epochs = 60;
  return draft;
}

std::vector<std::string> names_of(const cli::Draft& draft) {
  std::vector<std::string> names;
  for (const auto& one : cli::protocols_for(draft)) names.push_back(one.name);
  return names;
}

std::string values_of(const cli::Draft& draft, const std::string& name) {
  for (const auto& one : cli::protocols_for(draft)) {
    if (one.name == name) return one.values;
  }
  return "";
}

}  // namespace

TEST_CASE("draft protocols: freezing comes first for few images, tuning for more") {
  CHECK(names_of(draft_of(10)).front() == "freeze");
  CHECK(names_of(draft_of(50)).front() == "tune");
  CHECK(names_of(draft_of(500)).front() == "tune");
}

TEST_CASE("draft protocols: Plested's optimum keeps its place below the top, its share of frozen units and its decay") {
  CHECK(values_of(draft_of(10), "plested") ==
        "transferred = 6, frozen = 6, high_units = 1, train.rates.rest.start = 0.0005, decay_epoch = 20");
  CHECK(values_of(draft_of(25, 10), "plested") ==
        "transferred = 8, frozen = 7, high_units = 1, train.rates.rest.start = 0.0005, decay_epoch = 10");
  CHECK(values_of(draft_of(1290, 4), "plested") ==
        "transferred = 1, frozen = 0, high_units = 1, train.rates.rest.start = 0.0005, decay_epoch = 60");
}

TEST_CASE("draft protocols: all but the last unit are frozen, and the first third where first units are") {
  CHECK_THAT(values_of(draft_of(10, 7), "freeze"), Contains("transferred = 6, frozen = 6"));
  CHECK_THAT(values_of(draft_of(10, 7), "first-frozen"), Contains("transferred = 6, frozen = 2"));
}

TEST_CASE("draft protocols: what Chu's Table 3 advises for one distance alone comes first at every distance") {
  for (const auto& [per_class, first] : {std::pair(10, "freeze"), std::pair(50, "tune"), std::pair(500, "tune")}) {
    for (const auto distance : {report::Level::low, report::Level::medium, report::Level::high}) {
      const auto& advised = report::chu_advice(distance, report::data_level(per_class));
      const auto wanted = std::string(first) == "freeze" ? report::Family::freeze : report::Family::tune;
      CHECK((advised.size() > 1 || advised.front() == wanted));
    }
    CHECK(names_of(draft_of(per_class)).front() == first);
  }
}

TEST_CASE("draft protocols: fewer images a class than there are choose other protocols") {
  auto draft = draft_of(500);
  draft.per_class = 10;

  CHECK(names_of(draft).front() == "freeze");
}

TEST_CASE("draft protocols: without a source nothing is copied") {
  auto draft = draft_of(10);
  draft.source = cli::DraftSource::none;

  for (const auto& one : cli::protocols_for(draft)) CHECK_THAT(one.values, Contains("transferred = 0, frozen = 0"));
}
