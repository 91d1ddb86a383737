// Metrics that are measured where a study names them, and of which runs.
#include "plan/asked_metrics.hpp"

#include <catch2/catch.hpp>

#include "support/planning.hpp"

using namespace espalier;
using namespace espalier::support;
using metrics::Metric;
using metrics::Subset;

namespace {

std::vector<Metric> measured_in(const plan::Plan& plan, const std::string& experiment) {
  const auto* task = task_of(plan, run_where(plan, experiment, {}).task);
  return task::metrics_of(*task::evaluation_named(task->record, Subset::test));
}

bool has_mean_class(const std::vector<Metric>& all) {
  return std::find(all.begin(), all.end(), Metric::mean_class) != all.end();
}

study::Study two_experiments() {
  auto study = small_study(1);
  study.experiments = {experiment("a", {axis("transferred", {2})}), experiment("b", {axis("transferred", {0})})};
  return study;
}

}  // namespace

TEST_CASE("asked metrics: a figure's metric is measured of its experiment's runs, and of no others") {
  auto study = two_experiments();
  CHECK(plan::asked_metrics(study, "a").empty());
  study::FigureSpec figure;
  figure.experiment = "a";
  figure.y = "test.mean_class";
  study.figures = {figure, figure};
  CHECK(plan::asked_metrics(study, "a") == std::vector{Metric::mean_class});
  CHECK(plan::asked_metrics(study, "b").empty());
  const auto plan = compiled(study);
  CHECK(has_mean_class(measured_in(plan, "a")));
  CHECK(measured_in(plan, "b") == std::vector{Metric::loss, Metric::top1, Metric::top5});
}

TEST_CASE("asked metrics: tables, selections and picks name them, too") {
  auto study = two_experiments();
  study::TableSpec table;
  table.experiments = {"a", "b"};
  table.y = "valid.mean_class";
  study.tables = {table};
  CHECK(plan::asked_metrics(study, "b") == std::vector{Metric::mean_class});
  study.tables.clear();
  study.experiments[1].takes = {take({"transferred"}, {"a"}, {})};
  study.experiments[1].takes[0].best = "valid.mean_class";
  CHECK(plan::asked_metrics(study, "a") == std::vector{Metric::mean_class});
  CHECK(plan::asked_metrics(study, "b").empty());
  study.experiments[1].takes.clear();
  auto picks = experiment("chosen", {});
  picks.pick.emplace();
  picks.pick->from = {"a"};
  picks.pick->best = "valid.top1";
  study.experiments.push_back(picks);
  CHECK(plan::asked_metrics(study, "a").empty());
  study::FigureSpec figure;
  figure.experiment = "chosen";
  figure.y = "test.mean_class";
  study.figures = {figure};
  CHECK(plan::asked_metrics(study, "a") == std::vector{Metric::mean_class});
}
