#pragma once
// How many classes and images a source is taught, of those that it could be; which ones is drawn at random.
#include <cstdint>
#include <string>

#include "plan/class_pools.hpp"

namespace espalier::plan {

/// What a budget comes to.
struct BudgetSizes {
  std::int64_t classes = 0;    ///< outputs
  std::int64_t per_class = 0;  ///< training images of each; 0: all there are
  bool operator==(const BudgetSizes&) const = default;
};

/// Two of images a class, classes and images in all give the third, and three must agree. Images alone are shared
/// equally by all of `classes`. Throws CompileError where a number does not divide another (with the nearest that do),
/// the three disagree, or there are fewer classes.
BudgetSizes budget_sizes(const RoleUse& use, std::int64_t classes);

/// Reduces the pool to what the budget of `use` comes to. Classes are a prefix of a permutation of the pool's, in their
/// order, so that larger numbers of them hold smaller ones; images are drawn within each output, so that larger samples
/// hold smaller ones. All there are need no draw. Streams are those of (study seed, split, replicate): they know
/// neither sizes nor the source's name. Throws CompileError as budget_sizes() does, and where an output has too few
/// images.
void apply_budget(ClassPool& pool, const RoleUse& use, std::int64_t study_seed);

}  // namespace espalier::plan
