#pragma once
// The classes of a data set as a study names them: the finest ones, or those of a coarser level.
#include <string>
#include <vector>

#include "espalier/plan/plan.hpp"

namespace espalier::plan {

/// One fold of a target's training images, which are divided within each finest class.
struct Fold {
  std::int32_t folds = 0;  ///< 0: they are not divided
  std::int32_t fold = 0;   ///< from 0
  std::uint64_t seed = 0;  ///< of the division
};

/// A part of each class's images, of a division that is drawn anew for each split.
struct ImagePart {
  std::vector<double> shares;  ///< of all parts; empty: the images are not divided
  std::int32_t share = 0;      ///< index of this one
  std::uint64_t seed = 0;      ///< of the division, and of folds within the part
};

/// What a network is to tell apart: outputs with their names, and the classes of each.
struct LabelGroups {
  std::vector<std::string> names;
  std::vector<std::vector<std::int32_t>> classes;  ///< a class that is in none is left out
};

/// Held-out images are cut from each finest class, so that they are the same at all levels. Of divided images they are
/// cut from the part; test images in files of their own are not divided.
class LabelledData {
 public:
  /// Both must outlive this. Throws CompileError where the data carry no such level.
  LabelledData(const study::DataSet& data, const DataFacts& facts, ImagePart part = {});

  /// The same images with other classes, each of which joins some of this one's.
  LabelledData joined(const LabelGroups& groups) const;

  const study::DataSet& study() const { return *data_; }
  /// Whether an image may have several labels. Then classes are labels, each with all images: none has its own.
  bool has_several_labels() const { return data_->multi_label; }
  const DataFacts& facts() const { return *facts_; }
  std::int32_t class_count() const { return static_cast<std::int32_t>(finest_.size()); }
  std::string class_name(std::int32_t index) const;
  /// What a label map's outputs are called in this data set: maps of several sets with equal numbers are one in the
  /// catalog, with the names of one of them.
  std::vector<std::string> output_names(const task::LabelMap& map) const;
  /// The finest classes of one class, ascending.
  const std::vector<std::int32_t>& finest(std::int32_t index) const {
    return finest_.at(static_cast<std::size_t>(index));
  }
  const ImagePart& part() const { return part_; }
  /// Whether all images that networks are measured on are in files of their own, which are not divided.
  bool measures_on_files_alone() const { return data_->test_files.has_value() && valid_cut() == 0; }
  /// All images of a class in the main files, or in the part of them.
  std::int64_t images(std::int32_t index) const;
  /// Images that training may use, of validation, and of test.
  std::int64_t trainable(std::int32_t index) const;
  std::int64_t valid_images(std::int32_t index) const;
  std::int64_t test_images(std::int32_t index) const;

  task::LabelMap label_map(const std::vector<std::int32_t>& classes) const;
  /// The first `per_class` images of each class that training may use; of several labels an image, so many of all.
  task::ImageSetSpec training_images(const std::string& labels, std::int64_t per_class) const;
  /// The images of `fold`, or the others, of the first `front` of each finest class (0: all) that training may use.
  task::ImageSetSpec fold_images(const std::string& labels, std::int32_t front, const Fold& fold,
                                 task::FoldUse use) const;
  /// How many of them a class has.
  std::int64_t fold_count(std::int32_t index, std::int32_t front, const Fold& fold, task::FoldUse use) const;
  /// The fewest images, at most `front`, that a finest class of this class gives.
  std::int64_t fewest_in_finest(std::int32_t index, std::int32_t front) const;
  task::ImageSetSpec validation_images(const std::string& labels) const;
  task::ImageSetSpec test_images_of(const std::string& labels) const;

 private:
  std::int64_t images_of_finest(std::int32_t finest) const;
  std::int64_t trainable_of_finest(std::int32_t finest) const;
  task::ImageSetSpec whole_part(const std::string& labels) const;
  std::int64_t in_front(std::int32_t finest, std::int32_t front) const;
  /// Images at the end of each class, or of all where an image may have several labels, that are held out.
  std::int32_t tests_cut() const {
    const auto held_out = data_->multi_label ? static_cast<std::int32_t>(data_->test_images) : data_->test_per_class;
    return data_->test_files ? 0 : held_out;
  }
  std::int32_t valid_cut() const {
    return data_->multi_label ? static_cast<std::int32_t>(data_->valid_images) : data_->valid_per_class;
  }

  const study::DataSet* data_;
  const DataFacts* facts_;
  ImagePart part_;
  std::vector<std::string> names_;  ///< by class; may be shorter, where classes are called by their numbers
  std::vector<std::vector<std::int32_t>> finest_;
};

}  // namespace espalier::plan
