#pragma once
// Makes the spec of a training from settings, a pool of classes and a protocol, with what planning derives from it.
#include <array>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "espalier/network/networks.hpp"
#include "plan/fold_images.hpp"
#include "plan/protocol.hpp"

namespace espalier::plan {

/// A named network of the study; its digest is in the catalog.
struct KnownNetwork {
  std::string digest;
  const network::NetworkSpec* spec = nullptr;
};

/// The key of a training's random streams, besides its role and size.
struct StreamKey {
  std::int64_t split = 1, replicate = 1;
};

/// Images that a training uses in place of its pool's.
struct GivenImages {
  task::ImageSetSpec train;
  std::int64_t count = 0;  ///< of `train`
  std::int32_t classes = 0;
  std::vector<PoolEvaluation> evaluations;
  std::vector<metrics::Metric> metrics;  ///< that are measured on them
};

struct TrainingRequest {
  Role role = Role::target;
  const study::TrainValues* values = nullptr;
  const ClassPool* pool = nullptr;
  const KnownNetwork* network = nullptr;
  Protocol protocol;
  std::int64_t per_class = 0;                            ///< before folding; 0: all; a fraction is rounded up
  std::int64_t images_over_all = 0;                      ///< of a sample over all classes, or of all labels' images
  Fold fold;                                             ///< of a target; sources are not divided
  const std::vector<task::UnitStart>* copied = nullptr;  ///< by unit, where copied ones start
  StreamKey streams;
  const GivenImages* given = nullptr;           ///< none: the pool's
  const study::TargetSample* sample = nullptr;  ///< which images a size takes; none: the first of each class
  std::vector<metrics::Metric> asked;           ///< by name, of those that are measured on request
};

/// The metrics that are measured of the outputs on the pool's images, as EvaluationSpec::metrics says them.
std::vector<metrics::Metric> metrics_on(const ClassPool& pool, const std::vector<metrics::Metric>& asked);

/// A canonical training and quantities derived from it.
struct Training {
  task::TrainSpec spec;
  task::RecordSpec record;
  std::int64_t images = 0;              ///< that it trains on
  std::vector<std::int64_t> evaluated;  ///< images of each of `record.evaluations`
  std::int64_t epoch_images = 0, steps = 0;
  double backward_multiply_adds = 0;  ///< of a step, per image
  std::int32_t classes = 0;
  const std::vector<network::UnitCost>* units = nullptr;  ///< owned by the maker
};

class TrainingMaker {
 public:
  /// Image sets go into `catalog`.
  TrainingMaker(const study::Study& study, task::Catalog& catalog) : study_(study), catalog_(catalog) {}

  /// Throws CompileError where the training is impossible: no rate group for a unit, or an input that does not fit the
  /// network.
  Training make(const TrainingRequest& request);

  /// Shapes and costs of the network on images of shape `input` with `classes` classes.
  const std::vector<network::UnitCost>& units(const KnownNetwork& network, const network::Shape& input,
                                              std::int32_t classes);
  /// The shape of images after crops. Throws CompileError where training and evaluation would differ.
  static network::Shape input_of(const ClassPool& pool, const study::TrainValues& values);

 private:
  using UnitsKey = std::tuple<std::string, std::int32_t, std::int32_t, std::int32_t, std::int32_t>;
  void set_rows(Training& training, const TrainingRequest& request, std::int64_t per_epoch) const;
  void set_seeds(task::TrainSpec& spec, const TrainingRequest& request);
  void set_images(Training& training, const TrainingRequest& request, const std::optional<FoldImages>& fold) const;
  void set_record(Training& training, const TrainingRequest& request, const std::optional<FoldImages>& fold,
                  std::int64_t per_epoch);
  static void set_stop(Training& training, const study::TrainValues& values, std::int64_t per_epoch);

  const study::Study& study_;
  task::Catalog& catalog_;
  std::map<UnitsKey, std::vector<network::UnitCost>> units_;
  std::map<std::tuple<Role, std::int64_t, std::int64_t, std::int64_t>, std::array<std::uint64_t, 4>> seeds_;
};

}  // namespace espalier::plan
