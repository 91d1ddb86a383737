// Makes the table of costs: what experiments took with all that they need, beside what formulas give for each training
// alone.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "espalier/core/errors.hpp"
#include "espalier/network/networks.hpp"
#include "espalier/plan/multiply_adds.hpp"
#include "report/page_context.hpp"
#include "report/tables/needed_work.hpp"
#include "report/tables/study_tables.hpp"

namespace espalier::report {
namespace {

using Words = std::vector<std::string>;

/// What one training takes by itself, and what it took.
struct TrainingCost {
  std::string term;                       ///< "E1 c1", "Ea ca"; "ca" where it is one epoch
  double epochs = 0, multiply_adds = 0;   ///< alone: every unit is passed in every step
  double epochs_done = 0, adds_done = 0;  ///< its part of shared steps; cached units are passed over
};

/// "1", "a" for all, "s" where units are only scaled and shifted.
std::string trained_units(const task::TrainSpec& spec) {
  std::size_t trained = 0;
  bool scaled = false;
  for (const auto& unit : spec.units) {
    trained += unit.trained != task::Trained::no;
    scaled = scaled || unit.trained == task::Trained::scale_shift;
  }
  if (scaled) return "s";
  return trained == spec.units.size() ? "a" : std::to_string(trained);
}

/// Epochs up to the moment, as a number.
double epochs_at(const task::Moment& moment, const task::Task& work) {
  const double images = static_cast<double>(std::max<std::int64_t>(work.images, 1));
  return moment.epoch + moment.step * static_cast<double>(task::training(work).batch) / images;
}

TrainingCost cost_of(const store::TaskState& state, const task::Catalog& catalog) {
  const auto& spec = task::training(state.task);
  const auto& network = catalog.networks.at(spec.network);
  const auto& labels = catalog.label_maps.at(spec.images.labels);
  const auto units = network::infer(network, spec.input, labels.output_count);
  const double backward = plan::backward_multiply_adds(spec, units);
  TrainingCost cost;
  cost.epochs = epochs_at(store::end_of(state), state.task);
  const std::string trained = trained_units(spec);
  cost.term = spec.length == task::Moment{1, 0} ? "c" + trained : fmt::format("E{0} c{0}", trained);
  const auto images = static_cast<double>(state.task.images), shown = static_cast<double>(state.epoch_images);
  cost.multiply_adds = cost.epochs * images * (plan::forward_multiply_adds(units) + backward);
  cost.epochs_done = images > 0 ? shown / images : 0;
  cost.adds_done = shown * (plan::forward_multiply_adds(units, state.task.form.cached_units) + backward);
  return cost;
}

/// Sums over all that the runs of one experiment in one scenario need.
struct MethodCost {
  std::size_t runs = 0;
  std::map<std::string, int> terms;  ///< of the formula: number of trainings
  int trainings = 0, probes = 0, unfinished = 0;
  TrainingCost sum;
  double seconds = 0, probe_seconds = 0;
};

MethodCost cost_of(const std::vector<RunView>& runs, NeededWork& needed) {
  MethodCost cost;
  cost.runs = runs.size();
  const auto& catalog = runs.front().directory->state.catalog;
  for (const auto* state : needed.of(runs)) {
    cost.unfinished += state->state != task::RunState::done;
    if (task::probe_of(state->task)) {
      ++cost.probes;
      cost.probe_seconds += state->seconds;
      continue;
    }
    const auto one = cost_of(*state, catalog);
    ++cost.trainings;
    ++cost.terms[one.term];
    cost.sum.epochs += one.epochs;
    cost.sum.multiply_adds += one.multiply_adds;
    cost.sum.epochs_done += one.epochs_done;
    cost.sum.adds_done += one.adds_done;
    cost.seconds += state->seconds;
  }
  for (const auto& view : runs) cost.unfinished += !view.task;
  return cost;
}

/// "4 E1 c1 + Ea ca" for each run, the terms in the order of their names.
std::string formula_of(const MethodCost& cost) {
  std::string text;
  for (const auto& [term, times] : cost.terms) {
    const double each = static_cast<double>(times) / static_cast<double>(cost.runs);
    text += (text.empty() ? "" : " + ") + (each == 1 ? "" : fmt::format("{:.3g} ", each)) + term;
  }
  return text.empty() ? "-" : text;
}

/// The axes of scenarios: those asked for, or none: one row for each experiment.
std::vector<Words> scenarios_of(const std::vector<std::vector<RunView>>& experiments, const Words& by) {
  std::vector<Words> scenarios;
  for (const auto& runs : experiments) {
    for (const auto& run : runs) {
      Words own;
      for (const auto& axis : by) own.push_back(run.value(axis));
      if (std::find(scenarios.begin(), scenarios.end(), own) == scenarios.end()) scenarios.push_back(own);
    }
  }
  return scenarios;
}

std::vector<RunView> in_scenario(const std::vector<RunView>& runs, const Words& by, const Words& scenario) {
  std::vector<RunView> own;
  for (const auto& run : runs) {
    bool fits = true;
    for (std::size_t a = 0; a < by.size(); ++a) fits = fits && run.value(by[a]) == scenario[a];
    if (fits) own.push_back(run);
  }
  return own;
}

std::string per_run(double sum, const MethodCost& cost, double unit = 1) {
  return fmt::format("{:.3g}", sum / unit / static_cast<double>(cost.runs));
}

/// How many times the last experiment's; "-" where that has none.
std::string times_last(double own, const MethodCost& cost, double last, const MethodCost& of_last) {
  if (last <= 0) return "-";
  return fmt::format("{:.2f}", own / static_cast<double>(cost.runs) / (last / static_cast<double>(of_last.runs)));
}

double all_seconds(const MethodCost& cost) { return cost.seconds + cost.probe_seconds; }

Words shown_row(const std::string& name, const MethodCost& cost, const MethodCost* last) {
  constexpr double kGiga = 1e9;
  Words row = {name + (cost.unfinished > 0 ? fmt::format(" ({} unfinished)", cost.unfinished) : ""),
               std::to_string(cost.runs),
               formula_of(cost),
               per_run(cost.sum.epochs, cost),
               per_run(cost.sum.epochs_done, cost),
               per_run(cost.sum.multiply_adds, cost, kGiga),
               per_run(cost.sum.adds_done, cost, kGiga),
               per_run(cost.seconds, cost),
               per_run(cost.probe_seconds, cost)};
  if (!last) return row;
  row.push_back(times_last(cost.sum.multiply_adds, cost, last->sum.multiply_adds, *last));
  row.push_back(times_last(all_seconds(cost), cost, all_seconds(*last), *last));
  return row;
}

Words exact_row(const std::string& name, const MethodCost& cost) {
  return {name,
          std::to_string(cost.runs),
          formula_of(cost),
          std::to_string(cost.trainings),
          std::to_string(cost.probes),
          std::to_string(cost.unfinished),
          fmt::format("{}", cost.sum.epochs),
          fmt::format("{}", cost.sum.epochs_done),
          fmt::format("{}", cost.sum.multiply_adds),
          fmt::format("{}", cost.sum.adds_done),
          fmt::format("{}", cost.seconds),
          fmt::format("{}", cost.probe_seconds)};
}

void add_rows(StudyTable& table, WordTable& words, const study::TableSpec& asked,
              const std::vector<std::vector<RunView>>& experiments, NeededWork& needed) {
  for (const auto& scenario : scenarios_of(experiments, asked.by)) {
    std::vector<std::optional<MethodCost>> costs;
    for (const auto& runs : experiments) {
      const auto own = in_scenario(runs, asked.by, scenario);
      costs.push_back(own.empty() ? std::nullopt : std::optional(cost_of(own, needed)));
    }
    const auto* last = costs.size() > 1 && costs.back() ? &*costs.back() : nullptr;
    for (std::size_t e = 0; e < costs.size(); ++e) {
      if (!costs[e]) continue;
      for (auto* rows : {&words.rows, &table.exact.rows}) rows->push_back(scenario);
      const auto shown = shown_row(asked.experiments[e], *costs[e], last);
      words.rows.back().insert(words.rows.back().end(), shown.begin(), shown.end());
      words.rows.back().resize(words.header.size(), "-");
      const auto exact = exact_row(asked.experiments[e], *costs[e]);
      table.exact.rows.back().insert(table.exact.rows.back().end(), exact.begin(), exact.end());
    }
  }
}

}  // namespace

void fill_cost_table(StudyTable& table, const std::vector<RunView>& views, const study::TableSpec& asked,
                     const study::Study& study) {
  std::vector<std::vector<RunView>> experiments;
  for (const auto& name : asked.experiments) experiments.push_back(required_runs(views, name));
  if (views.front().directory->state.detail == store::Detail::brief)
    throw UsageError("costs need the tasks themselves", "they were read in brief", "Report a directory in full.");
  WordTable words{asked.by, {}};
  words.header.insert(words.header.end(),
                      {"experiment", "runs", "formula", "epochs by it", "epochs trained", "10^9 multiply-adds by it",
                       "10^9 multiply-adds trained", "training s", "measuring s"});
  if (asked.experiments.size() > 1) {
    words.header.push_back("formula, times " + asked.experiments.back());
    words.header.push_back("seconds, times " + asked.experiments.back());
  }
  table.exact.header = asked.by;
  table.exact.header.insert(
      table.exact.header.end(),
      {"experiment", "runs", "formula", "trainings", "probes", "unfinished", "epochs_by_formula", "epochs_trained",
       "multiply_adds_by_formula", "multiply_adds_trained", "training_s", "measuring_s"});
  NeededWork needed(views, study);
  add_rows(table, words, asked, experiments, needed);
  table.note =
      "For each run, with the trainings and measurements that it was chosen from or takes units from, but without its "
      "source: every one counts once in a row, and in each row that needs it. Formula: E1 epochs of tuning one unit, "
      "each of cost c1; a: all units, s: some units only scaled and shifted. It counts each training alone, up to the "
      "epoch at which it ended; what was trained leaves out steps that trainings share and frozen units whose outputs "
      "were kept. Seconds are those of workers, divided among the trainings that ran together.";
  table.parts.push_back({"", "", std::move(words), {}});
}

}  // namespace espalier::report
