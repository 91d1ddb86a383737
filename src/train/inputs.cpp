// Serves images or cached features by position, and computes in padded chunks the features that are missing.
#include "train/inputs.hpp"

#include <ATen/ops/cat.h>

#include <algorithm>

#include "espalier/core/checks.hpp"
#include "espalier/network/networks.hpp"
#include "espalier/task/sharing.hpp"

namespace espalier::train {

at::Tensor ImageInputs::training(const std::vector<std::int64_t>& positions, task::Moment at, std::int64_t first_row) {
  return batches_.training(sets_.of(kTrainingImages), positions, at.epoch, at.step, first_row);
}

at::Tensor ImageInputs::evaluation(SetNumber number, std::int64_t first, std::int64_t count) {
  return batches_.evaluation(sets_.of(number), first, count);
}

FeatureInputs::FeatureInputs(const Job& job, const ImageSets& sets, FeatureCache& cache, model::UnitNetwork network)
    : job_(job),
      sets_(sets),
      cache_(cache),
      network_(std::move(network)),
      batches_(task::training(job.task)),
      units_(job.task.form.cached_units),
      prefix_(task::prefix_key(task::training(job.task), units_)) {
  const auto& spec = task::training(job.task);
  const auto costs = network::infer(job.network, spec.input, job.classes);
  const std::int64_t number_bytes = spec.precision == task::Precision::bf16 ? 2 : 4;
  bytes_per_view_ = number_bytes * costs.at(static_cast<std::size_t>(units_ - 1)).output.elements();
  for (std::int32_t units = 1; units < units_; ++units) lower_.push_back(task::prefix_key(spec, units));
  add_sources();
}

/// Image sets of one pack share their features.
void FeatureInputs::add_sources() {
  while (sources_.size() < sets_.size()) {
    sources_.emplace_back().set = cache_.of(prefix_ + sets_.of(sources_.size()).data);
  }
}

bool FeatureInputs::fill(const GoOn& go_on) {
  add_sources();
  if (job_.smoke) {  // one step: caching does not pay
    for (Source& each : sources_) each.kept = false;
    return filled_ = true;
  }
  const bool flips = task::training(job_.task).augment.flip;
  bool all = fill_set(kTrainingImages, false, go_on) && (!flips || fill_set(kTrainingImages, true, go_on));
  for (SetNumber number = 1; all && number < sources_.size(); ++number) all = fill_set(number, false, go_on);
  return filled_ = all;
}

bool FeatureInputs::fill_set(SetNumber number, bool mirrored, const GoOn& go_on) {
  auto& [set, kept, slots, mirrored_slots] = sources_[number];
  std::vector<ImageView> views, missing;
  for (const auto row : sets_.of(number).rows) views.push_back({row, mirrored});
  std::copy_if(views.begin(), views.end(), std::back_inserter(missing),
               [&](const ImageView& v) { return !set->holds(v); });
  const auto count = static_cast<std::int64_t>(missing.size());
  kept = kept && (missing.empty() || cache_.make_room(*set, count * bytes_per_view_));
  if (!kept) return true;
  set->reserve(count);
  for (std::int64_t first = 0; first < count; first += kFeatureChunk) {
    const auto last = std::min(first + kFeatureChunk, count);
    const std::vector<ImageView> chunk(missing.begin() + first, missing.begin() + last);
    set->add(chunk, compute(number, chunk));
    if (!go_on()) return false;
  }
  for (const ImageView& view : views) (mirrored ? mirrored_slots : slots).push_back(set->slot_of(view));
  return true;
}

/// Computes the features of at most one chunk, padded to full size, so that they depend on each view alone. They go on
/// from the features of most units that are held of all of these views: to the same bits as from the images.
at::Tensor FeatureInputs::compute(SetNumber number, std::vector<ImageView> views) {
  const auto count = static_cast<std::int64_t>(views.size());
  ESPALIER_EXPECT(count > 0 && count <= kFeatureChunk);
  views.resize(static_cast<std::size_t>(kFeatureChunk), views.front());
  for (auto units = static_cast<std::int32_t>(lower_.size()); units > 0; --units) {
    const auto held = cache_.find(lower_[static_cast<std::size_t>(units - 1)] + sets_.of(number).data);
    if (!held || !std::all_of(views.begin(), views.end(), [&](const ImageView& v) { return held->holds(v); })) continue;
    std::vector<std::int64_t> slots;
    for (const ImageView& view : views) slots.push_back(held->slot_of(view));
    return network_.features(held->gather(slots).to(network_.device()), units_, units).slice(0, 0, count);
  }
  return compute_from_images(number, views).slice(0, 0, count);
}

/// Of one chunk, all mirrored or none.
at::Tensor FeatureInputs::compute_from_images(SetNumber number, const std::vector<ImageView>& views) {
  data::ImageSet set;
  set.images = sets_.of(number).images;
  for (const ImageView& view : views) set.rows.push_back(view.row);
  at::Tensor images = batches_.evaluation(set, 0, kFeatureChunk).to(network_.device());
  if (views.front().mirrored) images = images.flip(3);
  return network_.features(images, units_);
}

const FeatureSet* FeatureInputs::kept(SetNumber number) const {
  ESPALIER_EXPECT(filled_);
  return sources_[number].kept ? sources_[number].set.get() : nullptr;
}

const std::vector<std::int64_t>& FeatureInputs::slots(SetNumber number, bool mirrored) const {
  return mirrored ? sources_[number].mirrored_slots : sources_[number].slots;
}

/// Computes features that are not kept, mirrored views and others separately.
at::Tensor FeatureInputs::compute_all(SetNumber number, const std::vector<ImageView>& views) {
  at::Tensor all;
  for (const bool mirrored : {false, true}) {
    std::vector<std::int64_t> indices;
    for (std::size_t i = 0; i < views.size(); ++i) {
      if (views[i].mirrored == mirrored) indices.push_back(static_cast<std::int64_t>(i));
    }
    for (std::size_t first = 0; first < indices.size(); first += kFeatureChunk) {
      std::vector<ImageView> chunk;
      const auto last = std::min(indices.size(), first + kFeatureChunk);
      for (auto i = first; i < last; ++i) chunk.push_back(views[static_cast<std::size_t>(indices[i])]);
      const at::Tensor features = compute(number, chunk);
      if (!all.defined()) {
        auto sizes = features.sizes().vec();
        sizes[0] = static_cast<std::int64_t>(views.size());
        all = at::empty(sizes, features.options().memory_format(features.suggest_memory_format()));
      }
      for (auto i = first; i < last; ++i) all[indices[i]].copy_(features[static_cast<std::int64_t>(i - first)]);
    }
  }
  return all;
}

at::Tensor FeatureInputs::training(const std::vector<std::int64_t>& positions, task::Moment at,
                                   std::int64_t first_row) {
  const auto flips = batches_.flips(static_cast<std::int64_t>(positions.size()), at.epoch, at.step, first_row);
  const auto& from = sources_[kTrainingImages];
  std::vector<std::int64_t> slots;
  std::vector<ImageView> views;
  for (std::size_t i = 0; i < positions.size(); ++i) {
    const auto position = static_cast<std::size_t>(positions[i]);
    if (from.kept) slots.push_back((flips[i] ? from.mirrored_slots : from.slots).at(position));
    else views.push_back({sets_.of(kTrainingImages).rows.at(position), flips[i]});
  }
  return from.kept ? from.set->gather(slots) : compute_all(kTrainingImages, views);
}

at::Tensor FeatureInputs::evaluation(SetNumber number, std::int64_t first, std::int64_t count) {
  const auto& from = sources_[number];
  if (from.kept) return from.set->gather({from.slots.begin() + first, from.slots.begin() + first + count});
  const auto& rows = sets_.of(number).rows;
  std::vector<ImageView> views;
  for (auto i = first; i < first + count; ++i) views.push_back({rows[static_cast<std::size_t>(i)], false});
  return compute_all(number, views);
}

std::unique_ptr<Inputs> make_inputs(const Job& job, const ImageSets& sets, FeatureCache& cache,
                                    const model::UnitNetwork& network) {
  if (job.task.form.cached_units == 0) return std::make_unique<ImageInputs>(job, sets);
  return std::make_unique<FeatureInputs>(job, sets, cache, network);
}

}  // namespace espalier::train
