// Prints a task for `espalier show`: rates per unit over time, the network's sizes, its data and seeds.
#include "cli/show_task.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cli/text_table.hpp"
#include "espalier/network/networks.hpp"

namespace espalier::cli {
namespace {

constexpr std::size_t kClassesNamed = 6;

std::string moment_text(const task::Moment& moment) {
  return moment.step == 0 ? fmt::format("epoch {}", moment.epoch)
                          : fmt::format("epoch {} step {}", moment.epoch, moment.step);
}

std::set<task::Moment> changes(const task::TrainSpec& spec) {
  std::set<task::Moment> all;
  for (const auto& unit : spec.units) {
    for (const auto& point : unit.rates) all.insert(point.from);
  }
  return all;
}

std::string start_text(const task::UnitStart& start) {
  switch (start.kind) {
    case task::StartKind::fresh: return "new";
    case task::StartKind::task: return "copied from " + start.task.brief();
    case task::StartKind::checkpoint: return "copied from checkpoint " + start.checkpoint.hex.substr(0, 8);
  }
  return "";
}

const char* trained_text(task::Trained trained) {
  switch (trained) {
    case task::Trained::no: return "frozen";
    case task::Trained::all: return "yes";
    case task::Trained::scale_shift: return "scale and shift";
  }
  return "";
}

std::string rate_at(const task::UnitRow& row, const task::Moment& moment) {
  std::string text = "-";
  for (const auto& point : row.rates) {
    if (point.from <= moment) text = fmt::format("{}", point.rate);
  }
  return text;
}

std::string shape_text(const network::Shape& shape) {
  return fmt::format("{}x{}x{}", shape.channels, shape.height, shape.width);
}

const network::NetworkSpec& network_of(const plan::Plan& plan, const task::Task& task) {
  return plan.catalog.networks.at(task.train.network);
}

const std::vector<std::int32_t>& classes_of(const plan::Plan& plan, const task::Task& task) {
  return plan.catalog.class_lists.at(task.train.subset.classes).classes;
}

std::string class_names(const std::vector<std::int32_t>& classes, const plan::DataFacts& facts) {
  std::string text;
  for (std::size_t i = 0; i < std::min(classes.size(), kClassesNamed); ++i) {
    const auto index = static_cast<std::size_t>(classes[i]);
    text += i ? ", " : "";
    text += index < facts.class_names.size() ? facts.class_names[index] : std::to_string(index);
  }
  return classes.size() > kClassesNamed ? text + ", ..." : text;
}

/// "omniglot: images in a fixed shuffled order; pixels / 255 less (0) over (1), given; short classes refused".
std::string data_text(const study::DataSet& data, const task::TrainSpec& spec) {
  const auto rule = data.short_classes;
  return fmt::format("{}: images in {} order; pixels / 255 less ({}) over ({}), {}; short classes {}", data.name,
                     data.order == task::ImageOrder::file ? "file" : "a fixed shuffled", fmt::join(spec.mean, ", "),
                     fmt::join(spec.std, ", "), data.mean.empty() ? "computed" : "given",
                     rule == study::ShortClasses::refuse     ? "refused"
                     : rule == study::ShortClasses::take_all ? "give all they have"
                                                             : "left out");
}

}  // namespace

std::string units_table(const plan::Plan& plan, const task::Task& task) {
  const auto moments = changes(task.train);
  std::vector<std::string> header = {"unit", "name", "start", "trained"};
  for (const auto& moment : moments) header.push_back("rate from " + moment_text(moment));
  Table table(header);
  const auto& network = network_of(plan, task);
  for (std::size_t u = 0; u < task.train.units.size(); ++u) {
    const auto& row = task.train.units[u];
    std::vector<std::string> cells = {std::to_string(u + 1), network.units[u].name, start_text(row.start),
                                      trained_text(row.trained)};
    for (const auto& moment : moments) cells.push_back(rate_at(row, moment));
    table.row(std::move(cells));
  }
  return table.text();
}

std::string network_table(const plan::Plan& plan, const task::Task& task) {
  const auto& network = network_of(plan, task);
  const auto units =
      network::infer(network, task.train.input, static_cast<std::int32_t>(classes_of(plan, task).size()));
  Table table({"unit", "name", "input", "output", "parameters", "multiply-adds"});
  for (std::size_t u = 0; u < units.size(); ++u) {
    const std::int64_t parameters = network::parameter_count({units[u]});
    table.row({std::to_string(u + 1), network.units[u].name, shape_text(units[u].input), shape_text(units[u].output),
               std::to_string(parameters), std::to_string(units[u].multiply_adds)});
  }
  return table.text() + fmt::format("{} parameters\n", network::parameter_count(units));
}

std::string task_facts(const plan::Plan& plan, const task::Task& task, const study::DataSet& data,
                       const plan::DataFacts& facts) {
  const auto& spec = task.train;
  const auto& subset = spec.subset;
  const auto& classes = classes_of(plan, task);
  std::string text = fmt::format("data      {}\n", data_text(data, spec));
  text += fmt::format("classes   {} ({})\n", classes.size(), class_names(classes, facts));
  text += fmt::format("images    up to {} a class for training of {} there, {} for validation, {} for test{}\n",
                      subset.per_class, subset.train_available, subset.valid_per_class, subset.test_per_class,
                      subset.test_data.empty() ? "" : " and test files of their own");
  text += fmt::format("length    {}, {} images seen, batches of {}\n", moment_text(spec.length), task.epoch_images,
                      spec.batch);
  text += fmt::format("input     {}\n", shape_text(spec.input));
  text +=
      fmt::format("seeds     init {:016x}, order {:016x}, masks {:016x}, augmentation {:016x} (0: nothing is drawn)\n",
                  spec.init_seed, spec.order_seed, spec.mask_seed, spec.augment_seed);
  text += fmt::format("estimate  {:.1f} s (uncalibrated)\n", task.cost_s);
  return text;
}

}  // namespace espalier::cli
