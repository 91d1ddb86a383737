// Takes a network's tensors out of a foreign checkpoint, by the naming that it uses.
#include "espalier/core/errors.hpp"
#include "espalier/model/exchange.hpp"
#include "espalier/network/networks.hpp"
#include "naming_schemes.hpp"
#include "tensor_names.hpp"

namespace espalier::model {
namespace {

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

std::vector<NamingScheme> schemes_of(const network::NetworkSpec& network) {
  std::vector<NamingScheme> schemes{{"espalier's", own_names(network)}, {"Caffe's", unit_names(network)}};
  if (has_torchvision_names(network)) schemes.push_back({"torchvision's", torchvision_names(network)});
  return schemes;
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

/// Refuses NaN and infinity: a training that starts from them diverges at its first step.
void check_finite(const at::Tensor& value, const std::string& theirs) {
  const auto bad = value.numel() - value.isfinite().sum().item<std::int64_t>();
  if (bad == 0) return;
  throw UsageError("tensor '" + theirs + "' has " + std::to_string(bad) + " of " + std::to_string(value.numel()) +
                       " values that are NaN or infinite",
                   "a network that starts from them diverges", "Take a checkpoint from before its training diverged.");
}

}  // namespace

Imported import_tensors(const data::TensorFile& file, const Description& description, const NameMap& given) {
  refuse_scaled(file);
  Imported result;
  NameMap names = given;
  if (given.empty()) {
    FoundNames found = find_names(file, schemes_of(description.network));
    names = std::move(found.names);
    result.dropped_prefix = std::move(found.prefix);
  }
  const auto costs = network::infer(description.network, description.input, description.classes);
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
      result.tensors.emplace_back(ours, value.to(at::kFloat).contiguous());
      check_finite(result.tensors.back().second, theirs);
    }
  }
  return result;
}

}  // namespace espalier::model
