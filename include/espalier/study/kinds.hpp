#pragma once
// The kinds of experiments, a row each.
#include <string>
#include <vector>

#include "espalier/study/study.hpp"

namespace espalier::study {

struct KindRow {
  std::string name;
  bool trains = true;  ///< whether its runs train networks
};
const std::vector<KindRow>& kinds();
std::vector<std::string> kind_names();
/// Whether the experiment's runs train networks. A kind that is not known counts as training; parsing refuses it.
bool trains(const Experiment& experiment);

}  // namespace espalier::study
