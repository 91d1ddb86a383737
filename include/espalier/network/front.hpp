#pragma once
// An image-to-image unit in front of a network.
#include "espalier/network/layer.hpp"

namespace espalier::network {

/// `network` behind one more unit, "front": its output is the image plus what the layers of `front` make of it, of as
/// many channels. The last of them is a convolution whose weights and bias start at 0, so that the unit starts as the
/// identity, exactly. Layers of `front` that leave their outputs open have `channels`. Their names begin with those of
/// their units.
NetworkSpec with_front(const NetworkSpec& front, const NetworkSpec& network, std::int32_t channels);

/// Whether a last convolution is there to start at 0.
bool can_stand_in_front(const NetworkSpec& front);

}  // namespace espalier::network
