#pragma once
// An image-to-image unit in front of a network.
#include "espalier/network/layer.hpp"

namespace espalier::network {

/// `network` behind one more unit, "front", that changes the image and starts as the identity: the weights and bias of
/// one layer start at 0. Where the last layer of `front` is a convolution, that one, and the layers compute what is
/// added to the image; where it is a spatial transformer, the last layer of its branch. Convolutions that leave their
/// outputs open have `channels`. Names of layers begin with those of their units.
NetworkSpec with_front(const NetworkSpec& front, const NetworkSpec& network, std::int32_t channels);

/// Whether there is such a layer to start at 0.
bool can_stand_in_front(const NetworkSpec& front);

}  // namespace espalier::network
