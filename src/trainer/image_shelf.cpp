// Keeps the 32 most recently used image selections.
#include "espalier/trainer/image_shelf.hpp"

#include <algorithm>

namespace espalier::trainer {

namespace {
constexpr std::size_t kKept = 32;  // index rows and mappings only; the pixels are in the page cache
}

std::shared_ptr<const data::TaskImages> ImageShelf::of(const task::SubsetSpec& subset, const task::ClassList& classes,
                                                       const data::PackPaths& packs) {
  const std::string key = frame::Canonical::text(subset);
  const auto is_it = [&](const Entry& entry) { return entry.key == key; };
  const auto found = std::find_if(entries_.begin(), entries_.end(), is_it);
  if (found != entries_.end()) {
    entries_.splice(entries_.begin(), entries_, found);
  } else {
    auto images = std::make_shared<const data::TaskImages>(data::select_images(subset, classes, packs));
    entries_.push_front({key, std::move(images)});
    if (entries_.size() > kKept) entries_.pop_back();
  }
  return entries_.front().images;
}

}  // namespace espalier::trainer
