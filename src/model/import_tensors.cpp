// Finds which naming a foreign checkpoint uses, and takes a network's tensors out of it.
#include <set>

#include "espalier/core/errors.hpp"
#include "espalier/model/exchange.hpp"
#include "espalier/network/networks.hpp"
#include "tensor_names.hpp"

namespace espalier::model {
namespace {

std::set<std::string> names_in(const data::TensorFile& file) {
  std::set<std::string> names;
  for (const auto& [name, tensor] : file.tensors) names.insert(name);
  return names;
}

NameMap own_names(const network::NetworkSpec& network) {
  NameMap names;
  for (const auto& [unit, tensor] : tensor_names(network)) names[unit + "." + tensor] = unit + "." + tensor;
  return names;
}

/// "conv1.weight" for unit conv1's "conv.weight": Caffe's names, where every unit has one layer with parameters.
NameMap unit_names(const network::NetworkSpec& network) {
  NameMap names;
  for (const auto& [unit, tensor] : tensor_names(network)) {
    names[unit + "." + tensor] = unit + "." + tensor.substr(tensor.rfind('.') + 1);
  }
  return names;
}

bool has_torchvision_names(const network::NetworkSpec& network) {
  return network == *network::named("alexnet") || network == *network::named("resnet18");
}

bool one_to_one(const NameMap& names) {
  std::set<std::string> theirs;
  for (const auto& [ours, their] : names) theirs.insert(their);
  return theirs.size() == names.size();
}

bool all_there(const NameMap& names, const std::set<std::string>& present) {
  for (const auto& [ours, theirs] : names) {
    if (!present.contains(theirs)) return false;
  }
  return true;
}

NameMap fitting_names(const data::TensorFile& file, const network::NetworkSpec& network) {
  const auto present = names_in(file);
  std::vector<NameMap> known = {own_names(network), unit_names(network)};
  if (has_torchvision_names(network)) known.push_back(torchvision_names(network));
  for (const auto& names : known) {
    if (one_to_one(names) && all_there(names, present)) return names;
  }
  throw UsageError(
      "the file's tensors are not named like this network's",
      "neither as '" + known[0].begin()->first + "', nor as '" + known[1].begin()->second + "', nor as torchvision's",
      "Name them with --names, a line 'ours<TAB>theirs' a tensor.");
}

std::string shape_text(at::IntArrayRef sizes) {
  std::string text;
  for (const auto size : sizes) text += (text.empty() ? "" : "x") + std::to_string(size);
  return text;
}

const std::string& their_name(const NameMap& names, const std::string& ours) {
  const auto found = names.find(ours);
  if (found != names.end()) return found->second;
  throw UsageError("no name is given for tensor '" + ours + "'", "every tensor of the network is imported",
                   "Add it to --names.");
}

}  // namespace

data::NamedTensors import_tensors(const data::TensorFile& file, const Description& description, const NameMap& given) {
  const NameMap names = given.empty() ? fitting_names(file, description.network) : given;
  const auto costs = network::infer(description.network, description.input, description.classes);
  data::NamedTensors imported;
  for (std::size_t i = 0; i < costs.size(); ++i) {
    for (const auto& parameter : costs[i].parameters) {
      const std::string ours = description.network.units[i].name + "." + parameter.name;
      const std::string& theirs = their_name(names, ours);
      const at::Tensor& value = file.at(theirs);
      if (value.sizes() != at::IntArrayRef(parameter.shape)) {
        throw UsageError("tensor '" + theirs + "' is " + shape_text(value.sizes()),
                         "'" + ours + "' is " + shape_text(parameter.shape),
                         "Check --input, --classes and the network.");
      }
      imported.emplace_back(ours, value.to(at::kFloat).contiguous());
    }
  }
  return imported;
}

}  // namespace espalier::model
