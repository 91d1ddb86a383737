// The list of all keys of the study language with types, defaults and meanings.
#include <algorithm>
#include <array>
#include <initializer_list>

#include "espalier/network/layer_names.hpp"
#include "espalier/network/networks.hpp"
#include "espalier/study/kinds.hpp"
#include "espalier/study/parse.hpp"
#include "espalier/study/table_kinds.hpp"
#include "espalier/study/train_table.hpp"
#include "espalier/task/transform_table.hpp"
#include "study/value_range.hpp"

namespace espalier::study {
namespace {

using Docs = std::vector<KeyDoc>;

void add(Docs& all, const std::string& table, std::initializer_list<std::array<std::string, 4>> rows) {
  for (const auto& [key, type, fallback, meaning] : rows) all.push_back({table, key, type, fallback, meaning});
}

/// "a", "b", "c".
std::string quoted(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "\"" : ", \"") + word + "\"";
  return text;
}

void add_top(Docs& all) {
  add(all, "",
      {{"study", "table", "required", "the study's name, seed and size limit"},
       {"data", "tables by name", "required", "data sets"},
       {"tree", "tables by name", "none", "class trees: classes above classes"},
       {"labels", "tables by name", "none", "label sets: classes that are one output together"},
       {"split", "table", "kind = \"none\"", "how classes or images are divided"},
       {"source", "tables by name", "none", "what is transferred from"},
       {"target", "tables by name", "required", "what is trained on"},
       {"network", "table, or tables by name", "required", "the network, or several"},
       {"augment", "tables by name", "none", "named settings of train.augment"},
       {"train", "table", "every key's default", "defaults of every training"},
       {"experiment", "array of tables", "required", "named grids"},
       {"pick", "array of tables", "none", "choices among finished runs"},
       {"resources", "array of tables", "1 worker a task", "workers a task gets"},
       {"figure", "array of tables", "none", "figures that report draws"},
       {"table", "array of tables", "none", "tables that report makes, beside its own"}});
  add(all, "study",
      {{"name", "word", "required", "the study's name"},
       {"seed", "integer", "0", "all random streams derive from it"},
       {"max_runs", "integer", "1000000", "more runs than this are refused"}});
}

/// Of formats that read files: "idx: one image file; cifar: record files; ...".
std::string images_of_formats() {
  std::string text;
  for (const auto& row : task::image_formats()) {
    if (row.paths != task::ImagePaths::none) text += (text.empty() ? "" : "; ") + row.name + ": " + row.images;
  }
  return text;
}

std::string formats_with_labels() {
  std::string text;
  for (const auto& row : task::image_formats()) {
    if (row.has_label_file) text += (text.empty() ? "" : ", ") + row.name;
  }
  return text;
}

/// A parameter of several transforms has one row, in which each says what it is there.
void add_transforms(Docs& all) {
  Docs docs;
  for (const auto& row : task::transforms()) {
    for (const auto& one : row.parameters) {
      const std::string meaning = ": " + one.meaning + " (" + task::range_text(one) + ")";
      const auto known = std::find_if(docs.begin(), docs.end(), [&](const KeyDoc& doc) { return doc.key == one.name; });
      if (known == docs.end()) {
        docs.push_back(
            {"data.NAME.transform", one.name, task::type_text(one), task::fallback_text(one), row.kind + meaning});
      } else if (known->meaning.ends_with(meaning)) {
        known->meaning.insert(known->meaning.size() - meaning.size(), ", " + row.kind);
      } else {
        known->meaning += "; " + row.kind + meaning;
      }
    }
  }
  all.push_back({"data.NAME.transform", "kind", "word", "required", quoted(task::transform_names())});
  all.insert(all.end(), docs.begin(), docs.end());
}

void add_data(Docs& all) {
  add(all, "data.NAME",
      {{"format", "word", "required but for derived", either(task::image_format_names())},
       {"images", "word or words", "required but for made, derived", images_of_formats()},
       {"labels", "word", "required for " + formats_with_labels(),
        formats_with_labels() + ": the label file; folder with multi_label: the table of labels"},
       {"multi_label", "truth value", "false", "idx, folder, pack: an image may have several labels"},
       {"test", "table", "none", "test images: { per_class = N } or files of their own"},
       {"valid", "table", "none", "validation images: { per_class = N }"},
       {"order", "word", "\"shuffled\"",
        "order of a class's images: \"shuffled\" (fixed, keyed by the digest) or \"file\""},
       {"label_kind", "word", "\"fine\"", "cifar: \"fine\" or \"coarse\" labels"},
       {"resize", "integer", "0", "idx, cifar, folder: shorter side in pixels, then a centre crop; 0: as they are"},
       {"grey", "truth value", "false", "folder: decode to one channel"},
       {"rgb", "truth value", "false", "idx: grey images get three equal channels"},
       {"max_pixels", "integer", "100000000", "folder: an image with more pixels is refused before it is decoded"},
       {"mean", "numbers", "of the training images", "normalisation: a mean a channel, on pixels / 255"},
       {"std", "numbers", "of the training images", "normalisation: a deviation a channel, on pixels / 255"},
       {"short_classes", "word", "\"refuse\"",
        "a class with fewer images than a size: \"refuse\", \"take-all\", \"leave-out\""},
       {"expect", "table", "none", "what the files will hold, for planning without them"},
       {"from", "word", "none", "the data set that this one is derived from"},
       {"transform", "array of tables", "required for derived", "how, in this order"}});
  add_transforms(all);
  for (const auto& number : task::made_numbers())
    all.push_back({"data.NAME", number.key, "integer", std::to_string(number.fallback), "made: " + number.meaning});
  add(all, "data.NAME.test",
      {{"per_class", "integer", "none", "test images held out of each finest class"},
       {"images", "word or words", "none",
        "test files of their own; with multi_label also an integer: test images held out of all"},
       {"labels", "word", "none", "their label file (" + formats_with_labels() + "), or table of labels"}});
  add(all, "data.NAME.valid",
      {{"per_class", "integer", "required but for multi_label", "validation images held out of each finest class"},
       {"images", "integer", "required for multi_label", "validation images held out of all"}});
  add(all, "data.NAME.expect",
      {{"classes", "integer", "required", "classes"},
       {"per_class", "integer", "required", "images a class in the main files"},
       {"test_per_class", "integer", "0", "images a class in test files of their own"},
       {"shape", "three integers", "required", "channels, height, width"}});
}

void add_labels(Docs& all) {
  add(all, "tree.NAME",
      {{"file", "word", "required but for data",
        "lines of child and parent with a tab between, and where a child has several parents 1 for the one that "
        "counts"},
       {"names", "word", "none", "a file with lines of node and name, with a tab between"},
       {"data", "word", "required but for file", "the data set whose classes lie below its own coarser ones"},
       {"levels", "word", "\"coarse\"", "data: which coarser labels"}});
  add(all, "labels.NAME",
      {{"tree", "word", "none", "the class tree that is cut; its leaves are the classes of the data"},
       {"data", "word", "any", "the data set whose classes are meant, or one derived from it"},
       {"cut", "table", "kind = \"leaves\"", "which classes get one label"},
       {"without", "words", "none", "nodes that are left out with all that lies below them, or classes"},
       {"without_classes_of", "word", "none",
        "\"source.NAME\" or \"target.NAME\": its classes are left out, found by name"},
       {"classes", "words or integers", "all", "the classes that are used, by name or by index from 0"}});
  add(all, "labels.NAME.cut",
      {{"kind", "word", "\"leaves\"", "\"leaves\", \"clamp\", \"absorb\" or \"listed\""},
       {"depth", "integer", "required for clamp", "a class deeper than this gets the label of its ancestor there"},
       {"rounds", "integer", "required for absorb",
        "how often each label climbs to its parent, and then to the topmost label above it"},
       {"groups", "table", "required for listed",
        "labels with their classes, by name or index, or with nodes of the tree"}});
}

void add_roles(Docs& all) {
  add(all, "split",
      {{"kind", "word", "\"none\"", "\"none\", \"random\", \"minimal\", \"listed\" or \"images\""},
       {"count", "integer", "1", "random, minimal, images: how many splits"},
       {"source", "integer", "required for random, minimal", "classes of the source half; minimal: not beside below"},
       {"target", "integer", "required for random, minimal", "classes of the target half; minimal: not beside below"},
       {"data", "word", "of the first source, else target", "the data set whose classes are divided"},
       {"listed", "array of tables", "required for listed", "the halves of each split"},
       {"tree", "word", "required for minimal", "the class tree whose subtrees the halves are made of"},
       {"depth", "integer", "required; below: of the node",
        "minimal: the halves share no node at this depth or deeper"},
       {"below", "word", "none", "minimal: the source half is what lies below this node, the target half the rest"},
       {"classes", "word", "\"all\"", "\"labels.NAME\": the classes that this set keeps are divided, no others"},
       {"parts", "table", "required for images",
        "shares of each class's images by the part's name, which sum to 1 at most"},
       {"folds", "integer", "none",
        "divide a target's training images into so many folds, each the validation images once"}});
  add(all, "split.listed",
      {{"source", "integers", "required", "class indices, from 0"},
       {"target", "integers", "required", "class indices, from 0"}});
  const char* labels = "the label set that joins these classes, not beside classes = \"labels.NAME\"";
  add(all, "source.NAME",
      {{"data", "word", "required", "a data set"},
       {"classes", "word or integers", "\"all\"",
        "\"all\", \"split.source\", \"split.target\", \"labels.NAME\" or indices"},
       {"labels", "word", "none", labels},
       {"train", "table", "[train]", "training values of its pretraining, over those of [train]"},
       {"checkpoint", "word", "none", "a safetensors file instead of a pretraining, with all units that runs copy"},
       {"images", "word or integer", "all", "\"split.PART\": the images of a part of [split]; or how many in all"},
       {"per_class", "integer", "all", "images of each output that it is taught"},
       {"class_count", "integer", "all", "outputs that it is taught"},
       {"redraw", "word", "\"none\"", "\"none\", or \"replicate\": pretrained anew for each, on draws anew"}});
  add(all, "target.NAME",
      {{"data", "word", "required", "a data set"},
       {"classes", "word or integers", "\"all\"",
        "\"all\", \"split.source\", \"split.target\", \"labels.NAME\" or indices"},
       {"labels", "word", "none", labels},
       {"train", "table", "[train]", "training values on this target, over those of [train]"},
       {"images", "word", "all", "\"split.PART\": the images of a part of [split]"},
       {"sample", "table", "the first of each class", "which images a size takes"},
       {"redraw", "word", "\"none\"",
        "\"none\", or \"images\": each replicate draws its training images at random, the test images stay"},
       {"outputs_of", "word", "none",
        "\"source\": the outputs of the network that a run copies, of which the target's classes are some, by name"}});
  add(all, "target.NAME.sample",
      {{"rule", "word", "\"first\"", "\"first\" of the class's order, or \"random\""},
       {"stratified", "truth value", "true",
        "random: x images of each class; false: x times the classes over all of them"},
       {"redraw", "word", "\"none\"", "random: \"none\", or \"replicate\": drawn anew for each"}});
}

void add_network(Docs& all) {
  for (const char* table : {"network", "network.NAME"}) {
    add(all, table,
        {{"name", "word", "the table's name", quoted(network::names()) + ", or a label for listed units"},
         {"width", "number", "1", "multiplies all layers' outputs but the classifier's"},
         {"units", "array", "none", "listed units: arrays of layers, or tables { name, layers }"},
         {"front", "truth value", "false", "an image-to-image unit for the axis front"}});
  }
  add(all, "network.units",
      {{"name", "word", "\"unit1\", ...", "the unit's name"},
       {"layers", "array of tables", "required", "its layers in order"}});
  add(all, "network.layer",
      {{"kind", "word", "required", quoted(network::kind_names())},
       {"name", "word", "its place in the unit, from 0", "prefix of its parameters' names"},
       {"outputs", "integer", "0", "channels or features; 0: as many as there are classes"},
       {"kernel", "integer or two", "0",
        "height and width of the kernel, or of an adaptive pool's or a resize's output"},
       {"kernel_h", "integer", "kernel", "height alone"},
       {"kernel_w", "integer", "kernel", "width alone"},
       {"stride", "integer", "1; pools: the kernel", "stride"},
       {"padding", "integer or word", "0",
        "zeros around; \"same\": as many as side / stride windows need (TensorFlow's), left out of averages"},
       {"groups", "integer", "1", "groups of channels"},
       {"bias", "truth value", "true", "whether it has one"},
       {"ceil_mode", "truth value", "false", "pools: round the output size up"},
       {"probability", "number", "0.5", "dropout: share of values dropped"},
       {"size", "integer", "5", "local_response_norm: channels"},
       {"alpha", "number", "1e-4", "local_response_norm"},
       {"beta", "number", "0.75", "local_response_norm"},
       {"k", "number", "1", "local_response_norm"},
       {"epsilon", "number", "1e-5", "batch_norm"},
       {"momentum", "number", "0.1", "batch_norm: share of the newest batch in the running statistics"},
       {"init", "word", "\"he_normal_fan_in\"; batch_norm: \"ones_zeros\"",
        "how parameters are drawn: \"he_normal_fan_in\", "
        "\"he_normal_fan_out\", \"torch_default\", \"gaussian\", \"ones_zeros\", \"none\""},
       {"init_std", "number", "0.01", "gaussian: deviation of weights"},
       {"init_bias", "number", "0", "gaussian: value of biases"},
       {"branches", "array of arrays of tables", "none",
        "concatenate, add: their layers; an empty branch is the identity; spatial_transformer: one, with six "
        "outputs"}});
}

void add_row(Docs& all, const std::string& table, const std::string& key, const TrainDoc& doc) {
  all.push_back({table, key, doc.type, doc.fallback, doc.meaning});
}

/// A dotted key is one of a table of its own.
void add_train(Docs& all) {
  for (const auto& row : train_rows()) {
    const auto dot = row.key.find('.');
    if (dot == std::string::npos) add_row(all, "train", row.key, row.doc);
    else add_row(all, "train." + row.key.substr(0, dot), row.key.substr(dot + 1), row.doc);
    if (!row.first_name.empty())
      add_row(all, "train", row.first_name, {row.doc.type, "as " + row.key, "the earlier name of " + row.key});
    if (row.key == "evaluate.every")
      add_row(all, "train", "evaluate",
              {"table", "every = 1, or 5 % of a length in steps", "when validation and test images are evaluated"});
  }
  for (const auto& row : augment_rows()) add_row(all, "train.augment", row.key, row.doc);
  add(all, "train.rates",
      {{"units", "word", "required", "\"top\", \"new\", \"copied\", \"rest\", \"3\", \"2-5\" or \"1,3\""},
       {"start", "number", "required but for relative", "rate at the start"},
       {"relative", "number", "none", "the rate as a multiple of that of the group `to`, at all times"},
       {"to", "word", "required for relative", "units of the group it follows"},
       {"factor", "number", "1", "multiplies the rate when it decays"},
       {"first", "duration", "never", "when it decays first; 0: from the start"},
       {"every", "duration", "once", "interval of later decays"},
       {"decays", "word", "\"multiples\"",
        "later decays at \"multiples\" of every, or \"after-first\": first + every, ..."},
       {"beat", "word", "as decays", "the earlier name of decays"}});
}

/// "\"train\": train networks; \"evaluate\": ...".
std::string what_kinds_do() {
  std::string text;
  for (const auto& row : kinds()) {
    if (row.kind != Kind::pick) text += (text.empty() ? "\"" : "; \"") + row.name + "\": " + row.does;
  }
  return text;
}

void add_experiment(Docs& all) {
  add(all, "experiment",
      {{"name", "word", "required", "unique"},
       {"kind", "word", "\"train\"", what_kinds_do()},
       {"start", "table", "none", "the finished run of another experiment that units are copied from, not a source's"},
       {"units_from", "array of tables", "none", "kind \"evaluate\": single units of other networks"},
       {"cnn", "table", "none", "kind \"distance\": the network that tells the two sets apart"},
       {"axes", "table", "none", "what is varied: axis = [values]"},
       {"fixed", "table", "none", "values of axes held at one value"},
       {"zip", "array of arrays", "none", "groups of axes that advance together"},
       {"take", "array of tables", "none", "values taken from selections"},
       {"case", "tables by name", "none", "values of each case of the axis `case`, and its `take`"},
       {"exclude", "array of tables", "none", "named rules of cells left out"}});
  add(all, "experiment.start",
      {{"experiment", "word", "required", "an experiment; its run is the one with equal values of `same`"},
       {"same", "words", "[]", "axes of both experiments that find the run"}});
  add(all, "experiment.units_from",
      {{"units", "word or integer", "required",
        "unit numbers: \"3\", \"2-5\" or \"1,3\"; or \"tuned_unit\": the unit that this axis names"},
       {"experiment", "word", "required but for source", "the units come from a run of this experiment"},
       {"same", "words", "[]", "axes of both experiments that find the run"},
       {"source", "word", "required but for experiment", "the units come from this source"}});
  add(all, "experiment.cnn",
      {{"network", "word", "required", "a network of the study; it is trained from scratch on pixels"},
       {"train", "table", "[train]", "training values, over those of [train]"}});
  add(all, "experiment.take",
      {{"values", "words", "required", "axes whose values are taken"},
       {"from", "words", "required", "experiments chosen from, jointly"},
       {"best", "word", "required", "metric: train, valid, test or train_eval, a dot, loss, top1, top5 or another"},
       {"mean_over", "words", "[\"split\"], with folds [\"split\", \"fold\"]", "axes averaged over"},
       {"per", "words", "[]", "axes for whose every value a choice is made"},
       {"allow_missing", "truth value", "false", "choose although some runs failed"}});
  add(all, "experiment.exclude",
      {{"name", "word", "required", "plan counts by it"},
       {"when", "word", "required", "condition on axes: \"frozen > transferred\""}});
}

void add_picks(Docs& all) {
  add(all, "pick",
      {{"name", "word", "required", "unique, among the experiments too"},
       {"from", "words", "required", "experiments, or other picks, whose runs are the candidates"},
       {"best", "word", "required", "metric, as of take"},
       {"per", "words", "[]", "axes for whose every value a choice is made"}});
}

void add_outputs(Docs& all) {
  add(all, "resources",
      {{"when", "word", "always", "condition on axes and `images`; the first match wins"},
       {"workers", "integer", "1", "workers such a task gets"}});
  const std::initializer_list<std::array<std::string, 4>> distances = {
      {"distances", "word", "none", "an experiment of kind \"distance\", which has the targets' distances"},
      {"method", "word", "\"cosine\"", "which of its distances"},
      {"features", "integer", "the only one", "the unit after which they were measured"}};
  add(all, "figure",
      {{"kind", "word", "\"mean\"",
        "\"mean\" of each cell, \"ratio\" of two sides, or \"coarse-fine\": coarse classes against their fine ones"},
       {"experiment", "word", "required", "an experiment"},
       {"x", "word", "required but for coarse-fine", "axis along x; of ratios also \"distance\""},
       {"series", "word", "none", "axis with a curve each"},
       {"y", "word", "\"test.top1\"", "metric"},
       {"title", "word", "of experiment and axes", "title"},
       {"over_targets", "truth value", "false", "targets repeat a setting: n counts them, not splits"},
       {"over", "word", "required for ratio", "condition of the runs whose metric is divided"},
       {"under", "word", "required for ratio", "condition of the runs that it is divided by"},
       {"coarse", "word", "required for coarse-fine", "the label set that joins fine classes"}});
  add(all, "figure", distances);
  add(all, "table",
      {{"kind", "word", "required", quoted(table_kind_names())},
       {"experiment", "word", "required but for wins, rank, cost",
        "an experiment; distances: one of kind \"distance\""},
       {"experiments", "words", "required for wins, rank, cost",
        "wins, cost: the experiments that are compared; rank: the one that varies the axis, then those that chose of "
        "it"},
       {"y", "word", "\"test.top1\"", "metric"},
       {"title", "word", "of kind and experiment", "title"},
       {"by", "words", "all that vary",
        "ratio: axes with a row for each value, before the others that vary; wins: axes whose values make the "
        "scenarios; cost: axes with rows of their own, none where it is left out; rank: the axis whose values are "
        "ranked"},
       {"over", "word", "required for ratio, recommendation",
        "condition of the runs whose metric is divided; recommendation: of those that tune"},
       {"under", "word", "required for ratio, recommendation",
        "condition of the runs that it is divided by; recommendation: of those that freeze"},
       {"thresholds", "numbers", "[0.2, 0.4]", "recommendation: where medium and high distances begin"},
       {"coarse", "word", "required for coarse-fine", "the label set that joins fine classes"}});
  add(all, "table", distances);
}

}  // namespace

const std::vector<KeyDoc>& keys() {
  static const Docs all = [] {
    Docs docs;
    for (auto* part :
         {add_top, add_data, add_labels, add_roles, add_network, add_train, add_experiment, add_picks, add_outputs})
      part(docs);
    return docs;
  }();
  return all;
}

}  // namespace espalier::study
