#pragma once
// Cache of the image selections of recent tasks: tasks of a study share few subsets.
#include <list>
#include <memory>
#include <string>

#include "espalier/data/subset.hpp"
#include "espalier/task/task.hpp"

namespace espalier::trainer {

class ImageShelf {
 public:
  /// Throws UsageError naming what is missing.
  std::shared_ptr<const data::TaskImages> of(const task::SubsetSpec& subset, const task::ClassList& classes,
                                             const data::PackPaths& packs);

 private:
  struct Entry {
    std::string key;
    std::shared_ptr<const data::TaskImages> images;
  };
  std::list<Entry> entries_;  ///< last used first
};

}  // namespace espalier::trainer
