#pragma once
// The losses of a batch: cross-entropy of one label an image, binary cross-entropies of several.
#include <ATen/ATen.h>

#include "espalier/train/score.hpp"

namespace espalier::train {

/// `logits` [n, outputs]; `labels` [n] int64, or [n, outputs] float32: 1, 0, or below 0 where the image does not count
/// for the label. Returns the mean cross-entropy of the images, or the mean over the labels that count, of all images
/// together, of the binary cross-entropy of sigmoid(logit); 0 where none counts. Takes no decision on the host.
at::Tensor mean_loss(const at::Tensor& logits, const at::Tensor& labels);
/// The sum that this is the mean of.
at::Tensor summed_loss(const at::Tensor& logits, const at::Tensor& labels);

/// The softmax of the greatest of each image's logits: `logits` [n, outputs] -> [n] float32 on the same device.
at::Tensor greatest_probability(const at::Tensor& logits);

/// Of `labels` [n, outputs], those that count; at least 1.
std::int64_t counted_labels(const at::Tensor& labels);

/// The score of a whole set by its `scores` [n, outputs] float32 on the CPU: the mean loss over the labels that count,
/// summed in double in the order of the images, whatever batches they were computed in.
Score score_of(const at::Tensor& scores, const at::Tensor& labels);

}  // namespace espalier::train
