#pragma once
// Finds the network that a `model` verb means: by name, or from a file that describes itself.
#include <filesystem>
#include <string>

#include "espalier/model/description.hpp"

namespace espalier::trainer {

struct NetworkChoice {
  std::string name;  ///< a named network; empty: the file describes itself
  double width = 1;
  std::string input;         ///< "C,H,W"; empty: the network's usual images
  std::int32_t classes = 0;  ///< 0: as in the file's last tensor, else 1000 (small networks: 10)
};

/// Throws UsageError if the name is unknown.
model::Description named_description(const NetworkChoice& choice);

/// The file's own description, or that of the named network with as many classes as the file's last tensor has rows.
/// Throws UsageError if neither is known.
model::Description file_description(const data::TensorFile& file, const NetworkChoice& choice);

bool is_network_name(const std::string& name);
std::string read_text(const std::filesystem::path& file);

}  // namespace espalier::trainer
