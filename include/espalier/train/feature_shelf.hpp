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

/// Images go through the cached units in batches of this size, the last one padded: part of the numeric form.
inline constexpr std::int64_t kFeatureChunk = 64;

/// An image of a pack, as it stands or mirrored.
struct View {
  std::int64_t row = 0;
  bool mirrored = false;
  std::int64_t key() const { return 2 * row + (mirrored ? 1 : 0); }
};

/// Computes features: views -> [n, ...], float32; n = kFeatureChunk.
using ComputeFeatures = std::function<at::Tensor(const std::vector<View>&)>;

/// The features of one prefix on one pack.
class FeatureSet {
 public:
  /// Space for `views` more.
  void reserve(std::int64_t views);
  bool holds(const View& view) const { return slots_.contains(view.key()); }
  /// `features` [views, ...] of views that it does not hold yet.
  void add(const std::vector<View>& views, const at::Tensor& features);
  std::int64_t slot_of(const View& view) const { return slots_.at(view.key()); }
  /// [slots, ...]; channels-last where there are channels.
  at::Tensor gather(const std::vector<std::int64_t>& slots) const;

  std::int64_t bytes() const { return table_.defined() ? static_cast<std::int64_t>(table_.nbytes()) : 0; }
  /// [space, elements]; another one once it has grown.
  const at::Tensor& table() const { return table_; }
  /// Rows of the table, [n, elements], as features.
  at::Tensor shaped(const at::Tensor& rows) const;

 private:
  std::vector<std::int64_t> shape_;  ///< of one view's features
  at::Tensor table_;                 ///< [space, elements], in memory order
  std::int64_t wished_ = 0;          ///< space, before the first features tell their shape
  std::unordered_map<std::int64_t, std::int64_t> slots_;
};

/// Sets by key, least recently used dropped first where the budget asks for it.
class FeatureShelf {
 public:
  explicit FeatureShelf(std::int64_t budget_bytes) : budget_(budget_bytes) {}

  void set_budget(std::int64_t bytes) { budget_ = bytes; }
  std::int64_t budget() const { return budget_; }
  /// Drops all that no training uses now.
  void drop_unused();
  /// `key`: task::prefix_key and the pack's digest.
  std::shared_ptr<FeatureSet> of(const std::string& key);
  /// Whether `set` may grow by so many bytes, once sets that nobody uses are dropped.
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
