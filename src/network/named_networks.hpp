#pragma once
// Declares the function that builds each named network.
#include "espalier/network/layer.hpp"

namespace espalier::network {

NetworkSpec alexnet(double width);
NetworkSpec caffenet(double width);
NetworkSpec resnet18(double width);
NetworkSpec resnet50(double width);
NetworkSpec inception_v2(double width);
NetworkSpec cifar7(double width);
NetworkSpec mnist4(double width);

}  // namespace espalier::network
