// Divides a target's training images into stratified folds, and counts what each run trains on and is validated on.
#include "plan/fold_images.hpp"

#include <algorithm>
#include <string_view>

#include "espalier/core/seed.hpp"
#include "plan/findings.hpp"

namespace espalier::plan {
namespace {

std::string size_text(std::int64_t per_class) { return per_class == 0 ? "\"all\"" : std::to_string(per_class); }

[[noreturn]] void refuse_size(const ClassPool& pool, std::int64_t per_class, const std::string& why,
                              const std::string& suggestion) {
  throw CompileError{
      {"per_class = " + size_text(per_class) + " cannot be divided into folds",
       "classes of data '" + pool.data->study().name + "' " + why + ", and folds are drawn within finest classes",
       suggestion}};
}

/// Images of each finest class that a size comes to; 0: all.
std::int32_t front_of(const ClassPool& pool, std::int64_t per_class) {
  if (per_class == 0 || per_class >= pool.train_available) return 0;
  const auto finest = static_cast<std::int64_t>(pool.data->finest(pool.classes.front()).size());
  for (const auto index : pool.classes) {
    if (static_cast<std::int64_t>(pool.data->finest(index).size()) == finest) continue;
    refuse_size(pool, per_class, "hold unequal numbers of finest classes", "Use per_class = \"all\".");
  }
  if (per_class % finest != 0) {
    const auto count = std::to_string(finest);
    refuse_size(pool, per_class, "hold " + count + " finest classes each",
                "Use a multiple of " + count + ", or \"all\".");
  }
  return static_cast<std::int32_t>(per_class / finest);
}

[[noreturn]] void refuse_folds(const ClassPool& pool, std::int32_t index, std::int64_t per_class, std::int64_t images,
                               std::int32_t folds) {
  const bool is_finest = pool.data->finest(index).size() == 1;
  const bool is_size =
      per_class > 0 && images * static_cast<std::int64_t>(pool.data->finest(index).size()) == per_class;
  throw CompileError{
      {"split.folds = " + std::to_string(folds) + " is greater than the " + std::to_string(images) +
           " training images of " + (is_finest ? "" : "a finest class of ") + "class '" + pool.data->class_name(index) +
           "' at per_class = " + size_text(per_class),
       "each fold validates on at least one image of every class",
       is_size ? "Lower split.folds, or use larger sizes." : "Lower split.folds, or leave the class out."},
      "folds greater than images a class"};
}

CountedImages counted(const ClassPool& pool, std::int32_t front, const Fold& fold, task::FoldUse use) {
  CountedImages images{pool.data->fold_images(pool.labels, front, fold, use), 0};
  for (const auto index : pool.classes) images.count += pool.data->fold_count(index, front, fold, use);
  return images;
}

}  // namespace

FoldImages fold_images(const ClassPool& pool, std::int64_t per_class, const Fold& fold) {
  const auto front = front_of(pool, per_class);
  const bool take_all = pool.data->study().short_classes == study::ShortClasses::take_all;
  for (const auto index : pool.classes) {
    const auto fewest = pool.data->fewest_in_finest(index, front);
    if (fewest < fold.folds) refuse_folds(pool, index, per_class, fewest, fold.folds);
    if (fewest < front && !take_all) {
      refuse_size(pool, per_class, "hold a finest class with " + std::to_string(fewest) + " training images",
                  "Use smaller sizes, or short_classes = \"take-all\".");
    }
  }
  return {counted(pool, front, fold, task::FoldUse::without), counted(pool, front, fold, task::FoldUse::only)};
}

void check_same_fold(const PlannedRun& run, const std::string& target, const ImageSetId& valid) {
  const auto theirs = run.images(metrics::Subset::valid);
  if (*run.label("target") != target || theirs.empty() || theirs == valid) return;
  throw CompileError{
      {"a run of experiment '" + run.experiment + "' was trained on images that validate what is made of it",
       "the folds of two sizes are drawn apart", "Add \"per_class\" to same."},
      "trained on what validates"};
}

Fold fold_of(const study::Study& study, std::int64_t split, std::int64_t fold) {
  const auto folds = study.split.folds;
  if (fold > folds) {
    throw CompileError{{"there is no fold " + std::to_string(fold), "[split] has " + std::to_string(folds), ""}};
  }
  return {folds, static_cast<std::int32_t>(fold - 1),
          seed_of(static_cast<std::uint64_t>(study.seed), {std::string_view("folds"), split})};
}

}  // namespace espalier::plan
