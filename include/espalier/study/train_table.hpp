#pragma once
// The keys of [train], a row each: documents, setting, default, merging, what a task has of it, words for show and
// report. A new training value is a field of TrainValues and of task::TrainSpec, a row here, and what trains by it.
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "espalier/study/study.hpp"
#include "espalier/study/train_values.hpp"

namespace espalier::study {

/// What docs/study.md says of a key.
struct TrainDoc {
  std::string type, fallback, meaning;
};

/// What training values say of what is recorded; the planner knows the image sets.
struct RecordSettings {
  Duration evaluate_every{Duration::Unit::epochs, 1};  ///< 0: the end only
  bool train_eval = false;  ///< the finished network on its training images, in evaluation mode
  task::Keep keep = task::Keep::none;
};

struct TrainRow {
  std::string key;  ///< "batch", "evaluate.every"
  TrainDoc doc;
  std::string first_name;  ///< what the key was called first, which studies may still say; "": the same
  /// Sets it from one value; empty: `key` is a table of its own (augment, rates).
  std::function<std::optional<Problem>(TrainValues&, const Value&)> set;
  std::function<void(TrainValues&)> set_default;                          ///< empty: there is no default
  std::function<void(TrainValues& into, const TrainValues& over)> merge;  ///< `over` where it says something
  /// In words; nothing where the values do not say it.
  std::function<std::optional<std::string>(const TrainValues&)> text;

  /// What a task has of it, all values being set; empty: the planner derives it from more than this value.
  void (*to_spec)(const TrainValues&, task::TrainSpec&) = nullptr;
  void (*to_record)(const TrainValues&, RecordSettings&) = nullptr;
  /// Of a report's methods: a phrase with {} for the values, joined to the phrases before; "": it has none.
  std::string methods;
  std::string (*in_methods)(const task::TrainSpec&) = nullptr;
};

/// In the order of documents, show and report.
const std::vector<TrainRow>& train_rows();

/// The setting of augmentation that changes nothing.
inline constexpr const char* kNoAugment = "none";

/// One random change of training images: a key of `augment`.
struct AugmentRow {
  std::string key;
  TrainDoc doc;
  std::function<std::optional<Problem>(task::AugmentSpec&, const Value&)> set;
  bool (*is_on)(const task::AugmentSpec&) = nullptr;
  std::string (*text)(const task::AugmentSpec&) = nullptr;        ///< for show
  std::string (*in_methods)(const task::AugmentSpec&) = nullptr;  ///< for a report; null: it says nothing of it
  bool draws = true;                                              ///< from the augmentation stream
  std::string no_cache;  ///< why features cannot be computed once an image; "": they can
};
const std::vector<AugmentRow>& augment_rows();

/// "flip, shifted crop 4", or "none": for show; and in a report's words.
std::string augment_text(const task::AugmentSpec& augment);
std::string augment_methods(const task::AugmentSpec& augment);

/// The names that stand for settings of augmentation: "none", which changes nothing, and the study's [augment.NAME].
std::vector<std::string> augment_names(const Study& study);
/// None where there is no such name.
std::optional<task::AugmentSpec> augment_named(const Study& study, const std::string& name);

/// What a task has of training values that are all set. Length, rates and rows are the planner's.
void write_spec(const TrainValues& values, task::TrainSpec& spec);
RecordSettings record_settings(const TrainValues& values);

}  // namespace espalier::study
