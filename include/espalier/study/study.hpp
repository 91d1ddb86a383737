#pragma once
// A study as its file says it: parsed and checked for form, not yet multiplied out. Plain values. `run` hands them to
// rank 0: a new member is named in study_bytes.cpp, too, which does not compile without, and raises kLaunchVersion.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "espalier/network/layer.hpp"
#include "espalier/study/conditions.hpp"
#include "espalier/study/value.hpp"
#include "espalier/task/image_formats.hpp"
#include "espalier/task/task.hpp"  // value enums shared with tasks (ImageOrder, AugmentSpec, OptimiserKind, ...)
#include "espalier/task/transforms.hpp"

namespace espalier::study {

/// A place in the study text; line and column count from 1, 0 means none.
struct Location {
  std::int32_t line = 0, column = 0;
  bool operator==(const Location&) const = default;
};

struct Duration {
  enum class Unit : std::uint8_t { epochs, steps, percent } unit = Unit::epochs;  ///< percent: of a training's steps
  std::int64_t count = 0;
  bool operator==(const Duration&) const = default;
};

enum class ShortClasses : std::uint8_t { refuse, take_all, leave_out };

/// Raw files of one part of a data set (paths as written; relative to the study file or --data-root).
struct DataFiles {
  std::vector<std::string> images;  ///< one path or some, as the format says
  std::string labels;               ///< of formats that have a label file
  bool operator==(const DataFiles&) const = default;
};

struct ExpectedData {
  std::int32_t classes = 0;
  std::int64_t per_class = 0;       ///< training and validation images per class
  std::int64_t test_per_class = 0;  ///< in separate test files
  network::Shape shape;
  bool operator==(const ExpectedData&) const = default;
};

struct DataSet {
  std::string name;
  Location where;
  task::ImageFormat format = task::ImageFormat::idx;
  DataFiles files;
  std::optional<DataFiles> test_files;  ///< test = { images = ..., labels = ... }
  std::int32_t test_per_class = 0;      ///< test = { per_class = n }
  std::int32_t valid_per_class = 0;     ///< valid = { per_class = n }
  task::ImageOrder order = task::ImageOrder::shuffled;
  std::string label_kind = "fine";  ///< cifar: "fine" | "coarse"
  std::int32_t resize = 0;          ///< side in pixels after resizing (shorter side, then centre crop); 0: as they are
  bool grey = false;                ///< folder: decode to one channel
  bool rgb = false;                 ///< idx: grey images get three equal channels
  std::int64_t max_pixels = task::kMaxPixels;  ///< folder: images with more pixels are refused
  std::vector<double> mean, std;               ///< normalisation on pixels / 255; empty: from the training files
  ShortClasses short_classes = ShortClasses::refuse;
  std::map<std::string, std::int64_t> made;  ///< made: classes, per_class, channels, height, width, seed, noise
  std::optional<ExpectedData> expect;
  bool multi_label = false;  ///< an image may have several labels: a matrix says which, one column a class
  std::int64_t valid_images = 0, test_images = 0;  ///< of multi-label data: valid = { images = n }, test likewise
  std::string from;                                ///< data set that this one is derived from; "": made of files
  std::vector<task::TransformSpec> transforms;     ///< of a derived one, in their order
  bool operator==(const DataSet&) const = default;
};

struct Split {
  enum class Kind : std::uint8_t { none, random, listed, images, minimal } kind = Kind::none;
  Location where;
  std::int32_t count = 1;
  std::int32_t source = 0, target = 0;  ///< classes in each half (random)
  struct ClassSplit {
    std::vector<std::int32_t> source, target;  ///< class indices
    bool operator==(const ClassSplit&) const = default;
  };
  std::vector<ClassSplit> listed;
  std::string data;  ///< data set whose classes are divided; default: of the first source or target
  /// A part of each class's images, drawn anew for each split.
  struct NamedShare {
    std::string name;
    double share = 0;
    bool operator==(const NamedShare&) const = default;
  };
  std::vector<NamedShare> parts;  ///< of kind images, in file order
  std::int32_t folds = 0;         ///< stratified ones that a target's training images are divided into; 0: none
  std::string tree;               ///< minimal: whose nodes at `depth` or deeper lie above classes of one half alone
  std::int32_t depth = 0;
  std::string below;  ///< minimal: the source half is what lies below this node; "": drawn to the sizes of the halves
  std::string classes = "all";  ///< that are divided: "labels.NAME", a set with an output for each of its classes
  bool operator==(const Split&) const = default;
};

/// [tree.NAME]: classes above classes, of a file or of a data set's coarser labels.
struct Tree {
  std::string name;
  Location where;
  std::string file, names;   ///< paths as written: edges, and names of nodes
  std::string data, levels;  ///< instead of a file: a data set, and which of its levels
  bool operator==(const Tree&) const = default;
};

/// [labels.NAME]: what a network is taught or told apart by. Classes of a data set that get one label are one output.
struct LabelSet {
  std::string name;
  Location where;
  std::string tree, data;
  enum class Cut : std::uint8_t { leaves, clamp, absorb, listed } cut = Cut::leaves;
  std::int32_t amount = 0;  ///< depth of clamp, rounds of absorb
  /// Of listed: labels with their classes, by name or index, or with nodes of the tree.
  std::vector<std::pair<std::string, std::vector<Value>>> groups;
  std::vector<std::string> without;  ///< nodes of the tree, or classes: left out with all that lies below them
  std::string without_classes_of;    ///< "target.pascal": its classes are left out; "": none
  std::vector<Value> classes;        ///< by name or index; empty: all
  bool operator==(const LabelSet&) const = default;
};

struct RateGroup {
  Location where;
  std::string units;  ///< "top", "new", "copied", "rest", "3", "2-5", "1,3"
  std::optional<double> start;
  struct Relative {
    std::string to;
    double factor = 1;
    bool operator==(const Relative&) const = default;
  };
  std::optional<Relative> relative;  ///< relative = 0.2, to = "new"
  double factor = 1;                 ///< multiplies the rate at `first` and later
  std::optional<Duration> first;     ///< none: never decays
  std::optional<Duration> every;     ///< none: decays once
  enum class DecayTimes : std::uint8_t {
    multiples,
    after_first
  } decay_times = DecayTimes::multiples;  ///< later decays at multiples of every | first + i * every
  bool operator==(const RateGroup&) const = default;
};

/// When a training ends before its length, and which of its states is its result.
struct StopRule {
  Location where;
  bool on = false;  ///< `stop = "none"` where an axis or a target switches off what [train] says
  std::string metric = "valid.top1";
  Duration every{Duration::Unit::epochs, 1};
  std::int64_t patience = 0;     ///< evaluations without a better one
  double min_delta = 0;          ///< a better one is better by more than this, in the metric's unit as stored
  std::string restore = "best";  ///< "best" | "last"
  bool operator==(const StopRule&) const = default;
};

/// The values of [train]; each can be an axis as `train.<key>` or `source.<key>`.
struct TrainValues {
  std::optional<std::int64_t> batch;
  std::optional<Duration> epochs;  ///< or steps
  std::optional<std::string> optimiser;
  std::optional<double> momentum, weight_decay;
  std::optional<task::AugmentSpec> augment;
  std::optional<std::string> frozen_dropout, precision;
  std::optional<Duration> evaluate_every;  ///< 0 epochs: the end alone
  std::optional<bool> train_eval;
  std::optional<double> warn_below;  ///< sources: least validation top-1 that is good enough
  std::vector<RateGroup> rates;      ///< empty: inherited
  std::optional<StopRule> stop;      ///< none: inherited
  std::string keep;                  ///< "" : inherited
  std::optional<std::string> loss;   ///< "cross-entropy" | "binary"
  std::optional<Duration> warmup;    ///< over which all rates rise from a tenth; 0: they begin as they are
  bool operator==(const TrainValues&) const = default;
};

struct Source {
  std::string name;
  Location where;
  std::string data, classes = "all";  ///< "all" | "split.source" | "split.target" | "list" | "labels.NAME"
  std::vector<std::int32_t> class_list;
  TrainValues train;
  std::string checkpoint;  ///< a safetensors file instead of a pretraining
  std::string part;        ///< of a split by image, whose images these are; "": all
  std::string labels;      ///< label set that joins the classes; "": each is an output
  /// Images a class, classes, and images in all, of which two give the third; drawn at random. None: all there are.
  std::optional<std::int64_t> per_class, class_count, images;
  std::string redraw;  ///< "replicate": pretrained anew for each, on classes and images drawn anew; "": one for all
  bool operator==(const Source&) const = default;
};

/// Which images of a class, or of all, a size of `per_class` takes.
struct TargetSample {
  Location where;
  bool random = false;     ///< rule = "random"; else the first ones, always the same
  bool stratified = true;  ///< per_class images of each class; else as many over all classes on average
  std::string redraw;      ///< "replicate": drawn anew for each; "": the same for all
  bool operator==(const TargetSample&) const = default;
};

struct Target {
  std::string name;
  Location where;
  std::string data, classes = "all";
  std::vector<std::int32_t> class_list;
  TrainValues train;
  std::string part, labels;            ///< as a source's
  std::optional<TargetSample> sample;  ///< none: the first of each class
  std::string outputs_of;  ///< "source": the source's outputs, of which the target's classes are some; "": its own
  bool operator==(const Target&) const = default;
};

struct Network {
  std::string name;  ///< of a known network, or of this listing
  Location where;
  double width = 1;
  network::NetworkSpec spec;
  bool front = false;  ///< an image-to-image unit that stands before other networks
  bool operator==(const Network&) const = default;
};

struct Axis {
  std::string name;
  Location where;
  std::vector<Value> values;
  std::string by;                                 ///< dependent axis: name of the axis it follows
  std::map<std::string, std::vector<Value>> per;  ///< value of `by` (its to_string) -> values
  bool operator==(const Axis&) const = default;
};

struct Take {
  Location where;
  std::vector<std::string> values;  ///< axes that get their values from the selection
  std::vector<std::string> from;    ///< experiments, chosen from jointly
  std::string best;                 ///< metric, "valid.top1"
  std::vector<std::string> mean_over, per;
  bool allow_missing = false;
  bool operator==(const Take&) const = default;
};

struct Exclude {
  Location where;
  std::string name, when;
  bool operator==(const Exclude&) const = default;
};

struct Case {
  std::string name;
  Location where;
  std::vector<std::pair<std::string, Value>> fixed;
  std::vector<Take> takes;
  bool operator==(const Case&) const = default;
};

/// A finished run of another experiment: the one that has equal values on the axes `same`.
struct Start {
  std::string experiment;
  std::vector<std::string> same;  ///< axes of both experiments
  Location where;
  bool operator==(const Start&) const = default;
};

/// Units that do not come from where the rest of the network does: from a run, or from a source.
struct UnitsFrom {
  Location where;
  std::vector<std::int32_t> units;  ///< from 1, ascending
  std::optional<Start> run;         ///< none: from `source`
  std::string source;
  std::string axis;  ///< the axis whose value is the unit, in place of `units`; "": none
  bool operator==(const UnitsFrom&) const = default;
};

/// The network that tells a source's images from a target's, of the distance "cnn", and how it is trained.
struct DistanceNetwork {
  Location where;
  std::string network;
  TrainValues train;
  bool operator==(const DistanceNetwork&) const = default;
};

/// Chooses among finished runs: an experiment of kind "pick", whose runs are those that it chose.
struct Pick {
  Location where;
  std::vector<std::string> from;  ///< experiments
  std::string best;               ///< metric, "valid.top1"
  std::vector<std::string> per;   ///< axes: one choice for each of their values
  bool operator==(const Pick&) const = default;
};

struct Experiment {
  std::string name;
  Location where;
  std::string kind = "train";                  ///< a name of kinds(); "" where the study names none of them
  std::optional<Start> start;                  ///< where units are copied from; none: from the source
  std::vector<UnitsFrom> units_from;           ///< kind "evaluate": single units of other networks
  std::optional<DistanceNetwork> cnn;          ///< kind "distance"
  std::optional<Pick> pick;                    ///< kind "pick"
  std::vector<Axis> axes;                      ///< in file order
  std::vector<std::vector<std::string>> zips;  ///< groups of axis names that advance together
  std::vector<std::pair<std::string, Value>> fixed;
  std::vector<Take> takes;
  std::vector<Exclude> excludes;
  std::vector<Case> cases;
  bool operator==(const Experiment&) const = default;
};

struct Resources {
  Location where;
  std::string when;
  std::int32_t workers = 1;
  bool operator==(const Resources&) const = default;
};

/// Distances that an experiment of kind "distance" measures, as figures and tables use them.
struct DistancesFrom {
  std::string experiment, method = "cosine";
  std::int32_t features = 0;  ///< the unit after which they are taken; 0: the only one there is
  bool operator==(const DistancesFrom&) const = default;
};

/// The metric of the runs that fulfil `over`, divided by that of their partners that fulfil `under`.
struct RatioSpec {
  std::vector<AxisCondition> over, under;
  DistancesFrom distances;
  bool operator==(const RatioSpec&) const = default;
};

/// What stands for x where a figure of ratios has the distance of the target there.
inline constexpr const char* kDistance = "distance";

struct FigureSpec {
  Location where;
  std::string experiment, x, series, y = "test.top1", title;
  bool over_targets = false;       ///< targets, not splits, are what repeats a setting
  std::optional<RatioSpec> ratio;  ///< kind = "ratio"; else the cells' means are drawn
  std::string coarse;              ///< kind = "coarse-fine": the label set that joins fine classes; "": not that kind
  bool operator==(const FigureSpec&) const = default;
};

enum class TableKind : std::uint8_t {
  ratio,           ///< two sides, their difference and ratio
  raw,             ///< every cell
  distances,       ///< targets by methods, and how far the methods' orders agree
  recommendation,  ///< the advice of Chu et al. by distance and size, and how often these measurements agree
  wins,            ///< scenarios by experiments: which is best, and in how many
  rank,            ///< which value of an axis was chosen, and rank sums of all of them
  cost,            ///< what experiments took, against formulas
  coarse_fine,     ///< accuracy by a coarse class, of a network taught finer ones, minus the mean by its subclasses
  classes,         ///< accuracy, or average precision, of each class
};

struct TableSpec {
  Location where;
  TableKind kind = TableKind::raw;
  std::string experiment, y = "test.top1", title;
  std::vector<std::string> experiments;  ///< of wins, rank and cost
  std::vector<std::string> by;           ///< ratio: axes with a row for each value, before those that vary otherwise
  RatioSpec ratio;                       ///< of ratio and recommendation, where `over` tunes and `under` freezes
  std::vector<double> thresholds = {0.2, 0.4};  ///< recommendation: where medium and high distances begin
  std::string coarse;                           ///< coarse_fine: the label set that joins fine classes
  bool operator==(const TableSpec&) const = default;
};

struct Study {
  std::string name;
  std::int64_t seed = 0;
  std::int64_t max_runs = 1'000'000;
  std::string text;  ///< the file as read, without --set
  std::map<std::string, DataSet> data;
  std::vector<Tree> trees;  ///< in file order
  std::vector<LabelSet> labels;
  Split split;
  std::vector<Source> sources;  ///< in file order
  std::vector<Target> targets;
  std::vector<Network> networks;                      ///< [network] is one; [network.NAME] several
  std::map<std::string, task::AugmentSpec> augments;  ///< [augment.NAME]
  TrainValues train;
  std::vector<Experiment> experiments;
  std::vector<Resources> resources;
  std::vector<FigureSpec> figures;
  std::vector<TableSpec> tables;
  bool operator==(const Study&) const = default;
};

/// The axis of that name in the experiment's `axes`; null where it is not varied there.
const Axis* find_axis(const Experiment& experiment, const std::string& name);

/// The data set whose classes [split] divides: its own `data`, else that of the first source, else of the first target.
std::string divided_data(const Study& study);

}  // namespace espalier::study
