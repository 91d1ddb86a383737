// The verb `calibrate`: reads frames on standard input, measures each task's costs, and prints them as JSON.
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "espalier/core/errors.hpp"
#include "espalier/device/device.hpp"
#include "espalier/frame/frame.hpp"
#include "espalier/protocol/control.hpp"
#include "espalier/train/calibrate.hpp"
#include "espalier/train/numeric_form.hpp"
#include "espalier/trainer/verbs.hpp"

namespace espalier::trainer {

namespace {

void calibrate(double seconds) {
  std::string bytes(std::istreambuf_iterator<char>(std::cin), {});
  task::Catalog catalog;
  protocol::Bundle bundle;
  while (!bytes.empty()) {
    const auto frame = frame::take(bytes);
    if (!frame) throw UsageError("the frames on standard input end early", "", "");
    if (frame->type == static_cast<std::uint16_t>(protocol::MessageType::catalog_update)) {
      catalog.merge(frame->as<protocol::CatalogUpdate>().catalog);
    } else {
      bundle = frame->as<protocol::Bundle>();
    }
  }
  train::start_deterministic();
  const at::Device device = device::choose("auto", 0);
  device::start(device);
  auto costs = nlohmann::json::array();
  for (const auto& one : bundle.tasks) {
    const auto& spec = task::training(one.task);
    const std::int32_t outputs = catalog.label_maps.at(spec.images.labels).output_count;
    const auto cost = train::measure_cost(one.task, catalog.networks.at(spec.network), outputs, seconds, device);
    costs.push_back({{"step_s", cost.step_s}, {"evaluation_s", cost.evaluation_s}, {"features_s", cost.features_s}});
  }
  std::cout << costs << "\n";
}

}  // namespace

void add_calibrate_verb(CLI::App& app, int&) {
  auto* verb = app.add_subcommand("calibrate", "measure what steps cost; started by espalier");
  const auto seconds = std::make_shared<double>(0.2);
  verb->add_option("--seconds", *seconds, "for each figure")->check(CLI::PositiveNumber);
  verb->callback([seconds] { calibrate(*seconds); });
}

}  // namespace espalier::trainer
