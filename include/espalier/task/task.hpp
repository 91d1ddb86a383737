#pragma once
// A task: one piece of work, named by the hash of everything that can change its result.
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "espalier/core/ids.hpp"
#include "espalier/frame/canonical.hpp"
#include "espalier/network/layer.hpp"
#include "espalier/task/image_set.hpp"
#include "espalier/task/probe_methods.hpp"
#include "espalier/task/record_spec.hpp"

namespace espalier::task {

/// A point of a training: after `epoch` whole epochs and `step` steps of the next one.
struct Moment {
  std::int32_t epoch = 0;
  std::int32_t step = 0;
  auto operator<=>(const Moment&) const = default;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& frame::stored<1>("epoch", epoch) & frame::stored<2>("step", step);
  }
};

/// Where a unit's values come from. Of this and the other enumerations here: the numbers are stored and form ids, and
/// never change; last_known() rises with each value that is added (frame/stored.hpp).
enum class StartKind : std::uint8_t {
  fresh = 0,       ///< drawn anew from the task's initialisation stream
  task = 1,        ///< the finished network of another task (a pretraining, or an earlier run)
  checkpoint = 2,  ///< a safetensors file the user named, by content
};
constexpr StartKind last_known(StartKind) { return StartKind::checkpoint; }

struct UnitStart {
  StartKind kind = StartKind::fresh;
  TaskId task;
  ArtifactId checkpoint;
  bool operator==(const UnitStart&) const = default;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& frame::stored<1>("kind", kind) & frame::stored<2>("task", task) &
        frame::stored<3>("checkpoint", checkpoint);
  }
};

enum class Trained : std::uint8_t { no = 0, all = 1, scale_shift = 2 };
constexpr Trained last_known(Trained) { return Trained::scale_shift; }

/// From the moment `from` on, the unit trains at `rate` (float32, exactly the value used).
struct RatePoint {
  Moment from;
  float rate = 0;
  bool operator==(const RatePoint&) const = default;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& frame::stored<1>("from", from) & frame::stored<2>("rate", rate);
  }
};

/// The canonical form of every protocol: one row per unit.
struct UnitRow {
  UnitStart start;
  Trained trained = Trained::all;
  std::vector<RatePoint> rates;  ///< ascending, first at (0, 0); only real changes; empty where not trained
  bool operator==(const UnitRow&) const = default;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& frame::stored<1>("start", start) & frame::stored<2>("trained", trained) & frame::stored<3>("rates", rates);
  }
};

/// Raised when a centred crop or a translation takes other pixels than before: tasks that use them then get new ids,
/// and no others. 1: a translation keeps within its share of the side; centred crops are rounded as torchvision does.
inline constexpr std::int32_t kPlacementVersion = 1;

/// Random changes of training images, drawn anew in every step. Zero means off.
struct AugmentSpec {
  bool flip = false;                   ///< horizontal, probability 1/2
  std::int32_t shifted_crop = 0;       ///< zero-pad by that many pixels, crop back at random
  std::int32_t random_resized = 0;     ///< side of a random resized crop (area 0.08-1, aspect 3/4-4/3), 0: off
  std::int32_t centre_crop = 0;        ///< side of the evaluation crop where training crops; 0: whole image
  double rotation_degrees = 0;         ///< uniform in ± that many degrees
  double translation = 0;              ///< uniform in ± that fraction of the side
  std::int32_t placement_version = 0;  ///< kPlacementVersion where images are moved or cropped at the centre
  bool operator==(const AugmentSpec&) const = default;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& frame::stored<1>("flip", flip) & frame::stored<2>("shifted_crop", shifted_crop) &
        frame::stored<3>("random_resized", random_resized) & frame::stored<4>("centre_crop", centre_crop) &
        frame::stored<5>("rotation_degrees", rotation_degrees) & frame::stored<6>("translation", translation) &
        frame::stored<7>("placement_version", placement_version);
  }
};

