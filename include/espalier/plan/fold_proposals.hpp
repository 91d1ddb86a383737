#pragma once
// Says which targets of a study are so small that folds would serve them better than images set apart for validation.
#include <string>
#include <vector>

#include "espalier/plan/plan.hpp"

namespace espalier::plan {

inline constexpr std::int64_t kSmallTarget = 1000;  ///< training images at the largest size, over all classes
/// Validation images from which on they are enough: an accuracy of 50 % has a standard error of 2.5 points then.
inline constexpr std::int64_t kEnoughValidation = 400;
inline constexpr std::int32_t kProposedFolds = 5;

struct FoldProposal {
  std::string target;
  std::int64_t images = 0;  ///< trained on at the largest size
  std::int64_t valid = 0;   ///< validation images
  std::int32_t folds = 0;   ///< at most the images a class at the smallest size
};

/// Empty where the study has folds. By target, in the order of the runs.
std::vector<FoldProposal> propose_folds(const study::Study& study, const Plan& plan);

/// For readers.
std::string to_string(const FoldProposal& proposal);

}  // namespace espalier::plan
