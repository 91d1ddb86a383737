// Chooses the recorded engine for a resident device, else the eager one.
#include "train/device/device_engine.hpp"
#include "train/eager_engine.hpp"

namespace espalier::train {

std::unique_ptr<Engine> make_engine(BundleState& bundle, const Job& job, const ImageSets& sets,
                                    const task::Timeline& timeline) {
  const bool eager = bundle.group() || !bundle.device_context().is_resident();
  if (eager) return std::make_unique<EagerEngine>(bundle, job, sets, timeline);
  return std::make_unique<DeviceEngine>(bundle, job, sets, timeline);
}

}  // namespace espalier::train
