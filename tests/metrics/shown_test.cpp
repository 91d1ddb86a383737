#include "espalier/metrics/shown.hpp"

#include <catch2/catch.hpp>

using namespace espalier::metrics;

TEST_CASE("metrics: values are shown by the scale and digits of the registry") {
  CHECK(shown(Metric::top1, 0.41234) == "41.2");
  CHECK(shown(Metric::loss, 0.5126) == "0.513");
  for (const MetricFacts& facts : kMetrics) {
    const std::string text = shown(facts.metric, 1 / facts.shown_scale);
    CHECK(text == "1." + std::string(static_cast<std::size_t>(facts.digits), '0'));
  }
}

TEST_CASE("metrics: a threshold is shown as short as the user gave it") {
  CHECK(shown_threshold(Metric::top1, 0.6) == "60");
  CHECK(shown_threshold(Metric::top1, 0.07) == "7");
  CHECK(shown_threshold(Metric::top1, 0.999) == "99.9");
  CHECK(shown_threshold(Metric::loss, 0.25) == "0.25");
}
