#pragma once
// What a layer's values must be, whatever its input. All throw UsageError naming unit and layer.
#include "espalier/network/layer.hpp"

namespace espalier::network {

class ShapeWalk;

/// Of every layer.
void check_common(const ShapeWalk& walk, const LayerSpec& layer);
/// Kernel, stride and padding.
void check_window(const ShapeWalk& walk, const LayerSpec& layer);
void check_probability(const ShapeWalk& walk, const LayerSpec& layer);
void check_size(const ShapeWalk& walk, const LayerSpec& layer);
void check_branches(const ShapeWalk& walk, const LayerSpec& layer);

}  // namespace espalier::network
