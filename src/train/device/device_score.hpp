#pragma once
// Sums losses and hits on the device, read once for many batches; all of it can be recorded.
#include <ATen/ATen.h>

#include <optional>

#include "espalier/train/score.hpp"

namespace espalier::train {

class DeviceScore {
 public:
  explicit DeviceScore(at::Device device);

  /// `logits` [n, classes], `labels` [n] or of several an image [n, classes], `loss` their mean loss; `index` [1] is
  /// the step's number.
  void add_step(const at::Tensor& logits, const at::Tensor& labels, const at::Tensor& loss, const at::Tensor& index);
  /// Adds the rows whose `counted` [n] is 1; rows with 0 only fill the batch.
  void add_counted(const at::Tensor& logits, const at::Tensor& labels, const at::Tensor& counted);

  /// The first step whose loss was not finite, and that loss.
  struct NonFinite {
    std::int64_t index = 0;
    double loss = 0;
  };
  struct Sums {
    Score score;
    std::optional<NonFinite> non_finite;
  };
  /// Sets the sums to `score` and clears the loss that was not finite.
  void start(const Score& score);
  /// Returns all sums and sets them to zero. Waits for the device.
  Sums take();

 private:
  void add_ranks(const at::Tensor& logits, const at::Tensor& labels, const at::Tensor& counted);

  at::Tensor sums_;        ///< [Score::kWords] float64: loss, hits per metric, images
  at::Tensor non_finite_;  ///< [2] float64: step (infinite: none), loss
};

}  // namespace espalier::train
