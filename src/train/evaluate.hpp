#pragma once
// Measures a network on a set of images in evaluation mode.
#include <functional>

#include "espalier/train/score.hpp"
#include "train/inputs.hpp"

namespace espalier::train {

struct Evaluation {
  Score score;
  bool finished = true;              ///< false if `go_on` ended it early
  std::vector<std::int32_t> labels;  ///< predicted classes, one per image; empty of several labels an image
  std::vector<float> probability;    ///< softmax of these classes, by image; empty where scores are no logits
  at::Tensor scores;                 ///< of several labels an image: [images, outputs] float32 on the CPU
};

struct EvaluationLimits {
  std::int64_t images = -1;     ///< at most that many; -1: all
  std::function<bool()> go_on;  ///< asked after every batch
};

/// Measures the network on one image set.
using Evaluate = std::function<Evaluation(SetNumber, const EvaluationLimits&)>;

/// Inputs [n, ...] -> logits [n, classes].
using Predict = std::function<at::Tensor(const at::Tensor&)>;

/// In a group each member computes its share of the batches, and all get the whole result.
Evaluation evaluate(const Predict& predict, Inputs& inputs, SetNumber number, const at::Tensor& labels,
                    const EvaluationLimits& limits, model::Reducer* group = nullptr);

}  // namespace espalier::train
