#pragma once
// Cache of the image sets of recent tasks: tasks of a study share few of them.
#include <list>
#include <memory>
#include <string>

#include "espalier/data/image_set.hpp"

namespace espalier::trainer {

class ImageCache {
 public:
  /// Throws UsageError naming what is missing.
  std::shared_ptr<const data::ImageSet> of(const task::ImageSetSpec& set, const task::LabelMap& labels,
                                           const data::PackPaths& packs);

 private:
  struct Entry {
    ImageSetId id;
    std::shared_ptr<const data::ImageSet> images;
  };
  std::list<Entry> entries_;  ///< last used first
};

}  // namespace espalier::trainer
