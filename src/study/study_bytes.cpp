// Writes every member of a study to bytes and reads them back.
#include "espalier/study/study_bytes.hpp"

#include "espalier/core/errors.hpp"
#include "espalier/frame/archive.hpp"

namespace espalier::study {
namespace {

/// What frame's archives carry by themselves.
template <class T>
concept Plain = frame::Scalar<T> || std::is_same_v<T, std::string> ||
                requires(T value, frame::Writer writer) { value.serialize(writer, 0U); };

/// Passes values to a frame::Writer or fills them from a frame::Reader; `each_member` names the members of structs.
template <class Archive>
class Members {
 public:
  static constexpr bool kReads = Archive::is_loading::value;
  explicit Members(Archive& archive) : archive_(archive) {}

  template <class... T>
  void operator()(T&... values) {
    (pass(values), ...);
  }

 private:
  template <Plain T>
  void pass(T& value) {
    archive_ & value;
  }
  template <class T>
    requires(!Plain<T>)
  void pass(T& value) {
    each_member(*this, value);
  }
  template <class T>
  void pass(std::vector<T>& items) {
    items.resize(passed_count(items.size()));
    for (auto& item : items) pass(item);
  }
  template <class K, class V>
  void pass(std::map<K, V>& items) {
    std::vector<std::pair<K, V>> pairs;
    if (!kReads) pairs.assign(items.begin(), items.end());
    pass(pairs);
    if (kReads) items = std::map<K, V>(pairs.begin(), pairs.end());
  }
  template <class A, class B>
  void pass(std::pair<A, B>& both) {
    (*this)(both.first, both.second);
  }
  template <class T>
  void pass(std::optional<T>& item) {
    bool has = item.has_value();
    pass(has);
    if (kReads && has) item.emplace();
    if (has) pass(*item);
  }
  /// The kinds of a value, of which one is there.
  void pass(Value& value) {
    std::optional<bool> truth;
    std::optional<std::int64_t> whole;
    std::optional<double> real;
    std::optional<std::string> word;
    const auto each = [&](auto& kind) {
      using Kind = std::remove_reference_t<decltype(kind)>::value_type;
      if (const auto* held = std::get_if<Kind>(&value.held)) kind = *held;
      if (kReads) kind.reset();
      pass(kind);
      if (kReads && kind) value.held = *kind;
    };
    each(truth);
    each(whole);
    each(real);
    each(word);
  }
  std::size_t passed_count(std::size_t size) {
    auto count = static_cast<std::uint64_t>(size);
    archive_ & count;
    if constexpr (kReads) {
      if (count > archive_.left()) throw CorruptionError("a count in a study exceeds the bytes that are left");
    }
    return static_cast<std::size_t>(count);
  }