enum class OptimiserKind : std::uint8_t { sgd = 0, adam = 1 };
constexpr OptimiserKind last_known(OptimiserKind) { return OptimiserKind::adam; }
enum class FrozenDropout : std::uint8_t { off = 0, on = 1 };
constexpr FrozenDropout last_known(FrozenDropout) { return FrozenDropout::on; }
enum class Precision : std::uint8_t { fp32 = 0, tf32 = 1, bf16 = 2 };
constexpr Precision last_known(Precision) { return Precision::bf16; }

/// What a training makes small. Numbers are stored.
enum class Loss : std::uint8_t {
  cross_entropy = 0,  ///< of one label an image
  binary = 1,         ///< mean over labels of the binary cross-entropies of several an image
};
constexpr Loss last_known(Loss) { return Loss::binary; }

/// Raised when ids are formed anew although nothing else changes, so that old and new ones cannot be mistaken.
inline constexpr std::int32_t kIdentityVersion = 1;

/// When a training ends before its length, and which of its states is its result. Trainings that differ in it alone
/// take the same steps (sharing.hpp).
struct StopSpec {
  ImageSetId images;  ///< that it is judged by, in the catalog; empty: there is no rule
  metrics::Metric metric = metrics::Metric::top1;
  Moment every;               ///< evaluations are after each such stretch of epochs, or steps, and at the end
  std::int32_t patience = 0;  ///< evaluations without a better one after which it ends, from 1
  double min_delta = 0;       ///< a better value is better by more than this; of hits: their share of the images
  bool restores_best = true;  ///< else the last state is the result
  bool on() const { return !images.empty(); }
  bool operator==(const StopSpec&) const = default;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    using frame::stored;
    archive& stored<1>("images", images) & stored<2>("metric", metric) & stored<3>("every", every) &
        stored<4>("patience", patience) & stored<5>("min_delta", min_delta) & stored<6>("restores_best", restores_best);
  }
};

/// Where a training ended that a StopSpec may end, and the moment of the state that is its result: at most `ended`.
/// Both are {0, 0} of any other training, whose length says so.
struct Stopped {
  Moment ended, result;
  bool operator==(const Stopped&) const = default;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& frame::stored<1>("ended", ended) & frame::stored<2>("result", result);
  }
};

/// The last rows that may be results: those behind a restored state are a curve.
inline RowMoment last_result(const Stopped& stopped) {
  return stopped == Stopped{} ? kAnyMoment : RowMoment{stopped.result.epoch, stopped.result.step};
}

/// Everything that can change the result of a training. Its hash is the task's id.
struct TrainSpec {
  std::int32_t identity_version = 0;  ///< kIdentityVersion
  std::int32_t numerics_version = 0;  ///< build_info::kNumericsVersion
  std::string network;                ///< catalog digest of a NetworkSpec
  network::Shape input;               ///< as the network sees it, after crops
  std::vector<float> mean, std;       ///< per channel, on pixels / 255: x = (p / 255 - mean) / std
  ImageSetSpec images;
  std::vector<UnitRow> units;
  OptimiserKind optimiser = OptimiserKind::sgd;
  float momentum = 0;      ///< SGD's; Adam uses beta 0.9, 0.999, epsilon 1e-8
  float weight_decay = 0;  ///< L2, added to the gradient, weights and biases alike (PyTorch's convention)
  std::int32_t batch = 0;
  Moment length;  ///< whole epochs, and steps of one more
  AugmentSpec augment;
  FrozenDropout frozen_dropout = FrozenDropout::off;
  Precision precision = Precision::fp32;
  std::uint64_t init_seed = 0, order_seed = 0, mask_seed = 0, augment_seed = 0;
  StopSpec stop;
  Loss loss = Loss::cross_entropy;
  bool operator==(const TrainSpec&) const = default;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& frame::stored<1>("numerics_version", numerics_version) & frame::stored<2>("network", network) &
        frame::stored<3>("input", input) & frame::stored<4>("mean", mean) & frame::stored<5>("std", std) &
        frame::stored<6>("images", images) & frame::stored<7>("units", units) &
        frame::stored<8>("optimiser", optimiser) & frame::stored<9>("momentum", momentum) &
        frame::stored<10>("weight_decay", weight_decay) & frame::stored<11>("batch", batch) &
        frame::stored<12>("length", length) & frame::stored<13>("augment", augment) &
        frame::stored<14>("frozen_dropout", frozen_dropout) & frame::stored<15>("precision", precision) &
        frame::stored<16>("init_seed", init_seed) & frame::stored<17>("order_seed", order_seed) &
        frame::stored<18>("mask_seed", mask_seed) & frame::stored<19>("augment_seed", augment_seed) &
        frame::stored<20>("identity_version", identity_version) & frame::stored<1021>("stop", stop) &
        frame::stored<1022>("loss", loss);
  }
};

