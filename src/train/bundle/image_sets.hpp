#pragma once
// Numbers the image sets that trainings of one state use: the training images and the sets they are measured on.
#include <map>
#include <memory>
#include <vector>

#include "espalier/train/training.hpp"

namespace espalier::train {

/// 0: the training images; from 1 on: the other sets, in the order in which they were added.
using SetNumber = std::size_t;
inline constexpr SetNumber kTrainingImages = 0;

class ImageSets {
 public:
  /// The training images of `job` and the sets that it is measured on.
  explicit ImageSets(const Job& job);
  /// Adds the sets that `job` is measured on, each once. Its training images must be those of the first job.
  void add(const Job& job);

  std::size_t size() const { return sets_.size(); }
  const data::ImageSet& of(SetNumber number) const { return *sets_.at(number); }
  SetNumber number_of(const MeasuredSet& measured) const { return numbers_.at(measured.id); }

 private:
  std::vector<std::shared_ptr<const data::ImageSet>> sets_;
  std::map<ImageSetId, SetNumber> numbers_;
};

}  // namespace espalier::train
