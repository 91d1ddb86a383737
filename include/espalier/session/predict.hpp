#pragma once
// Asks espalier-trainer what a finished network says of image files.
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "espalier/core/ids.hpp"
#include "espalier/network/layer.hpp"
#include "espalier/task/task.hpp"
#include "espalier/task/transforms.hpp"

namespace espalier::session {

/// A finished network, and how its study sees images.
struct Predictor {
  std::filesystem::path artifacts;  ///< the folder with the network's file
  ArtifactId network;
  std::int32_t resize = 0;  ///< of the data set, as `grey` and `max_pixels`: data::ImageForm
  bool grey = false;
  std::int64_t max_pixels = 0;
  network::Shape shape;                         ///< of an image as it is read and resized
  std::vector<task::TransformSpec> transforms;  ///< of derived data, from the first on
  std::vector<float> mean, std;                 ///< per channel, on pixels / 255
  task::AugmentSpec augment;                    ///< whose centre crop evaluated images get
  task::Precision precision = task::Precision::fp32;
  bool several_labels = false;  ///< an image may have several
  std::int32_t threads = 1;
};

struct Prediction {
  std::string file;
  std::int32_t output = 0;            ///< of one label an image: the most probable, from 0
  double probability = 0;             ///< of that output, by the softmax
  std::vector<double> probabilities;  ///< of several labels an image: of each output, by its sigmoid
};

/// What there is of `images`, files or folders of them at any depth, in their order; or one error for each image that
/// cannot be read, and then no prediction.
struct Predictions {
  std::vector<Prediction> images;
  std::vector<Problem> errors;
};

/// Throws UsageError for data whose transforms cannot be applied to single images, EnvironmentError where the trainer
/// or the network's file fails.
Predictions predict(const Predictor& predictor, const std::vector<std::string>& images);

}  // namespace espalier::session
