// espalier show STUDY RUN: prints the protocol of one run, unit by unit, before anything is trained.
#include <fmt/format.h>

#include <memory>

#include "cli/load_study.hpp"
#include "cli/result_dir.hpp"
#include "cli/show_choice.hpp"
#include "cli/show_origins.hpp"
#include "cli/show_task.hpp"
#include "cli/text_table.hpp"
#include "espalier/cli/commands.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/session/plan_given.hpp"
#include "espalier/session/study_input.hpp"
#include "espalier/store/journal.hpp"

namespace espalier::cli {
namespace {

struct Options {
  session::StudyArguments study;
  std::filesystem::path out, given;
  std::string run;
};

std::string values_table(const std::vector<ShownValue>& values) {
  Table table({"value", "is", "from"});
  for (const auto& value : values) table.row({value.name, value.value, value.from});
  return table.text();
}

const task::Task* find_task(const plan::Plan& plan, const TaskId& id) {
  for (const auto& task : plan.tasks) {
    if (task.id == id) return &task;
  }
  return nullptr;
}

struct DataAndClasses {
  std::string data, classes;
};

/// What a run's source or target uses.
DataAndClasses data_of(const study::Study& study, const plan::PlannedRun& run, ShownRole role) {
  const auto* name = run.label(role == ShownRole::source ? "source" : "target");
  const auto find = [&](const auto& entries) -> DataAndClasses {
    for (const auto& entry : entries) {
      if (name && entry.name == *name) return {entry.data, entry.classes};
    }
    return {};
  };
  return role == ShownRole::source ? find(study.sources) : find(study.targets);
}

std::string task_text(const plan::Plan& plan, const plan::PlannedRun& run, const task::Task& task,
                      const session::StudyInput& input, ShownRole role) {
  const auto [name, classes] = data_of(input.study, run, role);
  const plan::LabelledData data(input.study.data.at(name), input.facts.data.at(name));
  const auto names = classes.starts_with("labels.") ? NamesFrom::labels : NamesFrom::data;
  return units_table(plan, task) + "\n" + task_facts(plan, task, data, names);
}

std::string source_text(const plan::Plan& plan, const plan::PlannedRun& run, const task::Task& task,
                        const session::StudyInput& input) {
  std::string text;
  for (const auto& [need, role] : task.inputs) {
    const auto* source = find_task(plan, need);
    if (role != task::InputRole::pretraining) {
      text += fmt::format("\n{} the network of task {}\n", role == task::InputRole::start ? "starts from" : "measures",
                          need.brief());
    }
    if (!source || role != task::InputRole::pretraining) continue;
    text +=
        fmt::format("\nsource: task {}\n\n{}\n", need.brief(), task_text(plan, run, *source, input, ShownRole::source));
    text += values_table(shown_training(input.study, run, ShownRole::source));
  }
  return text;
}

std::string run_text(const plan::Plan& plan, const plan::PlannedRun& run, const session::StudyInput& input) {
  std::string text = fmt::format("run {} of experiment '{}'\n\n", run.id.brief(), run.experiment);
  text += values_table(shown_labels(input.study, run)) + "\n";
  if (!run.aborted.empty()) return text + "aborted: " + run.aborted + "\n";
  if (!run.waits_for.empty()) {
    text += "waits for the selection " + run.waits_for + ": its rows are not known yet\n\n";
    return text + values_table(shown_training(input.study, run, ShownRole::target));
  }
  const auto* task = find_task(plan, run.task);
  if (!task) return text;
  text += fmt::format("task {}\n\n{}\n", run.task.brief(), task_text(plan, run, *task, input, ShownRole::target));
  if (!task::probe_of(*task)) text += values_table(shown_training(input.study, run, ShownRole::target)) + "\n";
  text += network_table(plan, *task);
  return text + source_text(plan, run, *task, input);
}

plan::Plan compile(const Options& options, const session::StudyInput& input) {
  plan::CompileOptions compile;
  plan::Outcomes outcomes;
  if (!options.out.empty()) {
    const store::State state = store::replay(options.out);
    require_journal(state, options.out);
    warn_of_damage(state, options.out);
    outcomes = state.outcomes();
    compile.decided = state.selections;
    compile.threads = state.study.threads;
  }
  if (!options.given.empty()) {
    const auto given = session::read_given(options.given);
    compile.decided.insert(compile.decided.end(), given.begin(), given.end());
  }
  return plan::compile(input.study, input.facts, outcomes, compile);
}

int show(const Options& options) {
  const session::StudyInput input = load_study(options.study, session::WantImages::no);
  const plan::Plan plan = compile(options, input);
  print_diagnostics(plan.diagnostics, options.study.file);
  if (study::has_errors(plan.diagnostics)) return static_cast<int>(ExitCode::usage);
  const auto chosen = choose_runs(plan, options.run);
  fmt::print("{}", run_text(plan, *chosen.front(), input));
  if (chosen.size() > 1) {
    fmt::print("\nthe first of {} runs that fit; the next is {}. Name further axes to choose.\n", chosen.size(),
               chosen[1]->id.brief());
  }
  return static_cast<int>(ExitCode::done);
}

}  // namespace

void add_show(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand("show", "show one run: its units by time, its values and where each comes from");
  verb->add_option("study", options->study.file, "the study file")->required();
  verb->add_option(
          "run", options->run,
          "first digits of an id (of a task: the first run that needs it), or EXPERIMENT:axis=value,axis=value")
      ->required();
  verb->add_option("--out", options->out, "directory of results: selections made there are used");
  verb->add_option("--given", options->given, "JSON file with selections made by hand");
  verb->add_option("--data-root", options->study.data_root,
                   "folder that data paths are relative to; default: the study's");
  verb->add_option("--set", options->study.overrides, "KEY=VALUE: change a value of the study")
      ->allow_extra_args(false);
  verb->callback([options, &exit_code] { exit_code = show(*options); });
}

}  // namespace espalier::cli
