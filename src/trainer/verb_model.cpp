// The verbs `espalier-trainer model info | look | distance | import | export | features`.
#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>

#include "espalier/core/errors.hpp"
#include "espalier/model/exchange.hpp"
#include "espalier/model/unit_network.hpp"
#include "espalier/network/networks.hpp"
#include "espalier/trainer/verbs.hpp"
#include "trainer/model_distance.hpp"
#include "trainer/model_files.hpp"
#include "trainer/model_look.hpp"
#include "trainer/model_table.hpp"

namespace espalier::trainer {
namespace {

struct Arguments {
  std::string file, out, layers, names, toml, as = "torchvision", unit, images;
  NetworkChoice network;
  bool json = false;
};
using Shared = std::shared_ptr<Arguments>;

void add_network_options(CLI::App& verb, NetworkChoice& choice) {
  verb.add_option("--input", choice.input, "C,H,W of the images; default: the network's usual ones");
  verb.add_option("--classes", choice.classes, "number of classes")->check(CLI::Range(1, 1 << 20));
  verb.add_option("--width", choice.width, "multiplies the layers' outputs of a named network");
}

void info(const Arguments& arguments) {
  NetworkChoice choice = arguments.network;
  if (is_network_name(arguments.file)) choice.name = arguments.file;
  const bool named = !choice.name.empty() && is_network_name(arguments.file);
  const auto description =
      named ? named_description(choice) : file_description(data::read_safetensors(arguments.file), choice);
  if (!arguments.toml.empty()) std::cout << model::units_to_toml(description.network, arguments.toml);
  else std::cout << (arguments.json ? model_json(description) + "\n" : model_table(description));
}

/// The network under our own names, as it describes itself, without what belongs to its study.
void export_ours(const Arguments& arguments, const data::TensorFile& file, const model::Description& description) {
  auto metadata = model::describe(description);
  metadata["kind"] = "espalier network 1";
  data::write_safetensors(arguments.out, model::import_tensors(file, description, {}).tensors, metadata);
}

void export_model(const Arguments& arguments) {
  const auto file = data::read_safetensors(arguments.file);
  const auto description = file_description(file, arguments.network);
  if (arguments.as == "espalier") return export_ours(arguments, file, description);
  const auto whose = arguments.as == "timm" ? model::Library::timm : model::Library::torchvision;
  data::write_safetensors(arguments.out, model::export_to(whose, file, description), {{"format", "pt"}});
}

model::NameMap read_names(const std::string& file) {
  model::NameMap names;
  if (file.empty()) return names;
  std::istringstream in(read_text(file));
  for (std::string line; std::getline(in, line);) {
    const auto tab = line.find('\t');
    if (tab == std::string::npos) throw UsageError("'" + line + "' has no tabulator", file, "Write 'ours<TAB>theirs'.");
    names[line.substr(0, tab)] = line.substr(tab + 1);
  }
  return names;
}

/// The number of classes of a table's network: the rows of its last tensor.
std::int32_t classes_of(const model::CaffeTable& table, const data::TensorFile& file) {
  const auto& last = table.network.units.back();
  for (const auto& [ours, theirs] : table.names) {
    if (ours.starts_with(last.name + ".") && ours.ends_with(".bias"))
      return static_cast<std::int32_t>(file.at(theirs).size(0));
  }
  throw UsageError("the last unit has no convolution", "it tells the number of classes", "Add --classes.");
}

void import_model(const Arguments& arguments) {
  const auto file = data::read_safetensors(arguments.file);
  model::Description description;
  model::NameMap names = read_names(arguments.names);
  if (!arguments.layers.empty()) {
    const auto table = model::parse_caffe_table(read_text(arguments.layers));
    const auto& choice = arguments.network;
    description = {table.network, model::parse_shape(choice.input.empty() ? "3,227,227" : choice.input),
                   choice.classes > 0 ? choice.classes : classes_of(table, file)};
    if (names.empty()) names = table.names;
  } else {
    description = named_description(arguments.network);
  }
  auto metadata = model::describe(description);
  metadata["kind"] = "espalier network 1";
  const auto imported = model::import_tensors(file, description, names);
  data::write_safetensors(arguments.out, imported.tensors, metadata);
  if (!imported.dropped_prefix.empty())
    std::cout << fmt::format("imported {} tensors without the prefix '{}' of their names\n", imported.tensors.size(),
                             imported.dropped_prefix);
}

std::int32_t unit_number(const model::UnitNetwork& network, const std::string& name) {
  std::string known;
  for (std::int32_t u = 1; u <= network.depth(); ++u) {
    if (network.unit_name(u) == name) return u;
    known += (known.empty() ? "" : ", ") + network.unit_name(u);
  }
  throw UsageError("unknown unit '" + name + "'", "the network has others", "Use one of: " + known + ".");
}

void features(const Arguments& arguments) {
  const auto file = data::read_safetensors(arguments.file);
  auto description = file_description(file, arguments.network);
  const auto images = data::read_safetensors(arguments.images);
  if (images.tensors.size() != 1 || images.tensors[0].second.dim() != 4 ||
      images.tensors[0].second.scalar_type() != at::kFloat) {
    throw UsageError("'" + arguments.images + "' holds no images", "one float32 tensor [N, C, H, W] is wanted", "");
  }
  const at::Tensor& batch = images.tensors[0].second;
  if (arguments.network.input.empty()) {
    description.input = {static_cast<std::int32_t>(batch.size(1)), static_cast<std::int32_t>(batch.size(2)),
                         static_cast<std::int32_t>(batch.size(3))};
  }
  model::UnitNetwork network(description.network, description.input, description.classes);
  for (std::int32_t u = 1; u <= network.depth(); ++u) network.copy(u, file);
  const auto out = network.features(batch.clone(), unit_number(network, arguments.unit)).contiguous();
  data::write_safetensors(arguments.out, {{"features", out}}, {{"unit", arguments.unit}});
}

void add_info(CLI::App& model, const Shared& arguments) {
  auto* verb = model.add_subcommand("info", "units, outputs, parameters and multiply-adds of a network or checkpoint");
  verb->add_option("network", arguments->file, "a network's name, or a checkpoint")->required();
  verb->add_option("--network", arguments->network.name, "the checkpoint's network, if it does not say");
  add_network_options(*verb, arguments->network);
  verb->add_flag("--json", arguments->json, "one JSON value");
  verb->add_option("--toml", arguments->toml, "the [network] table of a study file, under this name");
  verb->callback([arguments] { info(*arguments); });
}

void add_look(CLI::App& model, const Shared& arguments) {
  auto* verb = model.add_subcommand("look", "says in JSON which network a file holds");
  verb->add_option("file", arguments->file)->required();
  verb->callback([arguments] { std::cout << look_at_model(arguments->file) << "\n"; });
}

void add_distance(CLI::App& model, const Shared& arguments) {
  auto* verb = model.add_subcommand("distance", "says in JSON how far a folder's images are from a network's own");
  verb->add_option("file", arguments->file, "a network that espalier trained")->required();
  verb->add_option("folder", arguments->images, "a folder with a folder of images for each class")->required();
  verb->callback([arguments] { std::cout << distance_to_model(arguments->file, arguments->images) << "\n"; });
}

void add_export(CLI::App& model, const Shared& arguments) {
  auto* verb = model.add_subcommand("export", "a checkpoint under the tensor names of another library");
  verb->add_option("checkpoint", arguments->file)->required();
  verb->add_option("--to,--as", arguments->as, "torchvision, timm, or espalier: our own names")
      ->check(CLI::IsMember({"torchvision", "timm", "espalier"}));
  verb->add_option("--network", arguments->network.name, "the checkpoint's network, if it does not say");
  add_network_options(*verb, arguments->network);
  verb->add_option("--out", arguments->out, "a safetensors file")->required();
  verb->callback([arguments] { export_model(*arguments); });
}

void add_import(CLI::App& model, const Shared& arguments) {
  auto* verb = model.add_subcommand("import", "a checkpoint out of another program's safetensors file");
  verb->add_option("file", arguments->file)->required();
  auto* name = verb->add_option("--network", arguments->network.name, "a named network");
  auto* layers = verb->add_option("--layers", arguments->layers, "a table of Caffe layers (docs/models.md)");
  name->excludes(layers);
  verb->add_option("--names", arguments->names, "lines 'ours<TAB>theirs' of tensor names");
  add_network_options(*verb, arguments->network);
  verb->add_option("--out", arguments->out, "a safetensors file")->required();
  verb->callback([arguments, name, layers] {
    if (!*name && !*layers)
      throw UsageError("which network is it", "neither --network nor --layers is given", "Add one.");
    import_model(*arguments);
  });
}

void add_features(CLI::App& model, const Shared& arguments) {
  auto* verb = model.add_subcommand("features", "what a unit gives on images, in evaluation mode");
  verb->add_option("--checkpoint", arguments->file)->required();
  verb->add_option("--network", arguments->network.name, "the checkpoint's network, if it does not say");
  add_network_options(*verb, arguments->network);
  verb->add_option("--unit", arguments->unit, "a unit's name")->required();
  verb->add_option("--images", arguments->images, "safetensors with one float32 tensor [N, C, H, W], normalised")
      ->required();
  verb->add_option("--out", arguments->out, "a safetensors file with the tensor 'features'")->required();
  verb->callback([arguments] { features(*arguments); });
}

}  // namespace

void add_model_verbs(CLI::App& app, int&) {
  auto* model = app.add_subcommand("model", "networks and checkpoints");
  model->require_subcommand(1);
  const auto arguments = std::make_shared<Arguments>();
  for (auto* add : {add_info, add_look, add_distance, add_export, add_import, add_features}) add(*model, arguments);
}

}  // namespace espalier::trainer
