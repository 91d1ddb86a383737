// Maps a study's classes to the finest ones, and says which images are trained on and held out.
#include "espalier/plan/labelled_data.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "plan/findings.hpp"

namespace espalier::plan {

LabelledData::LabelledData(const study::DataSet& data, const DataFacts& facts, ImagePart part)
    : data_(&data), facts_(&facts), part_(std::move(part)) {
  const auto classes = static_cast<std::int32_t>(facts.class_counts.size());
  if (data.label_kind == "fine") {
    for (std::int32_t i = 0; i < classes; ++i) finest_.push_back({i});
    names_ = facts.class_names;
    return;
  }
  const auto level = facts.levels.find(data.label_kind);
  if (level == facts.levels.end()) {
    throw CompileError{{"data '" + data.name + "' has no " + data.label_kind + " labels",
                        "its records carry one label each", "Leave label_kind out."}};
  }
  names_ = level->second.names;
  finest_.resize(names_.size());
  for (std::int32_t i = 0; i < classes; ++i) {
    const auto coarser = level->second.of.at(static_cast<std::size_t>(i));
    if (coarser >= 0) finest_.at(static_cast<std::size_t>(coarser)).push_back(i);  // -1: a class without images
  }
}

LabelledData LabelledData::joined(const LabelGroups& groups) const {
  LabelledData other = *this;
  other.names_ = groups.names;
  other.finest_.assign(groups.classes.size(), {});
  for (std::size_t i = 0; i < groups.classes.size(); ++i) {
    auto& all = other.finest_[i];
    for (const auto index : groups.classes[i]) all.insert(all.end(), finest(index).begin(), finest(index).end());
    std::sort(all.begin(), all.end());
  }
  return other;
}

std::string LabelledData::class_name(std::int32_t index) const {
  const auto at = static_cast<std::size_t>(index);
  return at < names_.size() ? names_[at] : std::to_string(index);
}

std::vector<std::string> LabelledData::output_names(const task::LabelMap& map) const {
  std::vector<std::string> names = map.names;  // of outputs that none of these classes has: a source's
  names.resize(static_cast<std::size_t>(map.output_count));
  std::map<std::int32_t, std::int32_t> class_of;  // by finest class
  for (std::int32_t index = 0; index < class_count(); ++index) {
    for (const auto one : finest(index)) class_of[one] = index;
  }
  for (std::size_t i = 0; i < map.classes.size(); ++i) {
    const auto found = class_of.find(map.classes[i]);
    if (found != class_of.end()) names.at(static_cast<std::size_t>(map.outputs[i])) = class_name(found->second);
  }
  return names;
}

/// As the data room divides: bounds are rounded from the sums of the shares.
std::int64_t LabelledData::images_of_finest(std::int32_t finest) const {
  const std::int64_t images = facts_->class_counts[static_cast<std::size_t>(finest)];
  if (part_.shares.empty()) return images;
  const auto share = static_cast<std::size_t>(part_.share);
  double before = 0;
  for (std::size_t i = 0; i < share; ++i) before += part_.shares[i];
  const auto count = static_cast<double>(images);
  return std::llround(count * (before + part_.shares[share])) - std::llround(count * before);
}

std::int64_t LabelledData::trainable_of_finest(std::int32_t finest) const {
  return std::max<std::int64_t>(0, images_of_finest(finest) - valid_cut() - tests_cut());
}

std::int64_t LabelledData::in_front(std::int32_t finest, std::int32_t front) const {
  const auto all = trainable_of_finest(finest);
  return front > 0 ? std::min<std::int64_t>(front, all) : all;
}

std::int64_t LabelledData::images(std::int32_t index) const {
  std::int64_t sum = 0;
  for (const auto one : finest(index)) sum += images_of_finest(one);
  return sum;
}

std::int64_t LabelledData::trainable(std::int32_t index) const {
  std::int64_t sum = 0;
  for (const auto one : finest(index)) sum += trainable_of_finest(one);
  return sum;
}

std::int64_t LabelledData::fewest_in_finest(std::int32_t index, std::int32_t front) const {
  std::int64_t fewest = in_front(finest(index).front(), front);
  for (const auto one : finest(index)) fewest = std::min(fewest, in_front(one, front));
  return fewest;
}

/// As the data room divides: the image at place p of a drawn order is in fold p modulo k.
std::int64_t LabelledData::fold_count(std::int32_t index, std::int32_t front, const Fold& fold,
                                      task::FoldUse use) const {
  std::int64_t sum = 0;
  for (const auto one : finest(index)) {
    const auto all = in_front(one, front);
    const auto in_fold = all / fold.folds + (fold.fold < all % fold.folds ? 1 : 0);
    sum += use == task::FoldUse::only ? in_fold : all - in_fold;
  }
  return sum;
}

std::int64_t LabelledData::valid_images(std::int32_t index) const {
  return static_cast<std::int64_t>(finest(index).size()) * valid_cut();
}

std::int64_t LabelledData::test_images(std::int32_t index) const {
  if (!data_->test_files) return static_cast<std::int64_t>(finest(index).size()) * tests_cut();
  std::int64_t sum = 0;
  for (const auto one : finest(index)) {
    const auto at = static_cast<std::size_t>(one);
    if (at < facts_->test_counts.size()) sum += facts_->test_counts[at];
  }
  return sum;
}

task::LabelMap LabelledData::label_map(const std::vector<std::int32_t>& classes) const {
  task::LabelMap map;
  map.output_count = static_cast<std::int32_t>(classes.size());
  for (std::int32_t output = 0; output < map.output_count; ++output) {
    const auto index = classes[static_cast<std::size_t>(output)];
    for (const auto one : finest(index)) {
      map.classes.push_back(one);
      map.outputs.push_back(output);
    }
    map.names.push_back(class_name(index));
  }
  return map;
}

task::ImageSetSpec LabelledData::whole_part(const std::string& labels) const {
  task::ImageSetSpec images{facts_->digest, labels, {}, {}, data_->order};
  if (part_.shares.empty()) return images;
  images.partition.shares = part_.shares;
  images.partition.share = part_.share;
  images.partition.seed = part_.seed;
  return images;
}

task::ImageSetSpec LabelledData::training_images(const std::string& labels, std::int64_t per_class) const {
  task::ImageSetSpec images = whole_part(labels);
  images.sample = {task::SampleRule::first, per_class, 0};
  images.partition.behind = valid_cut() + tests_cut();
  return images;
}

task::ImageSetSpec LabelledData::fold_images(const std::string& labels, std::int32_t front, const Fold& fold,
                                             task::FoldUse use) const {
  task::ImageSetSpec images = whole_part(labels);
  auto& part = images.partition;
  part.behind = valid_cut() + tests_cut();
  part.front = front;
  part.folds = fold.folds;
  part.fold = fold.fold;
  part.fold_use = use;
  if (part.shares.empty()) part.seed = fold.seed;  // shares and folds have one seed
  return images;
}

task::ImageSetSpec LabelledData::validation_images(const std::string& labels) const {
  task::ImageSetSpec images = whole_part(labels);
  images.partition.behind = tests_cut();
  images.partition.length = valid_cut();
  return images;
}

task::ImageSetSpec LabelledData::test_images_of(const std::string& labels) const {
  if (data_->test_files) return {facts_->test_digest, labels, {}, {}, data_->order};
  task::ImageSetSpec images = whole_part(labels);
  images.partition.length = tests_cut();
  return images;
}

}  // namespace espalier::plan
