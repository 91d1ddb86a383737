// `espalier-trainer probe steps FILE`: trains on given batches from given weights, for comparison with PyTorch.
// FILE is JSON: network (a name, or the JSON of its units, docs/models.md), width, input [C, H, W], classes, units
// [{trained (true, false or "scale_shift"), rates [[epoch, step, rate], ...]}, ...],
// optimiser, momentum, weight_decay, steps_per_epoch, steps, threads, dropout (false: all probabilities 0), init_seed,
// weights (safetensors; none: drawn from init_seed), batches (safetensors: images [steps, n, C, H, W] float32, labels
// [steps, n] int64; none: nothing is trained), out (safetensors: the weights at the end).
// Prints JSON: losses, and the names of each unit's trained tensors. Labels of several an image are [steps, n, outputs]
// float32. `probe scores FILE` prints the means of average precision of a file of "score" and "label" [n, outputs]
// float32, for comparison with scikit-learn.
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "espalier/core/errors.hpp"
#include "espalier/data/safetensors.hpp"
#include "espalier/metrics/average_precision.hpp"
#include "espalier/model/description.hpp"
#include "espalier/model/unit_network.hpp"
#include "espalier/network/networks.hpp"
#include "espalier/task/optimisers.hpp"
#include "espalier/train/numeric_form.hpp"
#include "espalier/train/stepper.hpp"
#include "espalier/trainer/verbs.hpp"

namespace espalier::trainer {

namespace {

using nlohmann::json;

void turn_dropout_off(std::vector<network::LayerSpec>& layers) {
  for (auto& layer : layers) {
    if (layer.kind == network::LayerKind::dropout) layer.probability = 0;
    for (auto& branch : layer.branches) turn_dropout_off(branch);
  }
}

std::optional<network::NetworkSpec> network_named(const json& probe) {
  if (probe.at("network").is_array()) return model::units_from_json(probe.at("network").dump());
  return network::named(probe.at("network").get<std::string>(), {.width = probe.value("width", 1.0)});
}

network::NetworkSpec network_of(const json& probe) {
  auto spec = network_named(probe);
  if (!spec) throw UsageError("unknown network " + probe.at("network").dump());
  if (!probe.value("dropout", true)) {
    for (auto& unit : spec->units) turn_dropout_off(unit.layers);
  }
  return *spec;
}

task::UnitRow row_of(const json& unit) {
  task::UnitRow row;
  const auto& trained = unit.at("trained");
  row.trained = trained == "scale_shift" ? task::Trained::scale_shift
                : trained.get<bool>()    ? task::Trained::all
                                         : task::Trained::no;
  for (const auto& point : unit.at("rates")) {
    row.rates.push_back({{point[0].get<std::int32_t>(), point[1].get<std::int32_t>()}, point[2].get<float>()});
  }
  return row;
}

task::TrainSpec train_of(const json& probe) {
  task::TrainSpec spec;
  const auto input = probe.at("input");
  spec.input = {input[0].get<std::int32_t>(), input[1].get<std::int32_t>(), input[2].get<std::int32_t>()};
  for (const auto& unit : probe.at("units")) spec.units.push_back(row_of(unit));
  spec.optimiser = task::optimiser_named(probe.value("optimiser", std::string("sgd")));
  if (probe.value("precision", "fp32") == "bf16") spec.precision = task::Precision::bf16;
  spec.momentum = probe.value("momentum", 0.0f);
  spec.weight_decay = probe.value("weight_decay", 0.0f);
  spec.init_seed = probe.value("init_seed", std::uint64_t{1});
  return spec;
}

void set_up(model::UnitNetwork& network, const task::TrainSpec& spec, const json& probe) {
  std::optional<data::TensorFile> weights;
  if (probe.contains("weights")) weights = data::read_safetensors(probe["weights"].get<std::string>());
  for (std::int32_t u = 1; u <= network.depth(); ++u) {
    const auto& row = spec.units.at(static_cast<std::size_t>(u - 1));
    if (weights) network.copy(u, *weights);
    else network.reinitialise(u, spec.init_seed);
    if (row.trained == task::Trained::no) network.freeze(u);
    else network.tune(u, row.trained);
  }
}

json train_steps(model::UnitNetwork& network, const task::TrainSpec& spec, const json& probe) {
  json losses = json::array();
  if (!probe.contains("batches")) return losses;
  const auto batches = data::read_safetensors(probe["batches"].get<std::string>());
  const at::Tensor images = batches.at("images"), labels = batches.at("labels");
  const auto per_epoch = probe.at("steps_per_epoch").get<std::int32_t>();
  const auto steps = probe.at("steps").get<std::int32_t>();
  const auto batch = static_cast<std::int32_t>(images.size(1));
  const task::Timeline timeline(std::int64_t{per_epoch} * batch, batch, {steps / per_epoch, steps % per_epoch});
  train::Stepper stepper(network, spec, timeline);
  train::Score score;
  for (std::int32_t i = 0; i < steps; ++i) {
    losses.push_back(stepper.step(images[i].contiguous(at::MemoryFormat::ChannelsLast), labels[i].contiguous(),
                                  timeline.moment(i), score));
  }
  return losses;
}

json names_of(model::UnitNetwork& network) {
  json units = json::array();
  for (std::int32_t u = 1; u <= network.depth(); ++u) {
    json names = json::array();
    for (const auto& tensor : network.tensors(u)) {
      if (!tensor.is_buffer) names.push_back(tensor.name);
    }
    units.push_back(names);
  }
  return units;
}

void probe_steps(const std::string& file) {
  std::ifstream in(file);
  const json probe = json::parse(in);
  train::start_deterministic();
  train::apply({.threads = probe.value("threads", 1)});
  const auto spec = train_of(probe);
  model::UnitNetwork network(network_of(probe), spec.input, probe.at("classes").get<std::int32_t>());
  set_up(network, spec, probe);
  network.set_precision(spec.precision);
  const json losses = train_steps(network, spec, probe);
  if (probe.contains("out")) data::write_safetensors(probe["out"].get<std::string>(), network.state(), {});
  std::cout << json{{"losses", losses}, {"names", names_of(network)}} << "\n";
}

void probe_scores(const std::string& file) {
  const auto all = data::read_safetensors(file);
  const at::Tensor scores = all.at("score").contiguous(), labels = all.at("label").contiguous();
  const auto span_of = [](const at::Tensor& values) {
    return std::span(values.const_data_ptr<float>(), static_cast<std::size_t>(values.numel()));
  };
  const auto found = metrics::mean_precisions(span_of(scores), span_of(labels), scores.size(1));
  std::cout << json{{"ap", found.mean.ap},
                    {"ap.voc2010", found.mean.voc2010},
                    {"ap.voc2007", found.mean.voc2007},
                    {"labels", found.labels},
                    {"no_positives", found.no_positives}}
            << "\n";
}

}  // namespace

void add_probe_verbs(CLI::App& app, int&) {
  auto* probe = app.add_subcommand("probe")->group("");
  probe->require_subcommand(1);
  auto* steps = probe->add_subcommand("steps");
  const auto file = std::make_shared<std::string>();
  steps->add_option("file", *file)->required();
  steps->callback([file] { probe_steps(*file); });
  auto* scores = probe->add_subcommand("scores");
  scores->add_option("file", *file)->required();
  scores->callback([file] { probe_scores(*file); });
  add_probe_sums(*probe);
  add_probe_fits(*probe);
}

}  // namespace espalier::trainer
