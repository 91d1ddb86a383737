// Chooses the recorded engine for a resident device, else the eager one.
#include "train/device_engine.hpp"
#include "train/eager_engine.hpp"

namespace espalier::train {

std::unique_ptr<Engine> make_engine(BundleState& bundle, const Job& job, const task::Timeline& timeline) {
  if (bundle.group() || !bundle.place().is_resident()) return std::make_unique<EagerEngine>(bundle, job, timeline);
  return std::make_unique<DeviceEngine>(bundle, job, timeline);
}

}  // namespace espalier::train
