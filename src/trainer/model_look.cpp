// Answers `espalier-trainer model look FILE`: tries the file's description, then each named network on its tensors.
#include "trainer/model_look.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "espalier/core/errors.hpp"
#include "espalier/model/exchange.hpp"
#include "espalier/network/networks.hpp"
#include "espalier/train/feature_means.hpp"
#include "trainer/error_json.hpp"
#include "trainer/model_files.hpp"

namespace espalier::trainer {
namespace {

using Json = nlohmann::ordered_json;

struct Seen {
  model::Description description;
  std::string name;  ///< "" where it is none of the named networks
  double width = 1;
  bool has_our_names = true;
  std::optional<train::FeatureMeans> means{};  ///< of its source's images
};

constexpr std::array kWidths{1.0, 0.125, 0.25, 0.5, 2.0, 4.0};  ///< of named networks that are recognised

void find_name(Seen& seen) {
  for (const auto& name : network::names()) {
    for (const double width : kWidths) {
      if (*network::named(name, {.width = width}) != seen.description.network) continue;
      seen.name = name;
      seen.width = width;
      return;
    }
  }
}

/// How many classes the network may have in this file: the lengths of its one-dimensional tensors.
std::set<std::int32_t> possible_classes(const data::TensorFile& file) {
  std::set<std::int32_t> lengths;
  for (const auto& [name, tensor] : file.tensors) {
    if (tensor.dim() == 1 && tensor.size(0) > 1) lengths.insert(static_cast<std::int32_t>(tensor.size(0)));
  }
  return lengths;
}

bool has_our_names(const data::TensorFile& file, const model::Imported& imported) {
  std::set<std::string> there;
  for (const auto& [name, tensor] : file.tensors) there.insert(name);
  return std::all_of(imported.tensors.begin(), imported.tensors.end(),
                     [&](const auto& one) { return there.contains(one.first); });
}

/// None where the tensors are not those of the network with so many classes.
std::optional<Seen> try_network(const data::TensorFile& file, const std::string& name, std::int32_t classes) {
  try {
    const auto description = named_description({.name = name, .classes = classes});
    const auto imported = model::import_tensors(file, description, {});
    return Seen{description, name, 1, has_our_names(file, imported)};
  } catch (const UsageError&) {
    return std::nullopt;
  }
}

Seen recognised(const std::string& path) {
  const auto file = data::read_safetensors(path);
  if (const auto own = model::description_of(file)) {
    Seen seen{*own, "", 1, true, train::feature_means_of(file, own->network)};
    find_name(seen);
    return seen;
  }
  const auto lengths = possible_classes(file);
  for (const auto& name : network::names()) {
    for (const auto classes : lengths) {
      if (auto seen = try_network(file, name, classes)) return *seen;
    }
  }
  std::string known;
  for (const auto& name : network::names()) known += (known.empty() ? "" : ", ") + name;
  throw UsageError("'" + path + "' holds no network that espalier knows",
                   "it has no description of its own, and its tensors are not all those of one of " + known,
                   "Bring it into our form with 'espalier model import'; docs/models.md says how.");
}

Json unit_json(const network::UnitSpec& unit) {
  const bool linear = std::any_of(unit.layers.begin(), unit.layers.end(),
                                  [](const auto& layer) { return layer.kind == network::LayerKind::linear; });
  return {{"name", unit.name}, {"linear", linear}};
}

Json json_of(const Seen& seen) {
  const auto& [network, input, classes] = seen.description;
  Json units = Json::array();
  for (const auto& unit : network.units) units.push_back(unit_json(unit));
  return {{"name", seen.name},
          {"width", seen.width},
          {"has_our_names", seen.has_our_names},
          {"has_feature_means", seen.means.has_value()},
          {"mean", seen.means ? seen.means->mean : std::vector<float>()},
          {"std", seen.means ? seen.means->std : std::vector<float>()},
          {"digest", task::Catalog().add(network)},
          {"table", model::units_to_toml(network, seen.name.empty() ? "source" : seen.name)},
          {"input", {input.channels, input.height, input.width}},
          {"classes", classes},
          {"units", units}};
}

}  // namespace

std::string look_at_model(const std::string& file) {
  return answer_or_error([&] { return json_of(recognised(file)); });
}

}  // namespace espalier::trainer
