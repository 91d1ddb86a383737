#pragma once
// One measured row of a training (loss and counts at an epoch and step), and the names of metrics.
#include <cstdint>
#include <string>
#include <vector>

#include "espalier/frame/canonical.hpp"

namespace espalier::metrics {

enum class Subset : std::uint8_t { train, valid, test, fit };

/// "train", "valid", "test", "fit".
const char* name_of(Subset subset);

/// One row per (task, subset, epoch, step). Accuracies are counts, so that they add up exactly.
struct Row {
  std::int32_t epoch = 0;  ///< whole epochs trained
  std::int32_t step = 0;   ///< further steps of the next epoch
  Subset subset = Subset::train;
  double loss = 0;                             ///< mean cross-entropy per image
  std::int64_t top1 = 0, top5 = 0, count = 0;  ///< images right at 1, right within 5, measured
  bool operator==(const Row&) const = default;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& frame::stored<1>("epoch", epoch) & frame::stored<2>("step", step) & frame::stored<3>("subset", subset) &
        frame::stored<4>("loss", loss) & frame::stored<5>("top1", top1) & frame::stored<6>("top5", top5) &
        frame::stored<7>("count", count);
  }
  double top1_rate() const { return count ? static_cast<double>(top1) / static_cast<double>(count) : 0; }
  double top5_rate() const { return count ? static_cast<double>(top5) / static_cast<double>(count) : 0; }
};

/// A metric named as in study files and verbs, for example "valid.top1".
struct MetricName {
  Subset subset = Subset::valid;
  enum class Quantity : std::uint8_t { loss, top1, top5 } quantity = Quantity::top1;
  bool higher_is_better() const { return quantity != Quantity::loss; }
  double of(const Row& row) const;
};

/// Throws UsageError listing the known names.
MetricName parse_metric(const std::string& name);
std::string to_string(const MetricName& metric);

}  // namespace espalier::metrics
