#pragma once
// The device a trainer computes on, with what stays there from bundle to bundle: features, images, captured trainings.
#include <ATen/ATen.h>

#include <list>
#include <memory>
#include <string>

#include "espalier/train/feature_cache.hpp"

namespace espalier::train {

class CapturedTraining;

class DeviceContext {
 public:
  /// On a GPU, images and the tables of an epoch stay in device memory and steps are recorded. `resident` makes a CPU
  /// use the same engine, which is slower and serves to compare results.
  explicit DeviceContext(at::Device device = at::kCPU, std::int64_t feature_bytes = 0, bool resident = false);
  ~DeviceContext();
  DeviceContext(DeviceContext&&) noexcept;

  at::Device device() const { return device_; }
  bool is_resident() const { return resident_; }
  FeatureCache& features() { return features_; }
  /// The most families that are trained as replicas of one network; more gain nothing on this device.
  std::size_t most_families() const { return most_families_; }

  /// A pack's images [N, C, H, W] on the device, kept for later; undefined where they are too large for it.
  at::Tensor pixels(const at::Tensor& images);
  /// An unused captured training of that shape; if there is none, the one that `make` returns.
  std::shared_ptr<CapturedTraining> captured(const std::string& shape,
                                             const std::function<std::shared_ptr<CapturedTraining>()>& make);

  /// Call after memory ran out: drops what is kept, and keeps less from now on.
  void shrink();

 private:
  struct Pixels {
    at::Tensor images, copy;  ///< the pack's own are kept, so that no others can lie where they do
  };
  struct Kept {
    std::string shape;
    std::shared_ptr<CapturedTraining> captured;
  };
  at::Device device_;
  bool resident_;
  std::size_t most_families_;
  FeatureCache features_;
  std::list<Pixels> pixels_;  ///< last used first
  std::list<Kept> captured_;  ///< last used first
};

}  // namespace espalier::train
