#pragma once
// Says which coarse class of a label set each output of a network lies in.
#include <string>
#include <vector>

#include "espalier/plan/facts.hpp"
#include "espalier/study/study.hpp"

namespace espalier::plan {

struct Coarsening {
  std::vector<std::string> names;       ///< of the coarse classes, as people read them, in the label set's order
  std::vector<std::int32_t> coarse_of;  ///< by output of the network: its coarse class; -1 where the set leaves it out
  std::vector<std::string> left_out;    ///< outputs with test images that lie in no coarse class
  int used = 0;                         ///< coarse classes with test images
  int joining = 0;                      ///< of which so many have several outputs with test images
};

/// The network whose outputs are joined.
struct FineOutputs {
  std::string target;          ///< of the study, whose images it is tested on
  std::int32_t split = 1;      ///< from 1
  const task::LabelMap& test;  ///< of its test images
};

/// How the label set `labels` joins these outputs. An output without test images (the target's classes are some of its
/// source's) is found by its name among the classes of the target's data. Throws UsageError: no such set or target,
/// nothing known of its data, a set that cannot be made of them, an output that does not lie in one coarse class whole.
Coarsening coarsening_of(const study::Study& study, const Facts& facts, const std::string& labels,
                         const FineOutputs& fine);

}  // namespace espalier::plan
