#pragma once
// The names of layer kinds and initialisations in study files, listings and messages.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "espalier/network/layer.hpp"

namespace espalier::network {

std::string name_of(LayerKind kind);
std::string name_of(Init init);

/// Throws UsageError that lists the known names.
LayerKind parse_kind(std::string_view name);
Init parse_init(std::string_view name);

/// All names in the order of the enumeration, for suggestions.
std::vector<std::string> kind_names();
std::vector<std::string> init_names();

/// Has a weight: convolution, linear, batch norm.
bool has_parameters(LayerKind kind);
/// Has branches: concatenate, add, spatial_transformer.
bool has_branches(LayerKind kind);

}  // namespace espalier::network
