#pragma once
// The kinds of experiments, a row each.
#include <cstdint>
#include <string>
#include <vector>

#include "espalier/study/study.hpp"

namespace espalier::study {

enum class Kind : std::uint8_t { train, evaluate, linear, distance, retrieval, neighbours, pick };

struct KindRow {
  Kind kind = Kind::train;
  std::string name;
  std::string does;  ///< what its runs do, for readers: "train networks"
};
/// In the order of Kind.
const std::vector<KindRow>& kinds();
std::vector<std::string> kind_names();  ///< that an [[experiment]] may have: all but "pick"
/// A kind that is not known counts as training; parsing refuses it.
Kind kind_of(const Experiment& experiment);
/// Whether the experiment's runs train networks.
bool trains(const Experiment& experiment);

}  // namespace espalier::study
