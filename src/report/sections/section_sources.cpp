// Report section: the source networks and whether their validation accuracy is good enough.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "espalier/metrics/shown.hpp"
#include "espalier/task/timeline.hpp"
#include "report/axis_values.hpp"
#include "report/html.hpp"
#include "report/sections/source_networks.hpp"

namespace espalier::report {
namespace {

std::optional<double> least_of(const study::Study& study, const std::string& source) {
  for (const auto& one : study.sources) {
    if (one.name == source || source.empty()) return one.train.warn_below;
  }
  return std::nullopt;
}

std::string shown(const metrics::Row* row, metrics::Metric metric) {
  return row && !std::isnan(row->of(metric)) ? metrics::shown(metric, row->of(metric)) : "-";
}

/// Top-1, or of images with several labels "61.2 (ap)".
std::string accuracy(const metrics::Row* row) {
  using metrics::Metric;
  if (!row || !std::isnan(row->of(Metric::top1)) || std::isnan(row->of(Metric::ap))) return shown(row, Metric::top1);
  return shown(row, Metric::ap) + " (ap)";
}

/// Its last row on that image set; null where the task is not listed or measured nothing.
const metrics::Row* row_of(const SourceNetwork& network, metrics::Subset subset) {
  return network.task ? final_row(*network.task, subset) : nullptr;
}

/// "half (labels coarse, per_class 50)": with the labels and the budget that axes give it.
std::string shown_source(const RunView& view) {
  std::string given;
  for (const std::string axis : {"labels", "per_class", "class_count", "images"}) {
    const auto value = view.value("source." + axis);
    if (!value.empty()) given += (given.empty() ? "" : ", ") + axis + " " + value;
  }
  return view.value("source") + (given.empty() ? "" : " (" + given + ")");
}

/// What a source is taught, as the study says it.
struct Taught {
  std::string data = "-", labels = "-";
};

/// "labels.coarse", "a list of 20", "split.source". An axis that gives sources their labels goes before their own.
Taught taught(const study::Study& study, const SourceNetwork& network) {
  Taught found;
  for (const auto& source : study.sources) {
    if (source.name != network.source) continue;
    found.data = source.data;
    found.labels = source.classes == "list" ? fmt::format("a list of {}", source.class_list.size()) : source.classes;
    if (!source.labels.empty()) found.labels = "labels." + source.labels + " of " + found.labels;
    if (!network.labels.empty()) found.labels = network.labels;
  }
  return found;
}

/// Outputs, images, epochs and steps of its training, "-" where the task is not listed. Of one that a rule ended, until
/// then.
std::vector<std::string> amounts(const SourceNetwork& network, const store::State& state) {
  if (!network.task) return {"-", "-", "-", "-"};
  const auto& spec = task::training(network.task->task);
  const auto map = state.catalog.label_maps.find(spec.images.labels);
  const auto images = network.task->task.images;
  const auto length = network.task->state == task::RunState::done ? store::end_of(*network.task) : spec.length;
  const bool is_known = spec.batch > 0 && images > 0;
  return {map == state.catalog.label_maps.end() ? "-" : std::to_string(map->second.output_count),
          std::to_string(images), std::to_string(length.epoch),
          is_known ? std::to_string(task::Timeline(images, spec.batch, length).total_steps()) : "-"};
}

std::string poor_text(const SourceNetwork& network, const std::string& splits) {
  using metrics::Metric;
  return fmt::format(
      "Source '{}' of split {} reached {} % on validation images, below the {} % that the study calls usable: what is "
      "transferred from it may be worth little.",
      network.shown, splits, metrics::shown(Metric::top1, *network.valid_top1),
      metrics::shown_threshold(Metric::top1, *network.least));
}

/// Whether an input of a run's task is its source's network: one that it starts from, or the one that it measures,
/// unless that is another run's.
class SourceInputs {
 public:
  explicit SourceInputs(const std::vector<RunView>& views) {
    for (const auto& view : views) runs_.insert(view.run->task);
  }
  bool is_source(const task::Task& task, const task::Input& input) const {
    const bool is_one = task.inputs.size() == 1 && input.role == task::InputRole::measured;
    return input.role == task::InputRole::pretraining || (is_one && !runs_.contains(input.task));
  }

 private:
  std::set<TaskId> runs_;
};

}  // namespace

std::vector<SourceNetwork> source_networks(const PageContext& context) {
  std::map<TaskId, SourceNetwork> found;
  const SourceInputs inputs(context.views);
  for (const auto& view : context.views) {
    if (!view.task) continue;
    for (const auto& input : view.task->task.inputs) {
      if (!inputs.is_source(view.task->task, input)) continue;
      auto& network = found[input.task];
      network.source = view.value("source");
      network.shown = shown_source(view);
      network.labels = view.value("source.labels");
      const auto repetition = view.repetition();
      if (std::find(network.splits.begin(), network.splits.end(), repetition) == network.splits.end())
        network.splits.push_back(repetition);
    }
  }
  std::vector<SourceNetwork> networks;
  for (auto& [id, network] : found) {
    network.id = id;
    network.least = least_of(context.study, network.source);
    network.splits = in_order(network.splits);
    const auto task = context.state().tasks.find(id);
    if (task != context.state().tasks.end()) {
      network.task = &task->second;
      if (const auto* row = final_row(task->second, metrics::Subset::valid))
        network.valid_top1 = row->of(metrics::Metric::top1);
    }
    networks.push_back(network);
  }
  std::stable_sort(networks.begin(), networks.end(), [](const auto& a, const auto& b) {
    if (a.shown != b.shown) return a.shown < b.shown;
    return all_numbers(a.splits) && all_numbers(b.splits) ? number_of(a.splits[0]) < number_of(b.splits[0])
                                                          : a.splits < b.splits;
  });
  return networks;
}

std::string source_section(const PageContext& context) {
  const auto networks = source_networks(context);
  if (networks.empty()) return "";
  WordTable table{{"source", "split", "data", "labels", "outputs", "images", "epochs", "steps", "task", "state",
                   "train loss", "validation top-1 %", "test top-1 %"},
                  {}};
  std::string loud;
  for (const auto& network : networks) {
    const auto splits = fmt::format("{}", fmt::join(network.splits, ", "));
    const auto told = taught(context.study, network);
    std::vector<std::string> row = {network.shown, splits, told.data, told.labels};
    for (auto& amount : amounts(network, context.state())) row.push_back(std::move(amount));
    row.insert(row.end(),
               {network.id.brief(), network.task ? task::name_of(network.task->state) : "not listed",
                shown(row_of(network, metrics::Subset::train), metrics::Metric::loss),
                accuracy(row_of(network, metrics::Subset::valid)), accuracy(row_of(network, metrics::Subset::test))});
    table.rows.push_back(std::move(row));
    if (network.poor()) loud += paragraph(poor_text(network, splits));
  }
  if (!loud.empty()) loud = "<div class=\"loud\" role=\"note\">" + loud + "</div>\n";
  return section("sources", "Source networks", loud + html_table(table));
}

}  // namespace espalier::report
