// Groups runs by source, target, size and network, ranks the protocols of each group, and finds its distance.
#include "espalier/report/measured_cells.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "espalier/study/axes.hpp"
#include "report/advice/measured_distance.hpp"
#include "report/ranked_settings.hpp"

namespace espalier::report {
namespace {

constexpr metrics::MetricName kValid{metrics::Subset::valid, metrics::Metric::top1};
constexpr metrics::MetricName kTest{metrics::Subset::test, metrics::Metric::top1};

/// The axes that say where protocols compete.
const std::vector<std::string> kPlace = {"source",        "target",           "per_class",          "network",
                                         "source.labels", "source.per_class", "source.class_count", "source.images",
                                         "target.labels"};

bool is_of_place(const std::string& axis) {
  return std::find(kPlace.begin(), kPlace.end(), axis) != kPlace.end() || study::repeats(axis);
}

std::vector<std::string> repeat_of(const RunView& view) {
  return {view.value("split"), view.value("fold"), view.value("replicate")};
}

/// Where protocols compete.
std::vector<std::string> place_of(const RunView& view) { return values_at(view, kPlace); }

/// The axes in which the protocols of a place differ, in label order.
std::vector<std::string> differing_axes(const std::vector<RunView>& runs) {
  std::vector<std::string> axes;
  std::set<std::string> seen;
  for (const auto& view : runs) {
    for (const auto& label : view.run->labels) {
      if (is_of_place(label.axis) || !seen.insert(label.axis).second) continue;
      const auto differs = [&](const RunView& one) { return one.value(label.axis) != view.value(label.axis); };
      if (std::any_of(runs.begin(), runs.end(), differs)) axes.push_back(label.axis);
    }
  }
  return axes;
}

/// Whether two experiments trained differently what has equal values on `axes`.
bool needs_experiment(const std::vector<RunView>& runs, const std::vector<std::string>& axes) {
  std::map<std::pair<std::vector<std::string>, std::vector<std::string>>, TaskId> seen;
  return std::any_of(runs.begin(), runs.end(), [&](const RunView& view) {
    const auto [where, is_new] = seen.try_emplace({values_at(view, axes), repeat_of(view)}, view.run->task);
    return !is_new && where->second != view.run->task;
  });
}

/// The protocols of a place with their runs, of which each repetition counts once.
std::vector<SettingRuns> protocols_of(const std::vector<RunView>& runs, const std::vector<std::string>& axes) {
  auto protocols = settings_of(runs, axes);
  for (auto& protocol : protocols) {
    std::set<std::vector<std::string>> seen;
    std::erase_if(protocol.runs, [&](const RunView& view) { return !seen.insert(repeat_of(view)).second; });
  }
  return protocols;
}

/// Where all of a cell's runs have sources of their own, replicates repeat them as splits do.
std::string repetition_of(const RunView& view, bool redrawn) {
  return redrawn ? view.repetition() : view.value("split");
}

/// A case of a study stands for all values that it sets, where no other protocol has its name.
void name_by_cases(std::vector<RankedProtocol>& protocols) {
  const auto case_of = [](const RankedProtocol& one) {
    const auto found =
        std::find_if(one.values.begin(), one.values.end(), [](const auto& l) { return l.axis == "case"; });
    return found == one.values.end() ? std::string() : found->value;
  };
  std::map<std::string, int> times;
  for (const auto& one : protocols) ++times[case_of(one)];
  for (auto& one : protocols) {
    if (const auto name = case_of(one); !name.empty() && times[name] == 1) one.values = {{"case", name}};
  }
}

stats::CellSummary summary_of(const SettingRuns& protocol, const metrics::MetricName& metric, bool redrawn) {
  std::vector<stats::Observation> seen;
  for (const auto& view : protocol.runs) {
    stats::Observation one;
    one.split = repetition_of(view, redrawn);
    one.replicate = view.value("replicate");
    one.fold = view.value("fold");
    if (view.diverged()) one.presence = stats::Presence::diverged;
    if (const auto* row = finite_row(view, metric)) {
      one.presence = stats::Presence::measured;
      one.value = metrics::share_of(*row, metric.metric);
    }
    seen.push_back(std::move(one));
  }
  return stats::aggregate(seen).front();
}

class CellMaker {
 public:
  CellMaker(const std::vector<RunView>& runs, const study::Study& study) : runs_(runs), study_(study) {
    redrawn_ = all_repeat_by_replicate(runs);
    axes_ = differing_axes(runs);
    if (needs_experiment(runs, axes_)) axes_.insert(axes_.begin(), "experiment");
  }

