#pragma once
// The images that a run with a fold trains on and is validated on.
#include "plan/class_pools.hpp"

namespace espalier::plan {

struct CountedImages {
  task::ImageSetSpec spec;
  std::int64_t count = 0;
};

/// Of `per_class` images of each class (0: all), those of the fold and the others.
struct FoldImages {
  CountedImages trained, validated;
};
/// Throws CompileError where a size cannot be divided over finest classes, or a class has fewer images than folds.
FoldImages fold_images(const ClassPool& pool, std::int64_t per_class, const Fold& fold);

/// Throws CompileError where `run` of the same target has other validation images than these, some of which it was then
/// trained on: the folds of two sizes are drawn apart.
void check_same_fold(const PlannedRun& run, const std::string& target, const ImageSetId& valid);

/// The fold of a run in a split: all runs of a split and target divide their images alike, so that a fold holds the
/// same images in each. Throws CompileError for a fold that the study does not have.
Fold fold_of(const study::Study& study, std::int64_t split, std::int64_t fold);

}  // namespace espalier::plan
