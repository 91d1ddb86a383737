#include "report/classes/class_values.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "espalier/core/errors.hpp"
#include "espalier/metrics/average_precision.hpp"

using namespace espalier;
using Catch::Contains;
using metrics::Metric;

namespace {

/// Scores in few levels, so that some are equal, and labels of which some do not count; the last output has no
/// positive.
report::Predictions several(int images, int outputs, unsigned seed) {
  std::mt19937 draws(seed);
  report::Predictions made;
  made.outputs = outputs;
  for (int i = 0; i < images * outputs; ++i) {
    made.scores.push_back(static_cast<float>(draws() % 20) / 4);
    const auto label = static_cast<float>(draws() % 3) - 1;
    made.positives.push_back(i % outputs == outputs - 1 ? std::min(label, 0.0F) : label);
  }
  return made;
}

}  // namespace

TEST_CASE("class values: the mean over labels is that of the metric, whichever form is asked for") {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    const auto made = several(30, 4, seed);
    const auto whole = metrics::mean_precisions(made.scores, made.positives, made.outputs);

    for (const auto& [metric, mean] : {std::pair(Metric::ap, whole.mean.ap),
                                       {Metric::ap_voc2010, whole.mean.voc2010},
                                       {Metric::ap_voc2007, whole.mean.voc2007}}) {
      const auto values = report::class_values(made, 4, metric);

      REQUIRE(values.size() == 4);
      CHECK_FALSE(values[3].measured);
      CHECK(values[3].images > 0);
      CHECK(values[3].positives == 0);
      CHECK(report::mean_of(values).value.value() == Approx(mean).epsilon(1e-12));
    }
  }
}

TEST_CASE("class values: the accuracy of a class is the share of its images that get it, kept as a count") {
  report::Predictions made;
  made.labels = {0, 0, 0, 2, 2};
  made.predicted = {0, 1, 0, 2, 0};

  const auto values = report::class_values(made, 3, Metric::top1);

  CHECK(values[0].value.amount == 2);
  CHECK(values[0].value.of == 3);
  CHECK_FALSE(values[1].measured);  // no image is of it
  CHECK(values[2].value.value() == .5);
  CHECK(report::mean_of(values).value.value() == Approx((2. / 3 + .5) / 2));
}

TEST_CASE("class values: outputs that the network does not have are refused") {
  report::Predictions made;
  made.labels = {0};
  made.predicted = {3};
  CHECK_THROWS_WITH(report::class_values(made, 3, Metric::top1), Contains("predictions name output 3"));
  CHECK_THROWS_WITH(report::class_values(several(3, 4, 1), 3, Metric::ap), Contains("scores are of 4 outputs"));
  CHECK(report::is_by_class(Metric::ap_voc2007, true));
  CHECK_FALSE(report::is_by_class(Metric::ap, false));
  CHECK_FALSE(report::is_by_class(Metric::loss, false));
}
