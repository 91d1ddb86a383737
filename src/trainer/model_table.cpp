// Prints units with outputs, parameters and multiply-adds, as a table or as JSON.
#include "trainer/model_table.hpp"

// The torch wheel brings headers of a newer fmt than the installed library, so only the headers are used.
#define FMT_HEADER_ONLY
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "espalier/network/networks.hpp"

namespace espalier::trainer {
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const network::Shape& shape) {
  return fmt::format("{}x{}x{}", shape.channels, shape.height, shape.width);
}

std::string notes_of(const network::UnitCost& cost) {
  std::string notes = cost.has_dropout ? "dropout" : "";
  if (cost.has_batch_norm) notes += notes.empty() ? "batch norm" : ", batch norm";
  return notes;
}

Json unit_json(const network::UnitSpec& unit, const network::UnitCost& cost) {
  Json tensors = Json::array();
  for (const auto& parameter : cost.parameters) {
    tensors.push_back(
        {{"name", unit.name + "." + parameter.name}, {"shape", parameter.shape}, {"buffer", parameter.is_buffer}});
  }
  return {{"name", unit.name},
          {"output", {cost.output.channels, cost.output.height, cost.output.width}},
          {"parameters", network::parameter_count({cost})},
          {"multiply_adds", cost.multiply_adds},
          {"dropout", cost.has_dropout},
          {"batch_norm", cost.has_batch_norm},
          {"tensors", std::move(tensors)}};
}

}  // namespace

std::string model_table(const model::Description& description) {
  const auto costs = network::infer(description.network, description.input, description.classes);
  std::string text = fmt::format("{:>4}  {:<12} {:>14} {:>14} {:>16}  {}\n", "unit", "name", "output", "parameters",
                                 "multiply-adds", "holds");
  std::int64_t multiply_adds = 0;
  for (std::size_t i = 0; i < costs.size(); ++i) {
    multiply_adds += costs[i].multiply_adds;
    text += fmt::format("{:>4}  {:<12} {:>14} {:>14} {:>16}  {}", i + 1, description.network.units[i].name,
                        text_of(costs[i].output), network::parameter_count({costs[i]}), costs[i].multiply_adds,
                        notes_of(costs[i]));
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
  }
  return text + fmt::format("{:>4}  {:<12} {:>14} {:>14} {:>16}\n", "", "all", text_of(description.input) + " in",
                            network::parameter_count(costs), multiply_adds);
}

std::string model_json(const model::Description& description) {
  const auto costs = network::infer(description.network, description.input, description.classes);
  Json units = Json::array();
  for (std::size_t i = 0; i < costs.size(); ++i) units.push_back(unit_json(description.network.units[i], costs[i]));
  const auto& input = description.input;
  return Json{{"input", {input.channels, input.height, input.width}},
              {"classes", description.classes},
              {"parameters", network::parameter_count(costs)},
              {"units", std::move(units)}}
      .dump(2);
}

}  // namespace espalier::trainer
