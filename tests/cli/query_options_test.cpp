#include "cli/query_options.hpp"

#include <catch2/catch.hpp>

#include "espalier/core/errors.hpp"

using namespace espalier;
using namespace espalier::cli;

namespace {

QueryOptions parsed(const std::string& line) {
  CLI::App verb;
  QueryOptions options;
  add_query_options(verb, options);
  verb.parse(line);
  return options;
}

}  // namespace

TEST_CASE("query options: without any, test accuracy at 95 %") {
  const auto query = query_of(parsed(""));
  CHECK(metrics::to_string(query.metric) == "test.top1");
  CHECK(query.confidence == 0.95);
  CHECK((query.by.empty() && query.over.empty() && query.where.empty()));
  CHECK(query.unit == "split");
  CHECK(query_of(parsed("--over-targets")).unit == "target");
}

TEST_CASE("query options: axes by commas, conditions each, an experiment as one of them") {
  const auto query = query_of(
      parsed("--by 'frozen, per_class' --over replicate --where transferred=4|6 --where split=1 --experiment a "
             "--metric valid.loss --confidence 0.9"));

  CHECK(query.by == std::vector<std::string>{"frozen", "per_class"});
  CHECK(query.over == std::vector<std::string>{"replicate"});
  REQUIRE(query.where.size() == 3);
  CHECK(query.where[0].values == std::vector<std::string>{"4", "6"});
  CHECK(query.where[2].axis == "experiment");
  CHECK(metrics::to_string(query.metric) == "valid.loss");
  CHECK(query.confidence == 0.9);
}

TEST_CASE("query options: what cannot be is refused") {
  CHECK_THROWS_AS(query_of(parsed("--metric test.top2")), UsageError);
  CHECK_THROWS_AS(query_of(parsed("--where transferred")), UsageError);
  CHECK_THROWS_AS(parsed("--confidence 1"), CLI::ValidationError);
  CHECK_THROWS_AS(parsed("--csv --json"), CLI::ExcludesError);
}
