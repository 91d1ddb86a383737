#pragma once
// Which images of a packed data set are used, and what a network is to say of each.
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "espalier/core/ids.hpp"
#include "espalier/frame/canonical.hpp"

namespace espalier::task {

/// What a network is taught or told apart by: classes of a data set (its finest ones) and the output of each. Several
/// classes may share an output; a class that is not listed is left out.
struct LabelMap {
  std::vector<std::int32_t> classes;  ///< indices into the data set's classes, each once
  std::vector<std::int32_t> outputs;  ///< the output of classes[i], from 0
  std::int32_t output_count = 0;
  std::vector<std::string> names;  ///< of the outputs, for people; may be empty
  bool operator==(const LabelMap&) const = default;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    using frame::stored;
    archive& stored<1>("classes", classes) & stored<2>("outputs", outputs) & stored<3>("output_count", output_count) &
        stored<4>("names", names);
  }
};

/// A coarser label that a data set's records carry beside the finest one: each coarser class holds some of the finest.
struct LabelLevel {
  std::vector<std::int32_t> of;  ///< by finest class: its coarser one, an index into `names`; -1 for one without images
  std::vector<std::string> names;  ///< of the coarser classes
  bool operator==(const LabelLevel&) const = default;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& frame::stored<1>("of", of) & frame::stored<2>("names", names);
  }
};
using LabelLevels = std::map<std::string, LabelLevel>;  ///< by name, for example "coarse"

/// The label map that gives the listed classes an output each, in that order.
LabelMap one_output_each(std::vector<std::int32_t> classes);

/// Digest of what a label map does, 32 hexadecimal digits: names are not in it, so that renaming changes no id.
std::string digest_of(const LabelMap& map);

/// Throws UsageError where a class stands twice or an output is out of range. An output may have no class.
void check(const LabelMap& map);

/// The order of a class's images: of the file, or a permutation keyed by the data's digest and the class. The numbers
/// of this and the other enumerations here are stored and form ids.
enum class ImageOrder : std::uint8_t { shuffled = 0, file = 1 };
constexpr ImageOrder last_known(ImageOrder) { return ImageOrder::file; }

enum class FoldUse : std::uint8_t { none = 0, only = 1, without = 2 };
constexpr FoldUse last_known(FoldUse) { return FoldUse::without; }

/// Cuts the images of each finest class, in their order, into parts: whichever labels the network is taught by, an
/// image is in the same part. The steps in order: a share of a division by image, a range of it, its front, a fold of
/// that.
struct PartitionSpec {
  std::vector<double> shares;  ///< parts of each class, drawn at random, that sum to at most 1; empty: undivided
  std::int32_t share = 0;      ///< index into `shares`
  std::int32_t behind = 0;     ///< images at the end of each class that are left out
  std::int32_t length = 0;     ///< images right before those; 0: all that remain, from the front
  std::int32_t folds = 0;      ///< k stratified folds of that; 0: none
  std::int32_t fold = 0;       ///< from 0
  FoldUse fold_use = FoldUse::none;
  std::uint64_t seed = 0;  ///< of shares and folds
  std::int32_t front = 0;  ///< images from the front of the range that are kept; 0: all
  bool operator==(const PartitionSpec&) const = default;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    using frame::stored;
    archive& stored<1>("shares", shares) & stored<2>("share", share) & stored<3>("behind", behind) &
        stored<4>("length", length) & stored<5>("folds", folds) & stored<6>("fold", fold) &
        stored<7>("fold_use", fold_use) & stored<8>("seed", seed) & stored<9>("front", front);
  }
};

enum class SampleRule : std::uint8_t {
  all = 0,
  first = 1,            ///< the first `count` of each output's images
  random = 2,           ///< `count` of each output's images, drawn at random
  random_over_all = 3,  ///< `count` images over all outputs, unstratified: an output may get none
  /// `count` of each output's images: its classes take turns, and each gives its images in a random order that no other
  /// class or output changes. So a class has the same images whichever classes are beside it.
  random_by_class = 4,
};
constexpr SampleRule last_known(SampleRule) { return SampleRule::random_by_class; }

/// Which images of a part are used. Larger samples of one seed contain smaller ones. An output or a part with fewer
/// images gives all it has.
struct SampleSpec {
  SampleRule rule = SampleRule::all;
  std::int64_t count = 0;
  std::uint64_t seed = 0;  ///< of random rules; by replicate where a study redraws
  bool operator==(const SampleSpec&) const = default;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    using frame::stored;
    archive& stored<1>("rule", rule) & stored<2>("count", count) & stored<3>("seed", seed);
  }
};

/// A set of images with the outputs they are to get.
struct ImageSetSpec {
  std::string data;    ///< digest of the pack
  std::string labels;  ///< digest_of() its LabelMap, in the catalog
  PartitionSpec partition;
  SampleSpec sample;
  ImageOrder order = ImageOrder::shuffled;
  /// Where there are some, the set joins them: output i has all images of parts[i], whatever their own labels, and of
  /// the fields above only `labels` counts.
  std::vector<ImageSetSpec> parts;
  bool operator==(const ImageSetSpec&) const = default;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    using frame::stored;
    archive& stored<1>("data", data) & stored<2>("labels", labels) & stored<3>("partition", partition) &
        stored<4>("sample", sample) & stored<5>("order", order) & stored<1006>("parts", parts);
  }
};

/// Hash of the canonical text: equal for sets of the same images with the same outputs, told the same way.
ImageSetId id_of(const ImageSetSpec& set);

}  // namespace espalier::task
