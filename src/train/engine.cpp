// Chooses the recorded engine for a resident device, else the eager one; orders an epoch's images.
#include "train/engine.hpp"

#include "espalier/core/seed.hpp"
#include "train/device/device_engine.hpp"
#include "train/eager_engine.hpp"

namespace espalier::train {

std::unique_ptr<Engine> make_engine(BundleState& bundle, const Job& job, const ImageSets& sets,
                                    const task::Timeline& timeline) {
  const bool eager = bundle.group() || !bundle.device_context().is_resident();
  if (eager) return std::make_unique<EagerEngine>(bundle, job, sets, timeline);
  return std::make_unique<DeviceEngine>(bundle, job, sets, timeline);
}

std::vector<std::int32_t> order_of_epoch(const Job& job, std::int32_t epoch) {
  return permutation(static_cast<std::int32_t>(job.images->size()),
                     derive(task::training(job.task).order_seed, static_cast<std::uint64_t>(epoch)));
}

}  // namespace espalier::train
