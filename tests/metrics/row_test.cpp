#include "espalier/metrics/row.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "espalier/core/errors.hpp"

using namespace espalier;
using namespace espalier::metrics;

TEST_CASE("metrics: every name is read back, and train_eval is also known as fit") {
  for (const Subset subset : kSubsets) {
    for (const auto& facts : kMetrics) {
      const MetricName metric{subset, facts.metric};
      const auto read = parse_metric(to_string(metric));
      CHECK((read.subset == subset && read.metric == facts.metric));
    }
  }
  CHECK((parse_metric("fit.loss").subset == Subset::train_eval));
  CHECK(stored_name_of(Subset::train_eval) == std::string("fit"));
  CHECK(stored_name_of(Subset::valid) == std::string("valid"));
}

TEST_CASE("metrics: an unknown name is refused with the known ones") {
  for (const char* name : {"top1", "test", "test.", ".top1", "tset.top1", "test.top2", "test.top1.loss", ""}) {
    INFO(name);
    CHECK_THROWS_WITH(parse_metric(name), Catch::Contains(".loss, .top1, .top5"));
  }
}

TEST_CASE("metrics: hits become a share of the images, a loss is the mean that it is") {
  Row row;
  row.count = 8;
  row.values.set(Metric::loss, 1.5);
  row.values.set(Metric::top1, 2);
  CHECK(row.of(Metric::loss) == 1.5);
  CHECK(row.of(Metric::top1) == 0.25);
  CHECK(std::isnan(row.of(Metric::top5)));
  row.count = 0;
  CHECK(row.of(Metric::top1) == 0);
}

TEST_CASE("metrics: values that were not measured equal each other, and what a later version knows is passed over") {
  Values one, other;
  CHECK(one == other);
  one.set(Metric::top1, 3);
  CHECK_FALSE(one == other);
  other.set(Metric::top1, 3);
  other.set(static_cast<Metric>(60000), 1);
  CHECK(one == other);
}
