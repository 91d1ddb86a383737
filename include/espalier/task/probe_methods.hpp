#pragma once
// What a probe does with the features of a network: a classifier fitted to them, a distance of two image sets,
// neighbours.
#include <cstdint>
#include <string>
#include <vector>

#include "espalier/task/image_set.hpp"

namespace espalier::task {

/// What a probe does with the features of its network. The numbers of this and the other enumerations here are stored
/// and form ids.
enum class ProbeMethod : std::uint8_t {
  evaluate = 0,    ///< the network's own outputs are scored
  linear = 1,      ///< a linear classifier is fitted to features and scored
  distance = 2,    ///< the features of two image sets are compared
  retrieval = 3,   ///< the images nearest to each one are looked up in another set, which another network sees
  neighbours = 4,  ///< each image gets the classes of its nearest neighbours among others
};
constexpr ProbeMethod last_known(ProbeMethod) { return ProbeMethod::neighbours; }

enum class Classifier : std::uint8_t {
  svm = 0,       ///< one against the rest, squared hinge loss, the bias penalised as a weight (LIBLINEAR)
  logistic = 1,  ///< multinomial, the bias not penalised; of two classes: binary
};
constexpr Classifier last_known(Classifier) { return Classifier::logistic; }
/// In the order of their numbers: "svm", "logistic".
const std::vector<std::string>& classifier_names();

/// A linear classifier w, b that minimises |w|^2 / 2 + C * (the sum of the losses of its images).
struct LinearSpec {
  Classifier classifier = Classifier::svm;
  double c = 1;              ///< above 0
  bool standardise = false;  ///< each feature to mean 0 and deviation 1 over the images it is fitted to
  ImageSetSpec images;       ///< that it is fitted to
  bool operator==(const LinearSpec&) const = default;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    using frame::stored;
    archive& stored<1>("classifier", classifier) & stored<2>("C", c) & stored<3>("standardise", standardise) &
        stored<4>("images", images);
  }
};

enum class DistanceMethod : std::uint8_t {
  cosine = 0,  ///< 1 - the cosine of the angle between the mean features
  mmd = 1,     ///< Euclidean distance of the mean features: maximum mean discrepancy with a linear kernel
  svm = 2,     ///< share of images that a linear SVM puts into the right set, which it was not fitted to
  cnn = 3,     ///< the same of a small network that sees pixels: a training, and no probe
};
constexpr DistanceMethod last_known(DistanceMethod) { return DistanceMethod::svm; }

/// In the order of their numbers: "cosine", "mmd", "svm", "cnn".
const std::vector<std::string>& distance_names();

/// As many images of a source as of a target, and as many others of the source for the floor.
struct DistanceSpec {
  DistanceMethod method = DistanceMethod::cosine;
  ImageSetSpec source;     ///< at least 2 * count images, of which so many are drawn
  ImageSetSpec target;     ///< at least `count` images, of which so many are drawn
  std::int64_t count = 0;  ///< images on each side
  std::uint64_t seed = 0;  ///< of the draws
  bool operator==(const DistanceSpec&) const = default;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    using frame::stored;
    archive& stored<1>("method", method) & stored<2>("source", source) & stored<3>("target", target) &
        stored<4>("count", count) & stored<5>("seed", seed);
  }
};

enum class NearestBy : std::uint8_t {
  cosine = 0,     ///< the greatest cosine
  euclidean = 1,  ///< the least Euclidean distance
};
constexpr NearestBy last_known(NearestBy) { return NearestBy::euclidean; }
/// In the order of their numbers: "cosine", "euclidean".
const std::vector<std::string>& nearest_by_names();

/// The images among which neighbours are found.
struct NeighboursSpec {
  NearestBy by = NearestBy::cosine;
  ImageSetSpec images;
  bool operator==(const NeighboursSpec&) const = default;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& frame::stored<1>("by", by) & frame::stored<2>("images", images);
  }
};

}  // namespace espalier::task
