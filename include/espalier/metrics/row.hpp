#pragma once
// What was measured on one image set at one moment of a training.
#include <array>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "espalier/core/ids.hpp"
#include "espalier/frame/canonical.hpp"
#include "espalier/metrics/registry.hpp"

namespace espalier::metrics {

/// The image sets of a training by name. `train` is the running score of the images trained on, `train_eval` the
/// finished network on them in evaluation mode. The numbers are stored.
enum class Subset : std::uint8_t { train = 0, valid = 1, test = 2, train_eval = 3 };
constexpr Subset last_known(Subset) { return Subset::train_eval; }
inline constexpr std::array kSubsets{Subset::train, Subset::valid, Subset::test, Subset::train_eval};

/// "train", "valid", "test", "train_eval".
const char* name_of(Subset subset);
/// The same as results.h5 names its columns and rows: "fit" for train_eval, as it was called first.
const char* stored_name_of(Subset subset);

/// A value per metric of the registry; NaN where it was not measured.
class Values {
 public:
  Values() { values_.fill(std::numeric_limits<double>::quiet_NaN()); }
  /// A metric that this version does not know is passed over.
  void set(Metric metric, double value) {
    if (place_of(metric) < values_.size()) values_[place_of(metric)] = value;
  }
  double get(Metric metric) const { return values_.at(place_of(metric)); }
  /// To the bit, so that what was not measured equals itself.
  bool operator==(const Values& other) const {
    // NOLINTNEXTLINE(bugprone-suspicious-memory-comparison)
    return std::memcmp(values_.data(), other.values_.data(), sizeof values_) == 0;
  }
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    for (double& value : values_) archive & value;
  }

 private:
  std::array<double, kMetrics.size()> values_;
};

/// Rows (moment, image set, metric, value, count) that share all but metric and value.
struct Row {
  std::int32_t epoch = 0;  ///< whole epochs trained
  std::int32_t step = 0;   ///< further steps
  Subset subset = Subset::train;
  ImageSetId set;          ///< digest of the images and labels (task::id_of); empty for the running score
  std::int64_t count = 0;  ///< images measured
  Values values;           ///< means, or numbers of images, as the registry says
  bool operator==(const Row&) const = default;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ESPALIER_FIELD(epoch) & ESPALIER_FIELD(step) & ESPALIER_FIELD(subset) & ESPALIER_FIELD(set) &
        ESPALIER_FIELD(count) & ESPALIER_FIELD(values);
  }
  /// The mean, or the share of images; NaN where it was not measured, 0 for a share of no images.
  double of(Metric metric) const;
};

/// "valid.top1" and the like, as study files and verbs name them.
struct MetricName {
  Subset subset = Subset::valid;
  Metric metric = Metric::top1;
  bool higher_is_better() const { return facts_of(metric).better == Better::higher; }
  double of(const Row& row) const { return row.of(metric); }
};

/// Throws UsageError listing the known names.
MetricName parse_metric(const std::string& name);
std::string to_string(const MetricName& metric);

}  // namespace espalier::metrics