  Archive& archive_;
};

// Bindings name all members of a struct: one that is added and not named here does not compile.

void each_member(auto& members, Location& value) {
  auto& [line, column] = value;
  members(line, column);
}

void each_member(auto& members, Duration& value) {
  auto& [unit, count] = value;
  members(unit, count);
}

void each_member(auto& members, DataFiles& value) {
  auto& [images, labels] = value;
  members(images, labels);
}

void each_member(auto& members, ExpectedData& value) {
  auto& [classes, per_class, test_per_class, shape] = value;
  members(classes, per_class, test_per_class, shape);
}

void each_member(auto& members, task::TransformSpec& value) {
  auto& [kind, numbers, words] = value;
  members(kind, numbers, words);
}

void each_member(auto& members, DataSet& value) {
  auto& [name, where, format, files, test_files, test_per_class, valid_per_class, order, label_kind, resize, grey, rgb,
         max_pixels, mean, std, short_classes, made, expect, multi_label, valid_images, test_images, from, transforms] =
      value;
  members(name, where, format, files, test_files, test_per_class, valid_per_class, order, label_kind, resize, grey);
  members(rgb, max_pixels, mean, std, short_classes, made, expect, multi_label, valid_images, test_images, from,
          transforms);
}

void each_member(auto& members, Split::ClassSplit& value) {
  auto& [source, target] = value;
  members(source, target);
}

void each_member(auto& members, Split::NamedShare& value) {
  auto& [name, share] = value;
  members(name, share);
}

void each_member(auto& members, Split& value) {
  auto& [kind, where, count, source, target, listed, data, parts, folds, tree, depth, below, classes] = value;
  members(kind, where, count, source, target, listed, data, parts, folds, tree, depth, below, classes);
}

void each_member(auto& members, Tree& value) {
  auto& [name, where, file, names, data, levels] = value;
  members(name, where, file, names, data, levels);
}

void each_member(auto& members, LabelSet& value) {
  auto& [name, where, tree, data, cut, amount, groups, without, without_classes_of, classes] = value;
  members(name, where, tree, data, cut, amount, groups, without, without_classes_of, classes);
}

void each_member(auto& members, RateGroup::Relative& value) {
  auto& [to, factor] = value;
  members(to, factor);
}

void each_member(auto& members, RateGroup& value) {
  auto& [where, units, start, relative, factor, first, every, decay_times] = value;
  members(where, units, start, relative, factor, first, every, decay_times);
}

void each_member(auto& members, StopRule& value) {
  auto& [where, on, metric, every, patience, min_delta, restore] = value;
  members(where, on, metric, every, patience, min_delta, restore);
}

void each_member(auto& members, TrainValues& value) {
  auto& [batch, epochs, optimiser, momentum, weight_decay, augment, frozen_dropout, precision, evaluate_every,
         train_eval, warn_below, rates, stop, keep, loss, warmup] = value;
  members(batch, epochs, optimiser, momentum, weight_decay, augment, frozen_dropout, precision, evaluate_every);
  members(train_eval, warn_below, rates, stop, keep, loss, warmup);
}

void each_member(auto& members, Source& value) {
  auto& [name, where, data, classes, class_list, train, checkpoint, part, labels, per_class, class_count, images,
         redraw] = value;
  members(name, where, data, classes, class_list, train, checkpoint, part, labels, per_class, class_count, images,
          redraw);
}

void each_member(auto& members, TargetSample& value) {
  auto& [where, random, stratified, redraw] = value;
  members(where, random, stratified, redraw);
}

void each_member(auto& members, Target& value) {
  auto& [name, where, data, classes, class_list, train, part, labels, sample, outputs_of] = value;
  members(name, where, data, classes, class_list, train, part, labels, sample, outputs_of);
}

void each_member(auto& members, Network& value) {
  auto& [name, where, width, spec, front] = value;
  members(name, where, width, spec, front);
}

void each_member(auto& members, Axis& value) {
  auto& [name, where, values, by, per] = value;
  members(name, where, values, by, per);
}

void each_member(auto& members, Take& value) {
  auto& [where, values, from, best, mean_over, per, allow_missing] = value;
  members(where, values, from, best, mean_over, per, allow_missing);
}

void each_member(auto& members, Exclude& value) {
  auto& [where, name, when] = value;
  members(where, name, when);
}

void each_member(auto& members, Case& value) {
  auto& [name, where, fixed, takes] = value;
  members(name, where, fixed, takes);
}

void each_member(auto& members, Start& value) {
  auto& [experiment, same, where] = value;
  members(experiment, same, where);
}

void each_member(auto& members, UnitsFrom& value) {
  auto& [where, units, run, source, axis] = value;
  members(where, units, run, source, axis);
}

void each_member(auto& members, DistanceNetwork& value) {
  auto& [where, network, train] = value;
  members(where, network, train);
}

void each_member(auto& members, Pick& value) {
  auto& [where, from, best, per] = value;
  members(where, from, best, per);
}

void each_member(auto& members, Experiment& value) {
  auto& [name, where, kind, start, units_from, cnn, pick, axes, zips, fixed, takes, excludes, cases] = value;
  members(name, where, kind, start, units_from, cnn, pick, axes, zips, fixed, takes, excludes, cases);
}

void each_member(auto& members, Resources& value) {
  auto& [where, when, workers] = value;
  members(where, when, workers);
}

void each_member(auto& members, AxisCondition& value) {
  auto& [axis, values] = value;
  members(axis, values);
}

void each_member(auto& members, DistancesFrom& value) {
  auto& [experiment, method, features] = value;
  members(experiment, method, features);
}

void each_member(auto& members, RatioSpec& value) {
  auto& [over, under, distances] = value;
  members(over, under, distances);
}

void each_member(auto& members, FigureSpec& value) {
  auto& [where, experiment, x, series, y, title, over_targets, ratio, coarse] = value;
  members(where, experiment, x, series, y, title, over_targets, ratio, coarse);
}

void each_member(auto& members, TableSpec& value) {
  auto& [where, kind, experiment, y, title, experiments, by, ratio, thresholds, coarse] = value;
  members(where, kind, experiment, y, title, experiments, by, ratio, thresholds, coarse);
}

void each_member(auto& members, Study& value) {
  auto& [name, seed, max_runs, text, data, trees, labels, split, sources, targets, networks, augments, train,
         experiments, resources, figures, tables] = value;
  members(name, seed, max_runs, text, data, trees, labels, split, sources, targets, networks, augments, train,
          experiments);
  members(resources, figures, tables);
}

}  // namespace

std::string to_bytes(const Study& study) {
  frame::Writer writer;
  Members members(writer);
  each_member(members, const_cast<Study&>(study));  // as archives do: nothing is changed when writing
  return writer.take();
}

Study from_bytes(std::string_view bytes) {
  frame::Reader reader(bytes);
  Members members(reader);
  Study study;
  each_member(members, study);
  if (reader.left() != 0) throw CorruptionError("a study is followed by more bytes");
  return study;
}

}  // namespace espalier::study
