#pragma once
// A self-describing checkpoint: the network's units, input and classes as metadata of its safetensors file.
#include <optional>
#include <string>

#include "espalier/data/safetensors.hpp"
#include "espalier/network/layer.hpp"

namespace espalier::model {

struct Description {
  network::NetworkSpec network;
  network::Shape input;
  std::int32_t classes = 0;
};

/// Metadata "units" (JSON), "input" ("3,224,224"; channels, height, width) and "classes".
data::Metadata describe(const Description& description);

/// The description in the file's metadata; none if it has no "units". Throws UsageError where it cannot be read.
std::optional<Description> description_of(const data::TensorFile& file);

/// Parses "3,224,224" (channels, height, width). Throws UsageError.
network::Shape parse_shape(const std::string& text);

/// JSON of a network: fields by the names of LayerSpec, those equal to their default left out.
std::string units_to_json(const network::NetworkSpec& network);
network::NetworkSpec units_from_json(const std::string& text);

/// The same as the [network] table of a study file.
std::string units_to_toml(const network::NetworkSpec& network, const std::string& name);

}  // namespace espalier::model
