// Stores features in growing tables and drops the least recently used sets where memory is short.
#include "espalier/train/feature_cache.hpp"

#include <ATen/ops/index_select.h>

#include <algorithm>

#include "espalier/core/checks.hpp"

namespace espalier::train {

void FeatureSet::reserve(std::int64_t views) {
  if (!table_.defined()) {
    wished_ = std::max(wished_, views);
    return;
  }
  const auto wanted = static_cast<std::int64_t>(slots_.size()) + views;
  if (wanted <= table_.size(0)) return;
  const auto used = static_cast<std::int64_t>(slots_.size());
  at::Tensor larger = at::empty({wanted, table_.size(1)}, table_.options());
  larger.slice(0, 0, used).copy_(table_.slice(0, 0, used));
  table_ = larger;
}

void FeatureSet::add(const std::vector<ImageView>& views, const at::Tensor& features) {
  const auto count = static_cast<std::int64_t>(views.size());
  ESPALIER_EXPECT(features.size(0) == count);
  const bool spatial = features.dim() == 4;
  const at::Tensor rows = (spatial ? features.permute({0, 2, 3, 1}) : features).contiguous().view({count, -1});
  if (!table_.defined()) {
    shape_ = features.sizes().slice(1).vec();
    table_ = at::empty({std::max(count, wished_), rows.size(1)}, rows.options());
  }
  reserve(count);
  auto next = static_cast<std::int64_t>(slots_.size());
  table_.slice(0, next, next + count).copy_(rows);
  for (const ImageView& view : views) ESPALIER_EXPECT(slots_.emplace(view.key(), next++).second);
}

at::Tensor FeatureSet::gather(const std::vector<std::int64_t>& slots) const {
  const auto count = static_cast<std::int64_t>(slots.size());
  const at::Tensor index = at::from_blob(const_cast<std::int64_t*>(slots.data()), {count}, at::kLong);
  return shaped(at::index_select(table_, 0, index.to(table_.device())));
}

at::Tensor FeatureSet::shaped(const at::Tensor& rows) const {
  if (shape_.size() != 3) return rows;
  return rows.view({rows.size(0), shape_[1], shape_[2], shape_[0]}).permute({0, 3, 1, 2});
}

std::shared_ptr<FeatureSet> FeatureCache::of(const std::string& key) {
  for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
    if (entry->key != key) continue;
    entries_.splice(entries_.begin(), entries_, entry);
    return entries_.front().set;
  }
  entries_.push_front({key, std::make_shared<FeatureSet>()});
  return entries_.front().set;
}

std::shared_ptr<const FeatureSet> FeatureCache::find(const std::string& key) const {
  const auto found =
      std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.key == key; });
  return found == entries_.end() ? nullptr : found->set;
}

bool FeatureCache::make_room(const FeatureSet& set, std::int64_t more_bytes) {
  auto last = entries_.end();
  while (bytes() + more_bytes > budget_ && last != entries_.begin()) {
    --last;
    if (last->set.get() == &set || last->set.use_count() > 1) continue;
    last = entries_.erase(last);
  }
  return bytes() + more_bytes <= budget_;
}

void FeatureCache::drop_unused() {
  std::erase_if(entries_, [](const Entry& entry) { return entry.set.use_count() == 1; });
}

std::int64_t FeatureCache::bytes() const {
  std::int64_t sum = 0;
  for (const auto& entry : entries_) sum += entry.set->bytes();
  return sum;
}

}  // namespace espalier::train