/// The images that queries retrieve from, as another network sees them.
struct RetrievalSpec {
  std::vector<UnitStart> units;  ///< of that network, as those of the probe's own
  ImageSetSpec gallery;
  std::int32_t depth = 0;        ///< the first so many retrieved images count
  std::vector<float> mean, std;  ///< of the gallery's images, per channel; the queries have the probe's
  bool operator==(const RetrievalSpec&) const = default;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    using frame::stored;
    archive& stored<1>("units", units) & stored<2>("gallery", gallery) & stored<3>("depth", depth) &
        stored<4>("mean", mean) & stored<5>("std", std);
  }
};

/// One pass over features of a network whose units come from anywhere: no unit is trained. Image sets that are only
/// measured are in RecordSpec and not here.
struct ProbeSpec {
  std::int32_t identity_version = 0;  ///< kIdentityVersion
  std::int32_t numerics_version = 0;  ///< build_info::kNumericsVersion
  ProbeMethod method = ProbeMethod::evaluate;
  std::string network;           ///< catalog digest of a NetworkSpec
  std::string labels;            ///< digest of the LabelMap that its outputs stand for
  network::Shape input;          ///< as the network sees it, after crops
  std::vector<float> mean, std;  ///< as of TrainSpec
  std::int32_t centre_crop = 0;  ///< side in pixels; 0: whole image
  Precision precision = Precision::fp32;
  std::vector<UnitStart> units;        ///< of every unit; those behind `features` are fresh, and no others
  std::int32_t placement_version = 0;  ///< kPlacementVersion where there is a crop
  std::int32_t features = 0;           ///< units after which features are taken; 0: all, the outputs are scored
  LinearSpec linear;                   ///< of ProbeMethod::linear
  DistanceSpec distance;               ///< of ProbeMethod::distance
  RetrievalSpec retrieval;             ///< of ProbeMethod::retrieval
  NeighboursSpec neighbours;           ///< of ProbeMethod::neighbours
  bool operator==(const ProbeSpec&) const = default;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    using frame::stored;
    archive& stored<1>("identity_version", identity_version) & stored<2>("numerics_version", numerics_version) &
        stored<3>("method", method) & stored<4>("network", network) & stored<5>("labels", labels) &
        stored<6>("input", input) & stored<7>("mean", mean) & stored<8>("std", std) &
        stored<9>("centre_crop", centre_crop) & stored<10>("precision", precision) & stored<11>("units", units) &
        stored<12>("placement_version", placement_version) & stored<13>("features", features) &
        stored<14>("linear", linear) & stored<15>("distance", distance) & stored<16>("retrieval", retrieval) &
        stored<17>("neighbours", neighbours);
  }
};

/// The image sets that a probe uses besides those that it is measured on: what a classifier is fitted to, or the two
/// sets of a distance.
std::vector<ImageSetSpec> used_images(const ProbeSpec& probe);

/// The network of a probe in the form of a training that takes no step.
TrainSpec untrained(const ProbeSpec& probe);

/// How a task is computed. Fixed when its plan row is journaled; recorded as provenance, but not part of its identity.
struct NumericForm {
  std::int32_t threads = 1;
  std::int32_t cached_units = 0;  ///< units 1..k whose outputs are computed once per image; 0: none
  bool batched = false;           ///< the units above them train as one replica of a batched network
  std::int32_t workers = 1;       ///< number of trainers that share each batch
  bool operator==(const NumericForm&) const = default;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& frame::stored<1>("threads", threads) & frame::stored<2>("cached_units", cached_units) &
        frame::stored<3>("fused", batched) & frame::stored<4>("workers", workers);
  }
};

