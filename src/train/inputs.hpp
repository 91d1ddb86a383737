#pragma once
// Inputs of a training's first live unit: images, or features of its cached units.
#include <functional>

#include "espalier/data/batch_maker.hpp"
#include "espalier/model/unit_network.hpp"
#include "espalier/train/feature_cache.hpp"
#include "espalier/train/training.hpp"
#include "train/bundle/image_sets.hpp"

namespace espalier::train {

class FeatureInputs;

class Inputs {
 public:
  virtual ~Inputs() = default;
  /// Computes what is kept for all steps. Returns false if `go_on` ended it early.
  virtual bool prepare(const GoOn&) { return true; }
  /// These inputs where they are cached features, which a device reads from tables of its own; else null.
  virtual const FeatureInputs* cached_features() const { return nullptr; }
  /// Returns [n, ...] of the training images at `positions`, as the step that begins at `at` sees them. `first_row` is
  /// the place of the first of them in the step's whole batch.
  virtual at::Tensor training(const std::vector<std::int64_t>& positions, task::Moment at, std::int64_t first_row) = 0;
  virtual at::Tensor evaluation(SetNumber number, std::int64_t first, std::int64_t count) = 0;
};

class ImageInputs : public Inputs {
 public:
  /// `sets` must outlive it.
  ImageInputs(const Job& job, const ImageSets& sets) : sets_(sets), batches_(task::training(job.task)) {}
  const data::BatchMaker& batches() const { return batches_; }
  at::Tensor training(const std::vector<std::int64_t>& positions, task::Moment at, std::int64_t first_row) override;
  at::Tensor evaluation(SetNumber number, std::int64_t first, std::int64_t count) override;

 private:
  const ImageSets& sets_;
  data::BatchMaker batches_;
};

/// Features from the cache, which computes those it lacks, from features of fewer units where the cache has these;
/// features that do not fit are computed each time, in chunks of the same form.
class FeatureInputs : public Inputs {
 public:
  /// `network` is the job's own, as prepared; it is kept to compute features that do not fit. `sets` must outlive it,
  /// and may grow before fill().
  FeatureInputs(const Job& job, const ImageSets& sets, FeatureCache& cache, model::UnitNetwork network);

  /// Computes the missing features of all sets. Returns false if `go_on` ended it early.
  bool fill(const GoOn& go_on);
  bool is_filled() const { return filled_; }
  bool prepare(const GoOn& go_on) override { return fill(go_on); }
  const FeatureInputs* cached_features() const override { return this; }

  /// After prepare(): what holds the features of an image set, or null where they did not fit.
  const FeatureSet* kept(SetNumber number) const;
  /// The slots of a kept set's images, mirrored or not.
  const std::vector<std::int64_t>& slots(SetNumber number, bool mirrored) const;
  const data::BatchMaker& batches() const { return batches_; }

  at::Tensor training(const std::vector<std::int64_t>& positions, task::Moment at, std::int64_t first_row) override;
  at::Tensor evaluation(SetNumber number, std::int64_t first, std::int64_t count) override;

 private:
  /// Where the features of one image set are.
  struct Source {
    std::shared_ptr<FeatureSet> set;
    bool kept = true;  ///< false: it did not fit
    std::vector<std::int64_t> slots, mirrored_slots;
  };
  void add_sources();
  bool fill_set(SetNumber number, bool mirrored, const GoOn& go_on);
  at::Tensor compute(SetNumber number, std::vector<ImageView> views);
  at::Tensor compute_from_images(SetNumber number, const std::vector<ImageView>& views);
  at::Tensor compute_all(SetNumber number, const std::vector<ImageView>& views);

  const Job job_;
  const ImageSets& sets_;
  FeatureCache& cache_;
  model::UnitNetwork network_;
  data::BatchMaker batches_;
  std::int32_t units_;
  std::int64_t bytes_per_view_ = 0;
  std::string prefix_;              ///< names what the features depend on besides the data
  std::vector<std::string> lower_;  ///< the same of fewer units: from 1 to one less
  std::vector<Source> sources_;
  bool filled_ = false;
};

/// Inputs for the job: features where its form has cached units, else images.
std::unique_ptr<Inputs> make_inputs(const Job& job, const ImageSets& sets, FeatureCache& cache,
                                    const model::UnitNetwork& network);

}  // namespace espalier::train
