// espalier explain DIR RUN: prints the state of one run and the reasons for it.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <set>

#include "cli/find_run.hpp"
#include "cli/result_dir.hpp"
#include "espalier/cli/commands.hpp"
#include "espalier/metrics/shown.hpp"
#include "espalier/report/progress.hpp"
#include "espalier/report/wording.hpp"

namespace espalier::cli {
namespace {

using report::Directory;
using report::RunView;

void line(const std::string& title, const std::string& text) { fmt::print("{:<10}{}\n", title, text); }

const study::Experiment* experiment_of(const study::Study& study, const std::string& name) {
  for (const auto& experiment : study.experiments) {
    if (experiment.name == name) return &experiment;
  }
  return nullptr;
}

/// What its selections choose from, or its pick.
std::vector<study::Take> takes_of(const study::Experiment& experiment, const RunView& view) {
  auto takes = experiment.takes;
  for (const auto& protocol : experiment.cases) {
    if (protocol.name == view.value("case")) takes.insert(takes.end(), protocol.takes.begin(), protocol.takes.end());
  }
  if (const auto& pick = experiment.pick) {
    takes.emplace_back().from = pick->from;
    takes.back().per = pick->per;
  }
  return takes;
}

/// The experiments whose unfinished runs a selection waits for, and how many runs that are.
std::string open_inputs(const Directory& directory, const std::vector<RunView>& views, const RunView& view) {
  const auto study = study_of(directory.state);
  const auto* experiment = experiment_of(study, view.run->experiment);
  if (!experiment) return "";
  std::string text;
  for (const auto& take : takes_of(*experiment, view)) {
    for (const auto& from : take.from) {
      const auto open = std::count_if(views.begin(), views.end(), [&](const RunView& other) {
        const bool asked = std::all_of(take.per.begin(), take.per.end(), [&](const std::string& axis) {
          return other.value(axis) == view.value(axis) || other.value(axis) == "later";
        });
        return other.run->experiment == from && asked && !task::is_final(other.state);
      });
      if (open > 0) text += fmt::format("{}{} runs of '{}' are not ended", text.empty() ? "" : ", ", open, from);
    }
  }
  return text;
}

bool is_made(const store::State& state, const std::string& key) {
  return std::any_of(state.selections.begin(), state.selections.end(),
                     [&](const plan::SelectionOutcome& one) { return one.key == key; });
}

std::string lacking_memory(const store::TaskState& task) {
  return fmt::format("memory did not suffice for it {} times; each launch tries it once: give it a machine with more",
                     task.memory_losses);
}

/// The inputs of a task that are not done, or what else it waits for.
std::string open_sources(const Directory& directory, const store::TaskState& task) {
  if (store::lacks_memory(task)) return lacking_memory(task);
  std::string text;
  for (const auto& [need, role] : task.task.inputs) {
    const auto found = directory.state.tasks.find(need);
    const bool known = found != directory.state.tasks.end();
    if (known && found->second.state == task::RunState::done) continue;
    text += fmt::format("{}task {} ({})", text.empty() ? "starts from " : ", ", need.brief(),
                        known ? task::name_of(found->second.state) : "not listed");
  }
  if (!text.empty()) return text;
  return task.attempts.empty() ? "no worker has taken it yet"
                               : "its last attempt was interrupted; the same 'espalier run' goes on";
}

std::string waiting_for(const Directory& directory, const std::vector<RunView>& views, const RunView& view) {
  if (!view.run->waits_for.empty()) {
    if (is_made(directory.state, view.run->waits_for)) {
      return "its selection is made; the same 'espalier run' plans it";
    }
    const auto inputs = open_inputs(directory, views, view);
    return "waits for the selection '" + view.run->waits_for + "'" + (inputs.empty() ? "" : ": " + inputs);
  }
  if (!view.task) return "its task is not planned yet";
  return open_sources(directory, *view.task);
}

std::string running_on(const store::TaskState& task) {
  const auto& attempt = task.attempts.back();
  return fmt::format("on worker {} since {}", attempt.worker.rank, time_text(attempt.started));
}

std::string why(const Directory& directory, const std::vector<RunView>& views, const RunView& view) {
  switch (view.state) {
    case task::RunState::aborted: return view.run->aborted.empty() && view.task ? view.task->cause : view.run->aborted;
    case task::RunState::cancelled: return "dropped on request; 'espalier retry' takes it back";
    case task::RunState::waiting: return waiting_for(directory, views, view);
    case task::RunState::ready:
      if (view.task && store::lacks_memory(*view.task)) return lacking_memory(*view.task);
      return "what it starts from is there; no worker has taken it yet";
    case task::RunState::running: return running_on(*view.task);
    default: return view.task ? view.task->cause : "";
  }
}

std::string form_text(const task::NumericForm& form) {
  std::string text = fmt::format("{} {}", form.threads, form.threads == 1 ? "thread" : "threads");
  if (form.cached_units > 0) {
    text += fmt::format(", outputs of {} frozen {} computed once", form.cached_units,
                        form.cached_units == 1 ? "unit" : "units");
  }
  if (form.workers > 1) text += fmt::format(", batches cut among {} workers", form.workers);
  return text + (form.batched ? ", a replica of a batched network" : "");
}

/// What a task starts from: its validation accuracy, or why it has none.
std::string source_text(const Directory& directory, const TaskId& id) {
  const auto found = directory.state.tasks.find(id);
  if (found == directory.state.tasks.end()) return "";
  const auto& source = found->second;
  if (const auto* valid = report::final_row(source, metrics::Subset::valid)) {
    const auto metric = std::isnan(valid->of(metrics::Metric::top1)) ? metrics::Metric::ap : metrics::Metric::top1;
    const char* name = metric == metrics::Metric::ap ? "ap" : "top-1";
    return fmt::format(", validation {} {} %", name, metrics::shown(metric, valid->of(metric)));
  }
  const bool failed = task::is_final(source.state) && source.state != task::RunState::done;
  return failed ? fmt::format(", {}: {}", task::name_of(source.state), source.cause) : "";
}

void print_origin(const Directory& directory, const store::TaskState& task) {
  const auto* origin = store::origin_of(directory.state, task.task.id);
  if (!origin) return;
  std::set<std::string> hosts;
  for (const auto& start : origin->segments) hosts.insert(start.host + (start.job.empty() ? "" : ", job " + start.job));
  line("merged", fmt::format("from '{}' ({}); workers are its own", origin->source, fmt::join(hosts, "; ")));
}

/// `but`: the run that is explained, if any.
void print_task(const Directory& directory, const std::vector<RunView>& views, const store::TaskState& task,
                const RunView* but) {
  const std::string work = task::probe_of(task.task) ? "a probe: nothing is trained"
                                                     : fmt::format("{} epochs, {} epoch-images of {} images",
                                                                   task::training(task.task).length.epoch,
                                                                   task.task.epoch_images, task.task.images);
  line("task", fmt::format("{}, {}", task.task.id.hex.view(), work));
  for (const auto& [need, role] : task.task.inputs) {
    line("from", fmt::format("task {}{}", need.hex.view(), source_text(directory, need)));
  }
  std::string shared;
  for (const auto& other : views) {
    if ((but && other.run->id == but->run->id) || other.run->task != task.task.id) continue;
    shared += (shared.empty() ? "" : ", ") + other.run->id.brief() + " (" + other.run->experiment + ")";
  }
  const char* kind = task::probe_of(task.task) ? "probe" : "training";
  if (!shared.empty()) line("shared", fmt::format("the same {} answers {}", kind, shared));
  line("form", form_text(task.task.form));
  if (!task.device.empty()) line("device", task.device);
  print_origin(directory, task);
}

void print_attempts(const store::TaskState& task) {
  if (task.attempts.empty()) return;
  Table table({"attempt", "worker", "started (UTC)", "took", "from epoch", "outcome"});
  for (const auto& attempt : task.attempts) {
    const bool ended = attempt.ended > 0;
    table.row({fmt::format("{}.{}", attempt.fence.segment, attempt.fence.attempt), std::to_string(attempt.worker.rank),
               time_text(attempt.started), ended ? report::duration_text(attempt.ended - attempt.started) : "-",
               std::to_string(attempt.resumed_from.epoch), attempt.outcome.empty() ? "in hand" : attempt.outcome});
  }
  fmt::print("\n{}", table.text());
}

/// The last row of each image set, also for a training that has not ended.
std::vector<const metrics::Row*> last_rows(const store::TaskState& task) {
  using metrics::Subset;
  std::vector<const metrics::Row*> rows;
  for (const Subset subset : {Subset::train, Subset::train_eval, Subset::valid, Subset::test}) {
    if (const auto* last = store::result_at(task, subset)) rows.push_back(last);
  }
  return rows;
}

/// The metrics of a network's outputs, and of others those that a row has.
std::vector<metrics::MetricFacts> metrics_of(const std::vector<const metrics::Row*>& rows) {
  std::vector<metrics::MetricFacts> shown;
  for (const auto& facts : metrics::kMetrics) {
    const bool is_measured = std::any_of(rows.begin(), rows.end(),
                                         [&](const metrics::Row* row) { return !std::isnan(row->of(facts.metric)); });
    const bool is_common = !facts.of_sets && !facts.on_request && !facts.multi_label;
    if (is_measured || is_common) shown.push_back(facts);
  }
  return shown;
}

void print_rows(const store::TaskState& task) {
  const auto rows = last_rows(task);
  if (rows.empty()) return;
  const auto shown = metrics_of(rows);
  std::vector<std::string> header = {"subset", "epoch"};
  for (const auto& facts : shown)
    header.push_back(*facts.unit ? fmt::format("{} ({})", facts.title, facts.unit) : facts.title);
  header.push_back("images");
  Table table(header);
  for (const auto* last : rows) {
    std::vector<std::string> row = {metrics::name_of(last->subset), std::to_string(last->epoch)};
    for (const auto& facts : shown) {
      const double value = last->of(facts.metric);
      row.push_back(std::isnan(value) ? "-" : metrics::shown(facts.metric, value));
    }
    row.push_back(std::to_string(last->count));
    table.row(std::move(row));
  }
  fmt::print("\n{}", table.text());
}

/// "tuned_unit=3 frozen=2".
std::string axes_text(const std::vector<plan::Label>& labels) {
  std::string text;
  for (const auto& label : labels) text += (text.empty() ? "" : " ") + label.axis + "=" + label.value;
  return text;
}

void print_selections(const Directory& directory, const RunView& view) {
  for (const auto& selection : directory.state.selections) {
    if (selection.experiment != view.run->experiment) continue;
    const bool applies = std::all_of(selection.per.begin(), selection.per.end(),
                                     [&](const plan::Label& label) { return view.value(label.axis) == label.value; });
    if (!applies) continue;
    const std::string chosen = axes_text(selection.chosen);
    const bool picks = !selection.chosen.empty() && selection.chosen.front().axis == "chosen";
    line(picks ? "picks" : "takes", (chosen.empty() ? "nothing: " + selection.reason : chosen) + " by " +
                                        selection.metric + " (selection " + selection.key + ")");
    std::string tied;
    for (const auto* one : report::tied_with_best(selection))
      tied += (tied.empty() ? "" : "; ") + axes_text(one->values);
    if (!tied.empty()) line("tied", tied + ": as good by " + selection.metric + ", and ranked behind by loss or order");
  }
}

void print_work(const Directory& directory, const std::vector<RunView>& views, const store::TaskState& task,
                const RunView* run) {
  print_task(directory, views, task, run);
  print_attempts(task);
  print_rows(task);
}

/// How many tasks begin from this one's network, or measure it.
std::ptrdiff_t dependents_of(const store::State& state, const TaskId& task) {
  return std::count_if(state.tasks.begin(), state.tasks.end(), [&](const auto& one) {
    const auto& inputs = one.second.task.inputs;
    return std::any_of(inputs.begin(), inputs.end(), [&](const task::Input& input) { return input.task == task; });
  });
}

void explain_task(const Directory& directory, const std::vector<RunView>& views, const store::TaskState& task) {
  line("of", fmt::format("no single run: {} other tasks need it", dependents_of(directory.state, task.task.id)));
  std::string reason = task.cause;
  if (task.state == task::RunState::waiting) reason = open_sources(directory, task);
  if (task.state == task::RunState::running) reason = running_on(task);
  line("state", std::string(task::name_of(task.state)) + (reason.empty() ? "" : ": " + reason));
  print_work(directory, views, task, nullptr);
}

void explain(const std::string& path, const std::string& wanted) {
  const std::vector<Directory> directories = {read_directory(path)};
  const auto views = report::runs_of(directories);
  const auto subject = find_subject(directories.front(), views, wanted);
  if (!subject.run) return explain_task(directories.front(), views, *subject.task);
  const RunView& view = *subject.run;
  line("run", view.run->id.hex.str());
  line("of", view.run->experiment + ": " + labels_text(*view.run));
  const auto reason = why(directories.front(), views, view);
  line("state", std::string(task::name_of(view.state)) + (reason.empty() ? "" : ": " + reason));
  print_selections(directories.front(), view);
  if (view.task) print_work(directories.front(), views, *view.task, &view);
}

}  // namespace

void add_explain(CLI::App& app, int&) {
  auto path = std::make_shared<std::string>();
  auto run = std::make_shared<std::string>();
  auto* verb = app.add_subcommand("explain", "where one run or source is, and why");
  verb->add_option("DIR", *path, "what 'run --out' was given")->required();
  verb->add_option("RUN", *run, "the beginning of the id of a run or of its task, or EXPERIMENT:AXIS=VALUE,...")
      ->required();
  verb->callback([path, run] { explain(*path, *run); });
}

}  // namespace espalier::cli
