#pragma once
// Cache of the outputs of frozen units, computed once per image within a memory budget, for all bundles of a trainer.
#include <ATen/ATen.h>

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace espalier::train {

/// Images pass the cached units in batches of this size, the last one padded; this is part of the numeric form.
inline constexpr std::int64_t kFeatureChunk = 64;

/// An image of a pack, mirrored or not.
struct ImageView {
  std::int64_t row = 0;
  bool mirrored = false;
  std::int64_t key() const { return 2 * row + (mirrored ? 1 : 0); }
};

/// The features of one prefix of units on one pack.
class FeatureSet {
 public:
  /// Makes space for `views` more views.
  void reserve(std::int64_t views);
  bool holds(const ImageView& view) const { return slots_.contains(view.key()); }
  /// Adds features [views, ...] of views that the set does not hold yet.
  void add(const std::vector<ImageView>& views, const at::Tensor& features);
  std::int64_t slot_of(const ImageView& view) const { return slots_.at(view.key()); }
  /// Features of these slots: [slots, ...]; channels-last where there are channels.
  at::Tensor gather(const std::vector<std::int64_t>& slots) const;

  std::int64_t bytes() const { return table_.defined() ? static_cast<std::int64_t>(table_.nbytes()) : 0; }
  /// [space, elements]; replaced by another tensor when it grows.
  const at::Tensor& table() const { return table_; }
  /// Gives rows of the table, [n, elements], the shape of features.
  at::Tensor shaped(const at::Tensor& rows) const;

 private:
  std::vector<std::int64_t> shape_;  ///< of one view's features
  at::Tensor table_;                 ///< [space, elements], in memory order
  std::int64_t wished_ = 0;          ///< space asked for before the first features show their shape
  std::unordered_map<std::int64_t, std::int64_t> slots_;
};

/// Feature sets by key. Where the budget requires it, the least recently used set is dropped first.
class FeatureCache {
 public:
  explicit FeatureCache(std::int64_t budget_bytes) : budget_(budget_bytes) {}

  void set_budget(std::int64_t bytes) { budget_ = bytes; }
  std::int64_t budget() const { return budget_; }
  /// Drops all sets that no training uses.
  void drop_unused();
  /// Returns the set of `key` (task::prefix_key and the pack's digest), a new one if there is none.
  std::shared_ptr<FeatureSet> of(const std::string& key);
  /// The set of `key` where there is one, and its use does not count as one; else null.
  std::shared_ptr<const FeatureSet> find(const std::string& key) const;
  /// Whether `set` may grow by `more_bytes`; drops unused sets to make room.
  bool make_room(const FeatureSet& set, std::int64_t more_bytes);
  std::int64_t bytes() const;

 private:
  struct Entry {
    std::string key;
    std::shared_ptr<FeatureSet> set;
  };
  std::int64_t budget_;
  std::list<Entry> entries_;  ///< last used first
};

}  // namespace espalier::train
