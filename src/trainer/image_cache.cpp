// Keeps the 96 most recently used image sets.
#include "trainer/image_cache.hpp"

#include <algorithm>

namespace espalier::trainer {

namespace {
constexpr std::size_t kKept = 96;  // index rows and mappings only; the pixels are in the page cache
}

std::shared_ptr<const data::ImageSet> ImageCache::of(const task::ImageSetSpec& set, const task::LabelMap& labels,
                                                     const data::PackPaths& packs, const std::function<void()>& alive) {
  const ImageSetId id = task::id_of(set);
  const auto is_it = [&](const Entry& entry) { return entry.id == id; };
  const auto found = std::find_if(entries_.begin(), entries_.end(), is_it);
  if (found != entries_.end()) {
    entries_.splice(entries_.begin(), entries_, found);
  } else {
    checks_.check(set.data, packs, alive);
    auto images = std::make_shared<const data::ImageSet>(data::select(set, labels, packs));
    entries_.push_front({id, std::move(images)});
    if (entries_.size() > kKept) entries_.pop_back();
  }
  return entries_.front().images;
}

}  // namespace espalier::trainer
