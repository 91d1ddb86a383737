#include "runtime/rank0/source_threshold.hpp"

#include <catch2/catch.hpp>

#include "support/rows.hpp"

using namespace espalier;
using namespace espalier::runtime;

TEST_CASE("source threshold: a source below its threshold is called weak, once it is trained") {
  store::TaskState source;
  source.task.record = testing::made_record();
  const SourceThreshold threshold{"'half'", 0.5};
  CHECK_FALSE(weakness_of(source, threshold));

  source.rows.push_back({{1, 1}, testing::measured_row(1, metrics::Subset::valid, 1, 4, 8, 10)});
  CHECK_THAT(weakness_of(source, threshold).value(), Catch::Contains("'half' reached 40.0 %"));
  source.rows.push_back({{1, 1}, testing::measured_row(2, metrics::Subset::valid, 1, 5, 8, 10)});
  source.rows.push_back({{1, 1}, testing::measured_row(2, metrics::Subset::test, 1, 1, 8, 10)});
  CHECK_FALSE(weakness_of(source, threshold));
}
