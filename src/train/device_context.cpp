// Keeps packs and captured trainings on the device by last use, and gives them up when memory runs out.
#include "espalier/train/device_context.hpp"

#include <algorithm>

#include "espalier/device/device.hpp"
#include "train/device/captured_training.hpp"

namespace espalier::train {

namespace {

/// More replicas exceed a CPU's caches and gain nothing (bench/batched.cpp); a GPU is idle with few replicas.
constexpr std::size_t kFamiliesOnCpu = 4, kFamiliesOnGpu = 64;
constexpr std::size_t kPacks = 4, kRigs = 8;
/// A pack may take a quarter of a GPU's free memory.
constexpr std::int64_t kPackShare = 4;

}  // namespace

DeviceContext::DeviceContext(at::Device device, std::int64_t feature_bytes, bool resident)
    : device_(device),
      resident_(resident || device.is_cuda()),
      most_families_(device.is_cuda() ? kFamiliesOnGpu : kFamiliesOnCpu),
      features_(feature_bytes) {}

DeviceContext::~DeviceContext() = default;
DeviceContext::DeviceContext(DeviceContext&&) noexcept = default;

at::Tensor DeviceContext::pixels(const at::Tensor& images) {
  if (device_.is_cpu()) return images;
  const auto is_it = [&](const Pixels& one) { return one.images.const_data_ptr() == images.const_data_ptr(); };
  const auto known = std::find_if(pixels_.begin(), pixels_.end(), is_it);
  if (known != pixels_.end()) {
    pixels_.splice(pixels_.begin(), pixels_, known);
    return pixels_.front().copy;
  }
  if (static_cast<std::int64_t>(images.nbytes()) > device::free_bytes(device_) / kPackShare) return {};
  pixels_.push_front({images, images.to(device_)});
  if (pixels_.size() > kPacks) {
    pixels_.pop_back();
    captured_.clear();  // captured trainings would keep the images alive
  }
  return pixels_.front().copy;
}

std::shared_ptr<CapturedTraining> DeviceContext::captured(
    const std::string& shape, const std::function<std::shared_ptr<CapturedTraining>()>& make) {
  const auto free = std::find_if(captured_.begin(), captured_.end(),
                                 [&](const Kept& one) { return one.shape == shape && one.captured.use_count() == 1; });
  if (free != captured_.end()) {
    captured_.splice(captured_.begin(), captured_, free);
  } else {
    captured_.push_front({shape, make()});
    if (captured_.size() > kRigs) captured_.pop_back();
  }
  return captured_.front().captured;
}

void DeviceContext::shrink() {
  captured_.clear();
  pixels_.clear();
  features_.set_budget(features_.budget() / 2);
  features_.drop_unused();
  most_families_ = std::max<std::size_t>(1, most_families_ / 2);
  device::release_cached(device_);
}

}  // namespace espalier::train
