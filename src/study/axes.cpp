// Holds the table of axes: a new one is a row here, and a line in what it changes (plan/protocol.cpp, say).
#include "espalier/study/axes.hpp"

#include <algorithm>
#include <limits>

#include "espalier/core/errors.hpp"
#include "espalier/study/needs.hpp"
#include "espalier/study/units_word.hpp"
#include "study/value_range.hpp"

namespace espalier::study {
namespace {

constexpr std::int64_t kBig = std::numeric_limits<std::int32_t>::max();
using MaybeProblem = std::optional<Problem>;

MaybeProblem count_or_all(const Value& value, std::int64_t least) {
  if (value.is_all()) return std::nullopt;
  if (value.word()) return Problem{"unknown word '" + to_string(value) + "'", "known: a whole number or \"all\"", ""};
  return integer_in(value, least, kBig).problem;
}
MaybeProblem units_or_all(const Value& value) { return count_or_all(value, 0); }
/// A fraction is an average, of samples over all classes.
MaybeProblem images_or_all(const Value& value) {
  const bool is_fraction = std::holds_alternative<double>(value.held);
  return is_fraction ? real_in(value, {.above = 0}).problem : count_or_all(value, 1);
}
MaybeProblem units(const Value& value) { return integer_in(value, 0, 10'000).problem; }
MaybeProblem number_from_1(const Value& value) { return integer_in(value, 1, 100'000).problem; }
MaybeProblem any_word(const Value& value) { return word_of(value, {}).problem; }
MaybeProblem unit(const Value& value) { return integer_in(value, 1, 10'000).problem; }
MaybeProblem unit_or_all(const Value& value) { return count_or_all(value, 1); }
MaybeProblem truth(const Value& value) { return truth_of(value).problem; }
MaybeProblem above_zero(const Value& value) { return real_in(value, {.above = 0}).problem; }
MaybeProblem budget(const Value& value) { return count_or_all(value, 1); }
MaybeProblem images(const Value& value) { return integer_in(value, 1, kBig).problem; }
MaybeProblem classifier(const Value& value) { return word_of(value, task::classifier_names()).problem; }
MaybeProblem nearest_by(const Value& value) { return word_of(value, task::nearest_by_names()).problem; }
MaybeProblem method(const Value& value) { return word_of(value, task::distance_names()).problem; }

MaybeProblem first_decay(const Value& value) {
  if (value == Value("never")) return std::nullopt;
  if (!value.word()) return integer_in(value, 0, kBig).problem;
  const auto duration = parse_duration(value);
  const bool is_right = duration && is_in_range(*duration, 0, Shares::taken);
  return is_right ? std::nullopt : std::optional(not_a_duration(value, 0, Shares::taken));
}

MaybeProblem units_word(const Value& value) {
  if (!value.word()) return any_word(value);
  try {
    parse_units_word(*value.word());
    return std::nullopt;
  } catch (const UsageError& error) {
    return error.problem();
  }
}

using Fallback = std::optional<Value>;

Fallback all(const CellSoFar&) { return Value("all"); }

Fallback first_network(const CellSoFar& cell) {
  return cell.context.networks.empty() ? Fallback() : Value(cell.context.networks.front());
}

Fallback none_frozen(const CellSoFar& cell) { return cell.units ? cell.units->frozen : Value(0); }

/// All units but the classifier.
Fallback most_copied(const CellSoFar& cell) {
  if (cell.units) return cell.units->transferred;
  const auto depth = cell.context.depth.find(cell.network ? to_string(*cell.network) : "");
  if (depth == cell.context.depth.end()) return std::nullopt;
  const bool copies = cell.starts_from_run || !cell.context.sources.empty();
  return Value(copies ? depth->second - 1 : 0);
}

/// The last unit before the classifier.
Fallback below_classifier(const CellSoFar& cell) {
  const auto depth = cell.context.depth.find(cell.network ? to_string(*cell.network) : "");
  if (depth == cell.context.depth.end()) return std::nullopt;
  return Value(std::max(1, depth->second - 1));
}

Fallback svm(const CellSoFar&) { return Value("svm"); }
Fallback one(const CellSoFar&) { return Value(1); }
Fallback no(const CellSoFar&) { return Value(false); }
Fallback cosine(const CellSoFar&) { return Value("cosine"); }
Fallback many_images(const CellSoFar&) { return Value(5000); }

Fallback first_of_top(const CellSoFar& cell) {
  const auto found = cell.context.decay_epoch.find(cell.target ? to_string(*cell.target) : "");
  return found == cell.context.decay_epoch.end() ? Value("never") : found->second;
}

std::vector<Value> words(const std::vector<std::string>& names) { return {names.begin(), names.end()}; }
std::vector<Value> sources(const GridContext& context) { return words(context.sources); }
std::vector<Value> targets(const GridContext& context) { return words(context.targets); }
std::vector<Value> networks(const GridContext& context) { return words(context.networks); }

std::vector<Value> from_1_to(std::int32_t last) {
  std::vector<Value> numbers;
  for (std::int32_t i = 1; i <= last; ++i) numbers.emplace_back(i);
  return numbers;
}
std::vector<Value> splits(const GridContext& context) { return from_1_to(context.splits); }
std::vector<Value> folds(const GridContext& context) { return from_1_to(context.folds); }

/// What a run is trained on and starts from.
std::vector<AxisRow> places() {
  return {
      {.name = "source",
       .meaning = "source",
       .check = any_word,
       .left_out = LeftOut::every,
       .known = sources,
       .in_run_id = true},
      {.name = "source.labels", .meaning = "source's labels", .check = any_word, .in_run_id = true},
      {.name = "source.per_class", .meaning = "source's images a class", .check = budget, .in_run_id = true},
      {.name = "source.class_count", .meaning = "source's classes", .check = budget, .in_run_id = true},
      {.name = "source.images", .meaning = "source's images", .check = budget, .in_run_id = true},
      {.name = "target",
       .meaning = "target",
       .check = any_word,
       .left_out = LeftOut::every,
       .known = targets,
       .in_run_id = true},
      {.name = "target.labels", .meaning = "target's labels", .check = any_word, .in_run_id = true},
      {.name = "network",
       .meaning = "network",
       .check = any_word,
       .left_out = LeftOut::one,
       .fallback = first_network,
       .known = networks,
       .in_run_id = true},
      {.name = "split",
       .meaning = "split",
       .check = number_from_1,
       .left_out = LeftOut::every,
       .known = splits,
       .repeats = true,
       .in_run_id = true},
      {.name = "replicate",
       .meaning = "replicate",
       .check = number_from_1,
       .left_out = LeftOut::one,
       .fallback = one,
       .repeats = true,
       .in_run_id = true},
      {.name = "fold",
       .meaning = "fold",
       .check = number_from_1,
       .left_out = LeftOut::every,
       .known = folds,
       .repeats = true,
       .in_run_id = true,
       .only_in = {Kind::train, Kind::linear, Kind::neighbours}},
  };
}

/// What is done with it.
std::vector<AxisRow> protocol() {
  return {
      {.name = "per_class",
       .meaning = "training images a class",
       .check = images_or_all,
       .left_out = LeftOut::one,
       .fallback = all,
       .only_in = {Kind::train, Kind::linear, Kind::neighbours}},
      {.name = "transferred",
       .meaning = "units transferred",
       .methods =
           "A target training copies units 1 to 'transferred' from the source network of its split and draws the "
           "rest anew",
       .check = units,
       .left_out = LeftOut::one,
       .fallback = most_copied,
       .counts_units = true,
       .only_in = {Kind::train}},
      {.name = "frozen",
       .meaning = "units frozen",
       .methods = "units 1 to 'frozen' are never changed",
       .check = units,
       .left_out = LeftOut::one,
       .fallback = none_frozen,
       .counts_units = true,
       .only_in = {Kind::train}},
      {.name = "front",
       .meaning = "unit in front",
       .methods = "with 'front' that unit stands before the first one and is the only one that is trained; it adds to "
                  "the image what it computes, which is 0 at the start",
       .check = any_word,
       .only_in = {Kind::train}},
      {.name = "high_units",
       .meaning = "units at the high rate",
       .methods = "the 'high_units' units nearest the classifier (\"all\": every unit) train at the high rate and the "
                  "others at the low rate",
       .check = units_or_all,
       .left_out = LeftOut::one,
       .fallback = all,
       .counts_units = true,
       .only_in = {Kind::train}},
      {.name = "decay_epoch",
       .meaning = "epoch of the first decay",
       .methods = "'decay_epoch' is the first epoch at which the high rate is lowered",
       .check = first_decay,
       .left_out = LeftOut::one,
       .fallback = first_of_top,
       .only_in = {Kind::train}},
      {.name = "case", .meaning = "protocol", .check = any_word, .left_out = LeftOut::cases, .in_run_id = true},
      {.name = "units", .meaning = "units", .check = units_word, .only_in = {Kind::train}},
      {.name = "tuned_unit",
       .meaning = "unit tuned",
       .methods =
           "all units are copied, and 'tuned_unit' alone is trained (\"all\": every unit), with a classifier that "
           "is drawn anew where the target's classes are not the source's",
       .check = unit_or_all,
       .counts_units = true,
       .only_in = {Kind::train, Kind::evaluate}},
  };
}

/// What a pick found.
std::vector<AxisRow> choices() {
  return {{.name = "chosen", .meaning = "experiment chosen", .check = any_word, .only_in = {Kind::pick}}};
}

/// What is done with the features of a network that is not trained.
std::vector<AxisRow> features() {
  return {
      {.name = "features",
       .meaning = "unit after which features are taken",
       .methods = "features are the outputs of unit 'features'",
       .check = unit,
       .left_out = LeftOut::one,
       .fallback = below_classifier,
       .counts_units = true,
       .only_in = {Kind::linear, Kind::distance, Kind::retrieval, Kind::neighbours}},
      {.name = "classifier",
       .meaning = "classifier",
       .methods = "a linear classifier is fitted to features: 'svm' (one against the rest, squared hinge loss) or "
                  "'logistic' (multinomial)",
       .check = classifier,
       .left_out = LeftOut::one,
       .fallback = svm,
       .only_in = {Kind::linear}},
      {.name = "C",
       .meaning = "C, the weight of the losses against |w|^2 / 2",
       .check = above_zero,
       .left_out = LeftOut::one,
       .fallback = one,
       .only_in = {Kind::linear}},
      {.name = "standardise",
       .meaning = "features standardised",
       .check = truth,
       .left_out = LeftOut::one,
       .fallback = no,
       .only_in = {Kind::linear}},
      {.name = "nearest_by",
       .meaning = "neighbours by",
       .methods = "each test image gets the classes of the training images that are nearest to it by 'nearest_by' of "
                  "their features, equal ones in the order of the images: top-1 counts the nearest, top-5 whether any "
                  "of five has the image's class",
       .check = nearest_by,
       .left_out = LeftOut::one,
       .fallback = cosine,
       .only_in = {Kind::neighbours}},
      {.name = "method",
       .meaning = "distance",
       .methods = "the distance of a source's and a target's images is 'cosine' (of the mean features), 'mmd' (the "
                  "norm of the difference of the means) or 'svm' (how well a linear SVM tells held-out images apart)",
       .check = method,
       .left_out = LeftOut::one,
       .fallback = cosine,
       .only_in = {Kind::distance}},
      {.name = "images_each",
       .meaning = "images of each side, at most",
       .check = images,
       .left_out = LeftOut::one,
       .fallback = many_images,
       .only_in = {Kind::distance}},
  };
}

}  // namespace

const std::vector<AxisRow>& axes() {
  static const std::vector<AxisRow> rows = [] {
    auto all = places();
    for (auto& row : protocol()) all.push_back(std::move(row));
    for (auto& row : choices()) all.push_back(std::move(row));
    for (auto& row : features()) all.push_back(std::move(row));
    return all;
  }();
  return rows;
}

const AxisRow* axis_row(const std::string& name) {
  const auto found = std::find_if(axes().begin(), axes().end(), [&](const AxisRow& row) { return row.name == name; });
  return found == axes().end() ? nullptr : &*found;
}

LeftOut left_out_in(const AxisRow& row, const Experiment& experiment, const GridContext& context) {
  const bool tells_runs_apart = row.left_out == LeftOut::every && finds_runs_by(experiment, row.name);
  const bool of_others = !row.is_in(kind_of(experiment)) && !tells_runs_apart;
  const bool no_source =
      row.name == "source" && experiment.start && !tells_runs_apart && kind_of(experiment) != Kind::retrieval;
  const bool no_folds = row.name == "fold" && context.folds == 0;
  return of_others || no_source || no_folds ? LeftOut::absent : row.left_out;
}

bool AxisRow::is_in(Kind kind) const {
  return only_in.empty() || std::find(only_in.begin(), only_in.end(), kind) != only_in.end();
}

std::vector<Kind> kinds_with(const std::string& axis) {
  if (axis.starts_with("train.")) return {Kind::train};
  std::vector<Kind> with;
  const auto* row = axis_row(axis);
  for (const auto& kind : kinds()) {
    if (!row || row->is_in(kind.kind)) with.push_back(kind.kind);
  }
  return with;
}

bool repeats(const std::string& axis) {
  const auto* row = axis_row(axis);
  return row && row->repeats;
}

}  // namespace espalier::study
