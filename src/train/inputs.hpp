#pragma once
// Inputs of a training's first live unit: images, or features of its cached units.
#include <functional>

#include "espalier/data/subset.hpp"
#include "espalier/model/unit_network.hpp"
#include "espalier/train/feature_shelf.hpp"
#include "espalier/train/training.hpp"

namespace espalier::train {

/// One of a task's image sets.
enum class Part : std::uint8_t { train, valid, test };

/// Asked after every chunk of features; false ends the work.
using GoOn = std::function<bool()>;

const data::ImageSet& part_of(const data::TaskImages& images, Part part);

class Inputs {
 public:
  virtual ~Inputs() = default;
  /// Computes what is kept for all steps. Returns false if `go_on` ended it early.
  virtual bool prepare(const GoOn&) { return true; }
  /// Returns [n, ...] of the training images at `positions`, as the step that begins at `at` sees them. `first_row` is
  /// the place of the first of them in the step's whole batch.
  virtual at::Tensor training(const std::vector<std::int64_t>& positions, task::Moment at, std::int64_t first_row) = 0;
  virtual at::Tensor evaluation(Part part, std::int64_t first, std::int64_t count) = 0;
};

class ImageInputs : public Inputs {
 public:
  explicit ImageInputs(const Job& job) : images_(job.images), batches_(job.task.train) {}
  const data::BatchMaker& batches() const { return batches_; }
  at::Tensor training(const std::vector<std::int64_t>& positions, task::Moment at, std::int64_t first_row) override;
  at::Tensor evaluation(Part part, std::int64_t first, std::int64_t count) override;

 private:
  std::shared_ptr<const data::TaskImages> images_;
  data::BatchMaker batches_;
};

/// Features from the cache, which computes those it lacks; features that do not fit are computed each time, in chunks
/// of the same form.
class FeatureInputs : public Inputs {
 public:
  /// `network` is the job's own, as prepared; it is kept to compute features that do not fit.
  FeatureInputs(const Job& job, FeatureShelf& shelf, model::UnitNetwork network);

  /// Computes the missing features of all parts. Returns false if `go_on` ended it early.
  bool fill(const GoOn& go_on);
  bool is_filled() const { return filled_; }
  bool prepare(const GoOn& go_on) override { return fill(go_on); }

  /// After prepare(): the set that holds a part's features, or null where they did not fit.
  const FeatureSet* kept(Part part) const;
  /// The slots of a kept part's images, mirrored or not.
  const std::vector<std::int64_t>& slots(Part part, bool mirrored) const;
  const data::BatchMaker& batches() const { return batches_; }

  at::Tensor training(const std::vector<std::int64_t>& positions, task::Moment at, std::int64_t first_row) override;
  at::Tensor evaluation(Part part, std::int64_t first, std::int64_t count) override;

 private:
  /// Where one part's features are.
  struct Source {
    std::shared_ptr<FeatureSet> set;
    bool kept = true;  ///< false: it did not fit
    std::vector<std::int64_t> slots, mirrored_slots;
  };
  bool fill_part(Part part, bool mirrored, const GoOn& go_on);
  Source& source(Part part) { return sources_[static_cast<std::size_t>(part)]; }
  const Source& source(Part part) const { return sources_[static_cast<std::size_t>(part)]; }
  at::Tensor compute(Part part, std::vector<View> views);
  at::Tensor compute_all(Part part, const std::vector<View>& views);

  const Job job_;
  FeatureShelf& shelf_;
  model::UnitNetwork network_;
  data::BatchMaker batches_;
  std::int32_t units_;
  std::int64_t bytes_per_view_ = 0;
  Source sources_[3];
  bool filled_ = false;
};

/// Inputs for the job: features where its form has cached units, else images.
std::unique_ptr<Inputs> make_inputs(const Job& job, FeatureShelf& shelf, const model::UnitNetwork& network);

}  // namespace espalier::train
