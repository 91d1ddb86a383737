#pragma once
// The same trainings on a GPU and on the CPU.
#include "espalier/device/device.hpp"
#include "train/bundle_jobs.hpp"

namespace espalier::testing {

inline constexpr std::int64_t kGpuFeatureBytes = std::int64_t{1} << 30;

inline at::Device gpu() { return at::Device(at::kCUDA, 0); }
inline train::DeviceContext on_gpu() { return train::DeviceContext(gpu(), kGpuFeatureBytes); }

/// Losses within `tolerance` (relative) until `epochs`; afterwards rounding may have grown.
inline void check_near(const Notes& left, const Notes& right, double tolerance, std::int32_t epochs) {
  REQUIRE(left.outcome.end == right.outcome.end);
  REQUIRE(left.all.size() == right.all.size());
  for (std::size_t i = 0; i < left.all.size(); ++i) {
    CHECK(left.all[i].count == right.all[i].count);
    if (left.all[i].epoch <= epochs)
      CHECK(left.all[i].of(metrics::Metric::loss) == Approx(right.all[i].of(metrics::Metric::loss)).epsilon(tolerance));
  }
}

}  // namespace espalier::testing
