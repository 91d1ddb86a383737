#pragma once
// Cache of the image sets of recent tasks: tasks of a study share few of them.
#include <list>
#include <memory>
#include <string>

#include "espalier/data/image_set.hpp"
#include "trainer/pack_checks.hpp"

namespace espalier::trainer {

class ImageCache {
 public:
  /// Checks a pack's content before its first set; `alive` is called now and then meanwhile. Throws UsageError naming
  /// what is missing, EnvironmentError where a pack is gone or damaged.
  std::shared_ptr<const data::ImageSet> of(const task::ImageSetSpec& set, const task::LabelMap& labels,
                                           const data::PackPaths& packs, const std::function<void()>& alive = {});

 private:
  struct Entry {
    ImageSetId id;
    std::shared_ptr<const data::ImageSet> images;
  };
  PackChecks checks_;
  std::list<Entry> entries_;  ///< last used first
};

}  // namespace espalier::trainer
