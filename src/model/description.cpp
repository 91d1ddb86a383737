// Writes and reads a network's units, input and class count as metadata of its checkpoint.
#include "espalier/model/description.hpp"

#include <charconv>
#include <set>

#include "espalier/network/layers.hpp"
#include "espalier/safetensors/json_watch.hpp"
#include "field_json.hpp"

namespace espalier::model {
namespace {

std::int32_t parse_count(const std::string& text, const std::string& what) {
  std::int32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size() && value > 0) return value;
  throw UsageError("'" + text + "' is no " + what, "a whole number above 0 is wanted", "");
}

const std::string& field(const data::TensorFile& file, const std::string& key) {
  const auto found = file.metadata.find(key);
  if (found != file.metadata.end()) return found->second;
  throw UsageError("the checkpoint's description has no '" + key + "'", "it names units, input and classes",
                   "Import it again.");
}

std::set<std::string> known_fields() {
  std::set<std::string> known;
  for (const Json& fields : {all_fields(network::UnitSpec{}), all_fields(network::LayerSpec{})}) {
    for (const auto& [key, value] : fields.items()) known.insert(key);
  }
  return known;
}

/// Bounds depth, since layers are read by recursion, and keys, since an object with many would take time without bound.
class UnitsWatch : public safetensors::JsonWatch {
  void on_key(const std::string& key, int) override {
    static const std::set<std::string> known = known_fields();
    if (!known.contains(key)) throw UsageError("unknown field '" + key + "'", "in a network's description", "");
  }
  void on_value(int depth) override {
    // units > unit > layers > layer, then branches > branch > layer, and what a layer holds
    constexpr int kDeepest = 4 + 3 * network::kDeepestBranches;
    if (depth > kDeepest) throw UsageError("a network's description is nested too deeply", "branches in branches", "");
  }
};

Json parse_bounded(const std::string& text) {
  UnitsWatch().pass_over(text);
  return Json::parse(text);
}

}  // namespace

network::Shape parse_shape(const std::string& text) {
  const auto first = text.find(','), second = text.find(',', first + 1);
  if (first == std::string::npos || second == std::string::npos) {
    throw UsageError("'" + text + "' is no shape", "channels, height and width are wanted",
                     "Write 3,224,224 for example.");
  }
  return {parse_count(text.substr(0, first), "number of channels"),
          parse_count(text.substr(first + 1, second - first - 1), "height"),
          parse_count(text.substr(second + 1), "width")};
}

std::string units_to_json(const network::NetworkSpec& network) { return to_json(network.units).dump(); }

network::NetworkSpec units_from_json(const std::string& text) {
  network::NetworkSpec network;
  try {
    from_json(parse_bounded(text), network.units);
  } catch (const Json::exception& error) {
    throw UsageError("a network's description cannot be read", error.what(), "Import the checkpoint again.");
  }
  return network;
}

data::Metadata describe(const Description& description) {
  const auto& input = description.input;
  return {{"units", units_to_json(description.network)},
          {"input",
           std::to_string(input.channels) + "," + std::to_string(input.height) + "," + std::to_string(input.width)},
          {"classes", std::to_string(description.classes)}};
}

std::optional<Description> description_of(const data::TensorFile& file) {
  const auto units = file.metadata.find("units");
  if (units == file.metadata.end()) return std::nullopt;
  return Description{units_from_json(units->second), parse_shape(field(file, "input")),
                     parse_count(field(file, "classes"), "number of classes")};
}

}  // namespace espalier::model
