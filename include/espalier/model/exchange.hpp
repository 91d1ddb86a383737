#pragma once
// Imports checkpoints of other programs and exports ours, by mapping tensor names.
#include <map>
#include <string>

#include "espalier/data/safetensors.hpp"
#include "espalier/model/description.hpp"

namespace espalier::model {

/// Maps our tensor names to those of the other program.
using NameMap = std::map<std::string, std::string>;

/// Whether torchvision has this network: AlexNet, ResNet-18 or ResNet-50 of width 1.
bool has_torchvision_names(const network::NetworkSpec& network);
/// torchvision's state_dict names for those, of any class count. Throws UsageError for other networks.
NameMap torchvision_names(const network::NetworkSpec& network);

/// Our tensors under torchvision's names, with the batch counters that its batch norms expect.
data::NamedTensors export_torchvision(const data::TensorFile& file, const Description& description);

enum class Library : std::uint8_t { torchvision, timm };

/// The same for a library that builds this network: torchvision of three channels; timm, which names ResNet-18 and
/// ResNet-50 as torchvision does and has no AlexNet. Throws UsageError where it builds no such network.
data::NamedTensors export_to(Library library, const data::TensorFile& file, const Description& description);

struct Imported {
  data::NamedTensors tensors;  ///< under our names
  std::string dropped_prefix;  ///< that all of them had in the file, for example "module."; often empty
};

/// The tensors of `description`'s network out of `file`: under our names, torchvision's, "<unit>.weight" where a unit
/// has one layer with parameters, each of them also behind a prefix, or by `names` where it is not empty. Throws
/// UsageError naming what is missing, of another shape, or not finite.
Imported import_tensors(const data::TensorFile& file, const Description& description, const NameMap& names);

/// A network read from a table of Caffe layers, and the names of its tensors there.
struct CaffeTable {
  network::NetworkSpec network;
  NameMap names;
};

/// Tab-separated, with a header: name, type, bottoms, top, cin, cout, kernel, stride, pad, pool. Units are the parts
/// of names before '/', else a convolution's name; other layers belong to the unit they follow. Pooling rounds up.
/// Throws UsageError naming the line.
CaffeTable parse_caffe_table(const std::string& text);

}  // namespace espalier::model
