// Maps tensors of AlexNet, ResNet-18 and ResNet-50 to torchvision's state_dict names.
#include "espalier/core/errors.hpp"
#include "espalier/model/exchange.hpp"
#include "espalier/network/networks.hpp"
#include "tensor_names.hpp"

namespace espalier::model {
namespace {

/// torchvision's module for each unit of AlexNet (torchvision/models/alexnet.py).
const std::map<std::string, std::string>& alexnet_modules() {
  static const std::map<std::string, std::string> modules = {
      {"conv1", "features.0"},  {"conv2", "features.3"}, {"conv3", "features.6"}, {"conv4", "features.8"},
      {"conv5", "features.10"}, {"fc6", "classifier.1"}, {"fc7", "classifier.4"}, {"fc8", "classifier.6"}};
  return modules;
}

std::string after_last_dot(const std::string& name) { return name.substr(name.rfind('.') + 1); }

std::string alexnet_name(const std::string&, const std::string& unit, const std::string& tensor) {
  return alexnet_modules().at(unit) + "." + after_last_dot(tensor);
}

/// torchvision has no modules "stem" and "fc"; a block's branches are its body and "downsample" there.
std::string resnet_name(const std::string& ours, const std::string& unit, const std::string& tensor) {
  const std::string body = "block.0.", shortcut = "block.1.";
  if (tensor.starts_with(body)) return unit + "." + tensor.substr(body.size());
  if (tensor.starts_with(shortcut)) return unit + ".downsample." + tensor.substr(shortcut.size());
  return ours.substr(unit.size() + 1);
}

using Rename = std::string (*)(const std::string& ours, const std::string& unit, const std::string& tensor);

/// Null where torchvision has no such network.
Rename rename_of(const network::NetworkSpec& network) {
  if (network == *network::named("alexnet")) return alexnet_name;
  if (network == *network::named("resnet18") || network == *network::named("resnet50")) return resnet_name;
  return nullptr;
}

}  // namespace

bool has_torchvision_names(const network::NetworkSpec& network) { return rename_of(network) != nullptr; }

NameMap torchvision_names(const network::NetworkSpec& network) {
  const Rename rename = rename_of(network);
  if (!rename) {
    throw UsageError("this network has no torchvision names", "AlexNet, ResNet-18 and ResNet-50 of width 1 have",
                     "Write it with --to espalier, under our own names, which any safetensors reader loads.");
  }
  NameMap names;
  for (const auto& [unit, tensor] : tensor_names(network)) {
    const std::string ours = unit + "." + tensor;
    names[ours] = rename(ours, unit, tensor);
  }
  return names;
}

data::NamedTensors export_torchvision(const data::TensorFile& file, const Description& description) {
  refuse_scaled(file);
  const NameMap names = torchvision_names(description.network);
  data::NamedTensors exported;
  for (const auto& [unit, tensor] : tensor_names(description.network)) {
    const std::string ours = unit + "." + tensor, theirs = names.at(ours);
    exported.emplace_back(theirs, file.at(ours));
    const std::string last = ".running_var";
    if (!theirs.ends_with(last)) continue;
    const std::string module = theirs.substr(0, theirs.size() - last.size());
    exported.emplace_back(module + ".num_batches_tracked", at::zeros({}, at::kLong));
  }
  return exported;
}

data::NamedTensors export_to(Library library, const data::TensorFile& file, const Description& description) {
  const bool is_alexnet = description.network == *network::named("alexnet");
  if (library == Library::timm && is_alexnet)
    throw UsageError("timm has no AlexNet", "of the networks by name it has ResNet-18 and ResNet-50",
                     "Use --to torchvision.");
  if (library == Library::torchvision && has_torchvision_names(description.network) && description.input.channels != 3)
    throw UsageError("torchvision's networks take images of 3 channels",
                     "this one takes " + std::to_string(description.input.channels),
                     "Use --to timm, which has in_chans, or --to espalier.");
  return export_torchvision(file, description);
}

}  // namespace espalier::model
