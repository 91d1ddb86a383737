#pragma once
// Makes batches of an image set: what the network sees in a step of training, or when it is measured.
#include <vector>

#include "espalier/data/image_set.hpp"
#include "espalier/task/task.hpp"

namespace espalier::data {

/// The part of an image that is seen: `top` and `left` in pixels (pixels outside are 0), mirrored or not.
struct Window {
  std::int32_t top = 0, left = 0;
  bool flip = false;
};

/// Batches of one task: gather, augment, crop, normalise, channels-last layout.
class BatchMaker {
 public:
  explicit BatchMaker(const task::TrainSpec& spec);
  /// Returns [n, C, H, W] float32 channels-last. `positions` index `set.rows`; augmentation is keyed by (augment_seed,
  /// epoch, step). `first_row` is the place of these images in the step's whole batch, of which they may be a part.
  at::Tensor training(const ImageSet& set, const std::vector<std::int64_t>& positions, std::int32_t epoch,
                      std::int32_t step, std::int64_t first_row = 0) const;
  at::Tensor evaluation(const ImageSet& set, std::int64_t first, std::int64_t count) const;
  /// For each of `count` images of a training batch, from `first_row` on: whether it is mirrored in this step.
  std::vector<bool> flips(std::int64_t count, std::int32_t epoch, std::int32_t step, std::int64_t first_row = 0) const;

  /// Whether windows describe all augmentation, that is, nothing is resized or rotated.
  bool only_windows() const { return augment_.random_resized <= 0 && augment_.rotation_degrees <= 0; }
  /// The windows of `count` training images of shape `from`, where only_windows(); next, that of any evaluated image.
  std::vector<Window> training_windows(const network::Shape& from, std::int64_t count, std::int32_t epoch,
                                       std::int32_t step) const;
  Window evaluation_window(const network::Shape& from) const;
  const at::Tensor& scale() const { return scale_; }  ///< [C]: x = pixel * scale + offset
  const at::Tensor& offset() const { return offset_; }

 private:
  task::AugmentSpec augment_;
  std::uint64_t seed_;
  network::Shape input_;
  at::Tensor scale_, offset_;  ///< x = pixel * scale + offset, per channel
};

}  // namespace espalier::data