  MeasuredCell made() {
    const RunView& first = runs_.front();
    cell_.directory = first.directory->name;
    cell_.source = first.value("source");
    cell_.target = first.value("target");
    cell_.network = first.value("network");
    cell_.per_class = first.value("per_class");
    for (const auto& view : runs_) take_sizes(view);
    rank();
    return std::move(cell_);
  }

 private:
  /// Sizes and the network, from the first run that has a task which knows them.
  void take_sizes(const RunView& view) {
    if (!view.task) return;
    const auto spec = task::as_training(view.task->task);
    const auto& catalog = view.directory->state.catalog;
    if (const auto found = catalog.networks.find(spec.network); found != catalog.networks.end()) {
      cell_.network_digest = spec.network;
      cell_.units = found->second.depth();
    }
    cell_.images = std::max(cell_.images, static_cast<double>(view.task->task.images));
    const auto labels = catalog.label_maps.find(spec.images.labels);
    const double classes = labels == catalog.label_maps.end() ? 0 : labels->second.output_count;
    if (cell_.per_class != "all") cell_.images_per_class = std::strtod(cell_.per_class.c_str(), nullptr);
    else if (classes > 0) cell_.images_per_class = cell_.images / classes;
  }

  void rank() {
    const auto protocols = protocols_of(runs_, axes_);
    if (!is_measured(runs_, kValid)) cell_.ranked_on = metrics::Subset::test;
    for (const auto& standing : ranked(protocols, judge())) add(protocols, standing);
    if (!cell_.protocols.empty()) cell_.protocols.front().best = cell_.protocols.front().splits > 0;
    name_by_cases(cell_.protocols);
  }

  void add(const std::vector<SettingRuns>& protocols, const stats::Standing& standing) {
    const auto& protocol = protocols[standing.setting];
    const RunView& first = protocol.runs.front();
    RankedProtocol one;
    for (const auto& axis : axes_) {
      if (const auto value = first.value(axis); !value.empty()) one.values.push_back({axis, value});
    }
    one.family = family_of(first.run->labels, kind_of(study_, first.run->experiment) == "linear");
    one.runs = summary_of(protocol, judge(), redrawn_).counts;
    one.valid = summary_of(protocol, kValid, redrawn_).summary;
    one.test = summary_of(protocol, kTest, redrawn_).summary;
    one.splits = standing.splits;
    one.wins = standing.wins;
    one.folds = standing.folds;
    one.indistinguishable = standing.indistinguishable;
    one.p_value = standing.p_value;
    one.views = protocol.runs;
    cell_.runs += one.runs.measured;
    cell_.protocols.push_back(std::move(one));
  }

  metrics::MetricName judge() const { return {cell_.ranked_on, kValid.metric}; }

  const std::vector<RunView>& runs_;
  const study::Study& study_;
  std::vector<std::string> axes_;
  bool redrawn_ = false;
  MeasuredCell cell_;
};

}  // namespace

std::vector<MeasuredCell> measured_cells(const std::vector<RunView>& views, const study::Study& study) {
  std::vector<std::vector<std::string>> order;
  std::map<std::vector<std::string>, std::vector<RunView>> places;
  for (const auto& view : views) {
    const auto kind = kind_of(study, view.run->experiment);
    if (kind != "train" && kind != "linear") continue;
    if (view.run->task.empty()) continue;  // a selection is still to choose what it is
    auto& runs = places[place_of(view)];
    if (runs.empty()) order.push_back(place_of(view));
    runs.push_back(view);
  }
  std::vector<MeasuredCell> cells;
  for (const auto& place : order) {
    auto cell = CellMaker(places.at(place), study).made();
    if (cell.runs == 0) continue;
    cell.distance = measured_distance(views, study, cell.source, cell.target, cell.network);
    cells.push_back(std::move(cell));
  }
  return cells;
}

}  // namespace espalier::report
