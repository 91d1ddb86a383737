// Report section: every run in a fold of its own, with its protocol, its results and what it took.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "espalier/report/progress.hpp"
#include "espalier/report/wording.hpp"
#include "report/html.hpp"
#include "report/page_context.hpp"

namespace espalier::report {
namespace {

constexpr std::size_t kRunsAtMost = 2000;  // of a page: about 1.5 KB each

std::string start_text(const task::UnitStart& start) {
  switch (start.kind) {
    case task::StartKind::fresh: return "new";
    case task::StartKind::task: return "copied from task " + start.task.brief();
    case task::StartKind::checkpoint: return "copied from checkpoint " + start.checkpoint.hex.substr(0, 8);
  }
  return "";
}

std::string moment_text(const task::Moment& at) {
  return at.step == 0 ? fmt::format("epoch {}", at.epoch) : fmt::format("epoch {} step {}", at.epoch, at.step);
}

/// "frozen", or "trained at 0.01, 0.001 from epoch 15".
std::string rates_text(const task::UnitRow& unit) {
  if (unit.trained == task::Trained::no) return "frozen";
  std::string text = unit.trained == task::Trained::all ? "trained at " : "scale and shift trained at ";
  for (std::size_t i = 0; i < unit.rates.size(); ++i) {
    text += fmt::format("{}{:.6g}", i ? ", " : "", static_cast<double>(unit.rates[i].rate));
    if (i) text += " from " + moment_text(unit.rates[i].from);
  }
  return text;
}

/// Neighbouring units that are treated alike stand together: "units 1 to 4: copied from task 1a2b3c4d, frozen".
std::string units_text(const std::vector<task::UnitRow>& units) {
  std::string text;
  for (std::size_t first = 0; first < units.size();) {
    std::size_t last = first;
    while (last + 1 < units.size() && units[last + 1] == units[first]) ++last;
    text += fmt::format(
        "{}{}: {}, {}", text.empty() ? "" : "; ",
        last == first ? fmt::format("unit {}", first + 1) : fmt::format("units {} to {}", first + 1, last + 1),
        start_text(units[first].start), rates_text(units[first]));
    first = last + 1;
  }
  return text;
}

std::string protocol_text(const task::Task& task) {
  if (task::probe_of(task)) return "Nothing is trained: a finished network is measured.";
  const auto& spec = task::training(task);
  const std::string optimiser = spec.optimiser == task::OptimiserKind::adam
                                    ? "Adam"
                                    : fmt::format("SGD, momentum {:g}", static_cast<double>(spec.momentum));
  std::string length = fmt::format("{} epochs", spec.length.epoch);
  if (spec.length.step > 0) length += fmt::format(" and {} steps", spec.length.step);
  if (task.images > 0) length += fmt::format(" of {} images", task.images);
  return fmt::format("{}. {}, batch {}, {}, weight decay {:g}.", units_text(spec.units), length, spec.batch, optimiser,
                     static_cast<double>(spec.weight_decay));
}

/// "test: top-1 accuracy 53.1 %, loss 1.203 (300 images)" for each set.
std::string results_text(const RunView& view) {
  std::string text;
  for (const auto subset : metrics::kSubsets) {
    const auto* row = final_row(view, subset);
    if (!row) continue;
    std::string values;
    for (const auto& facts : metrics::kMetrics) {
      const double value = row->of(facts.metric);
      if (!std::isfinite(value)) continue;
      const metrics::MetricName metric{subset, facts.metric};
      values += fmt::format("{}{} {}{}", values.empty() ? "" : ", ", facts.title, figure_of(metric, value),
                            shown_scale(metric) == 100 ? " %" : "");
    }
    if (!values.empty())
      text +=
          fmt::format("{}{}: {} ({} images)", text.empty() ? "" : "; ", metrics::name_of(subset), values, row->count);
  }
  return text.empty() ? "none" : text;
}

std::string state_text(const RunView& view) {
  if (!view.task) return std::string(task::name_of(view.state)) + ".";
  std::string text = task::name_of(view.state);
  if (!view.task->cause.empty()) text += ": " + view.task->cause;
  if (view.task->stopped != task::Stopped{})
    text += fmt::format("; ended after {}, result of {}", moment_text(view.task->stopped.ended),
                        moment_text(view.task->stopped.result));
  if (view.task->seconds > 0) text += "; " + duration_text(view.task->seconds);
  if (!view.task->device.empty()) text += " on " + view.task->device;
  return text + ".";
}

std::string fact(const char* what, const std::string& text) {
  return element("p", element("b", what) + " " + escape(text));
}

/// What tells the runs of an experiment apart: axes that vary, repetitions among them.
std::vector<std::string> telling_axes(const std::vector<RunView>& runs) {
  auto axes = varying_axes(runs);
  for (const char* axis : {"split", "fold", "replicate"}) {
    if (values_of(runs, axis).size() > 1) axes.emplace_back(axis);
  }
  return axes.empty() ? std::vector<std::string>{"split", "replicate"} : axes;
}

std::string summary_of(const RunView& view, const std::vector<std::string>& axes, const metrics::MetricName& metric) {
  std::vector<plan::Label> labels;
  for (const auto& axis : axes) {
    if (const auto value = view.value(axis); !value.empty()) labels.push_back({axis, value});
  }
  const auto* row = final_row(view, metric.subset);
  const bool measured = row && std::isfinite(metric.of(*row));
  return setting_text(labels) +
         (measured ? ": " + figure_of(metric, metric.of(*row)) + (shown_scale(metric) == 100 ? " %" : "")
                   : std::string(": ") + task::name_of(view.state));
}

std::string run_of(const RunView& view, const std::vector<std::string>& axes, const metrics::MetricName& metric) {
  std::string body = fact("Results", results_text(view));
  if (view.task) body += fact("Protocol", protocol_text(view.task->task));
  body += fact("State", state_text(view));
  body += fact("Ids", "run " + view.run->id.brief() + (view.task ? ", task " + view.task->task.id.brief() : ""));
  return "<details class=\"run\">" + element("summary", escape(summary_of(view, axes, metric))) + body + "</details>\n";
}

}  // namespace

std::string runs_section(const PageContext& context) {
  std::string body;
  std::size_t shown = 0;
  for (const auto& name : experiments_of(context)) {
    const auto runs = runs_of_experiment(context.views, name);
    const auto metric = metric_of_experiment(runs, reported_metric(context.views));
    const auto axes = telling_axes(runs);
    std::string all;
    for (const auto& view : runs) {
      if (shown == kRunsAtMost) break;
      all += run_of(view, axes, metric);
      ++shown;
    }
    if (!all.empty()) body += folded(fmt::format("{}: {} runs, {}", name, runs.size(), axis_title(metric)), all);
  }
  if (body.empty()) return "";
  if (shown < context.views.size())
    body += paragraph(fmt::format("The first {} of {} runs; 'espalier show {} RUN' says the same of any.", shown,
                                  context.views.size(), context.directory.name));
  return section("runs", "All runs", body);
}

}  // namespace espalier::report