/// What a task uses of another one.
enum class InputRole : std::uint8_t {
  pretraining = 0,  ///< units are copied from its finished network: a source
  start = 1,        ///< the same, from a run of another experiment
  measured = 2,     ///< a probe takes units of its network
};
constexpr InputRole last_known(InputRole) { return InputRole::measured; }

/// A task whose finished network another one uses.
struct Input {
  TaskId task;
  InputRole role = InputRole::pretraining;
  bool operator==(const Input&) const = default;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& frame::stored<1>("task", task) & frame::stored<2>("role", role);
  }
};

enum class WorkKind : std::uint8_t { training = 0, probe = 1 };
constexpr WorkKind last_known(WorkKind) { return WorkKind::probe; }

/// "training", "probe".
const char* name_of(WorkKind kind);

/// A piece of work with named inputs.
struct Task {
  TaskId id;
  std::variant<TrainSpec, ProbeSpec> work;  ///< in the order of WorkKind
  RecordSpec record;
  NumericForm form;
  std::vector<Input> inputs;
  double cost_s = 0;              ///< estimated seconds on one worker, alone
  std::int64_t images = 0;        ///< training images
  std::int64_t epoch_images = 0;  ///< training images times epochs
  std::string measured_data;      ///< of a probe: digest of the pack that most of its images are in
  WorkKind kind() const { return static_cast<WorkKind>(work.index()); }
  /// Makes `work` an empty one of that kind. Throws frame::NewerFormatError for an unknown one.
  void reset(WorkKind kind);
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    using frame::stored;
    WorkKind its_kind = kind();
    archive& stored<1>("id", id) & stored<2>("kind", its_kind);
    if constexpr (!Archive::is_saving::value) reset(its_kind);
    if (auto* trained = std::get_if<TrainSpec>(&work)) archive& stored<3>("train", *trained);
    archive& stored<4>("record", record) & stored<5>("form", form) & stored<6>("inputs", inputs) &
        stored<7>("cost_s", cost_s) & stored<8>("images", images) & stored<9>("epoch_images", epoch_images);
    if (auto* probed = std::get_if<ProbeSpec>(&work)) {
      archive& stored<10>("probe", *probed) & stored<11>("measured_data", measured_data);
    }
  }
};

/// The training that the task is. A probe breaks the contract.
const TrainSpec& training(const Task& task);
TrainSpec& training(Task& task);
/// The probe that the task is; null for a training.
inline const ProbeSpec* probe_of(const Task& task) { return std::get_if<ProbeSpec>(&task.work); }

/// The training, or the probe's network as a training that takes no step: for what shows or compares tasks.
TrainSpec as_training(const Task& task);

/// Where each unit of the task's network comes from, from the first on.
std::vector<UnitStart> unit_starts(const Task& task);

/// The id of a training: the hash of the canonical text of `spec`, or of a probe.
TaskId task_id(const TrainSpec& spec);
TaskId task_id(const ProbeSpec& spec);

/// Values shared by many tasks, named by content so that specs stay small.
struct Catalog {
  std::map<std::string, network::NetworkSpec> networks;  ///< by the digest that add() returned
  std::map<std::string, LabelMap> label_maps;            ///< by digest_of()
  std::map<std::string, ImageSetSpec> image_sets;        ///< that tasks are measured on, by id_of()
  std::string add(const network::NetworkSpec& network);  ///< returns its digest (32 hex digits)
  std::string add(const LabelMap& map);                  ///< names given later count
  ImageSetId add(const ImageSetSpec& set);
  void merge(const Catalog& other);
  bool empty() const { return networks.empty() && label_maps.empty() && image_sets.empty(); }
  bool operator==(const Catalog&) const = default;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& frame::stored<1>("networks", networks) & frame::stored<2>("label_maps", label_maps) &
        frame::stored<3>("image_sets", image_sets);
  }
};

/// What `known` lacks or has otherwise.
Catalog difference(const Catalog& all, const Catalog& known);

}  // namespace espalier::task
