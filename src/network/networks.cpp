// Looks networks up by name and applies the width option.
#include "espalier/network/networks.hpp"

#include <map>

#include "espalier/core/errors.hpp"
#include "named_networks.hpp"

namespace espalier::network {
namespace {

using Maker = NetworkSpec (*)(double width);

const std::map<std::string, Maker>& makers() {
  static const std::map<std::string, Maker> all = {
      {"alexnet", alexnet}, {"caffenet", caffenet}, {"cifar7", cifar7},    {"inception_v2", inception_v2},
      {"mnist4", mnist4},   {"resnet18", resnet18}, {"resnet50", resnet50}};
  return all;
}

}  // namespace

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const auto& [name, maker] : makers()) all.push_back(name);
  return all;
}

std::optional<NetworkSpec> named(const std::string& name, const NamedOptions& options) {
  const auto found = makers().find(name);
  if (found == makers().end()) return std::nullopt;
  if (!(options.width > 0 && options.width <= 64)) {
    throw UsageError("width " + std::to_string(options.width) + " is out of range", "it multiplies layer sizes",
                     "Choose above 0, at most 64");
  }
  return found->second(options.width);
}

}  // namespace espalier::network
