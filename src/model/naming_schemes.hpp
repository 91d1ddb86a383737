#pragma once
// Which of the known namings of a network's tensors a foreign file uses, and below which prefix.
#include <string>
#include <vector>

#include "espalier/model/exchange.hpp"

namespace espalier::model {

struct NamingScheme {
  std::string whose;  ///< for messages: "torchvision's"
  NameMap names;
};

struct FoundNames {
  NameMap names;       ///< with the prefix
  std::string prefix;  ///< "module.", "encoder." or any other, that all of the names have in the file
};

/// Throws UsageError that lists what is missing by the naming that fits best.
FoundNames find_names(const data::TensorFile& file, const std::vector<NamingScheme>& schemes);

}  // namespace espalier::model
