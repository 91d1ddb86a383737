#pragma once
// The one table of metrics: what each is called, which way it is better, and how it is measured and shown.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace espalier::metrics {

/// The numbers are stored: they never change.
enum class Metric : std::uint16_t {
  loss = 1,
  top1 = 2,
  top5 = 3,
  distance = 4,
  floor = 5,
  map10 = 6,
  mean_class = 7,
  ap = 8,
  ap_voc2010 = 9,
  ap_voc2007 = 10
};

enum class Better : std::uint8_t { lower, higher };

/// How the value of many images comes about from those of batches.
enum class Adds : std::uint8_t {
  mean,  ///< the value is a mean over images: batches are weighted by their images
  hits,  ///< the value is a number of images, which adds up exactly; the rate is its share of all images
};

struct MetricFacts {
  Metric metric;
  const char* name;   ///< in studies, tables and verbs, behind the image set's: "test.top1"
  const char* title;  ///< on axes of figures: "top-1 accuracy"
  const char* unit;   ///< of what is shown: "%", "nats"
  Better better;
  Adds adds;
  std::int64_t within;      ///< of hits: an image counts if fewer classes than this score higher than its label; else 0
  bool needs_scores;        ///< needs the scores of all images at once, and not only sums over batches
  double shown_scale;       ///< what is shown is this times the value or rate
  int digits;               ///< behind the point, where it is shown
  bool of_sets = false;     ///< compares two image sets, or looks images up; no network's outputs are scored for it
  bool on_request = false;  ///< measured where a study names it, not with every evaluation
  bool multi_label = false;  ///< of sets whose images may have several labels
};

inline constexpr std::array kMetrics{
    MetricFacts{Metric::loss, "loss", "loss", "nats", Better::lower, Adds::mean, 0, false, 1, 3},
    MetricFacts{Metric::top1, "top1", "top-1 accuracy", "%", Better::higher, Adds::hits, 1, false, 100, 1},
    MetricFacts{Metric::top5, "top5", "top-5 accuracy", "%", Better::higher, Adds::hits, 5, false, 100, 1},
    MetricFacts{Metric::distance, "distance", "distance", "", Better::lower, Adds::mean, 0, false, 1, 3, true},
    MetricFacts{Metric::floor, "floor", "distance within the source", "", Better::lower, Adds::mean, 0, false, 1, 3,
                true},
    MetricFacts{Metric::map10, "map@10", "mean average precision at 10", "%", Better::higher, Adds::mean, 0, false, 100,
                1, true},
    MetricFacts{Metric::mean_class, "mean_class", "mean accuracy of the classes", "%", Better::higher, Adds::mean, 0,
                true, 100, 1, false, true},
    MetricFacts{Metric::ap, "ap", "mean average precision", "%", Better::higher, Adds::mean, 0, true, 100, 1, false,
                false, true},
    MetricFacts{Metric::ap_voc2010, "ap.voc2010", "mean average precision (VOC 2010)", "%", Better::higher, Adds::mean,
                0, true, 100, 1, false, false, true},
    MetricFacts{Metric::ap_voc2007, "ap.voc2007", "mean average precision (VOC 2007, 11 points)", "%", Better::higher,
                Adds::mean, 0, true, 100, 1, false, false, true},
};

/// What an evaluation measures that names no metrics: those that there were when the first journals were written. Never
/// changes. A metric that is added later is named by each evaluation that is to measure it, so that tasks done before
/// are seen to lack it.
inline constexpr std::array kUnnamedMetrics{Metric::loss, Metric::top1, Metric::top5};

/// How many metrics count hits; they stand in the order of kMetrics wherever hits are summed.
inline constexpr std::size_t kHitMetrics = [] {
  std::size_t count = 0;
  for (const MetricFacts& facts : kMetrics) count += facts.adds == Adds::hits;
  return count;
}();
inline constexpr std::array<MetricFacts, kHitMetrics> kHits = [] {
  std::array<MetricFacts, kHitMetrics> hits{};
  std::size_t place = 0;
  for (const MetricFacts& facts : kMetrics) {
    if (facts.adds == Adds::hits) hits[place++] = facts;
  }
  return hits;
}();

/// Place of a metric in kMetrics; kMetrics.size() for a number that this version does not know.
constexpr std::size_t place_of(Metric metric) {
  std::size_t place = 0;
  while (place < kMetrics.size() && kMetrics[place].metric != metric) ++place;
  return place;
}

/// Unlike other stored enumerations, a journal may name metrics that this version does not know: their values are
/// passed over, so that a metric can be added without a new format.
constexpr Metric last_known(Metric) { return Metric{UINT16_MAX}; }

constexpr const MetricFacts& facts_of(Metric metric) { return kMetrics.at(place_of(metric)); }

/// The metric of that name; null if there is none.
constexpr const MetricFacts* find_metric(std::string_view name) {
  for (const MetricFacts& facts : kMetrics) {
    if (name == facts.name) return &facts;
  }
  return nullptr;
}

}  // namespace espalier::metrics
