// espalier validate STUDY: prints every mistake of a study at once, else how many runs and tasks it makes.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "cli/json_text.hpp"
#include "cli/load_study.hpp"
#include "espalier/cli/commands.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/plan/sense.hpp"
#include "espalier/session/study_input.hpp"
#include "espalier/study/needs.hpp"

namespace espalier::cli {
namespace {

struct Options {
  session::StudyArguments study;
  bool no_images = false, json = false;
};

struct Outcome {
  std::vector<study::Diagnostic> diagnostics;
  std::int64_t runs = 0, later = 0, tasks = 0;
  bool provisional = false;
};

bool is_error(const study::Diagnostic& diagnostic) { return diagnostic.severity == study::Diagnostic::Severity::error; }

/// The name of the last experiment that begins above the finding.
std::string experiment_at(const study::Study& study, const study::Diagnostic& found) {
  std::string name;
  for (const auto& experiment : study.experiments) {
    if (experiment.where.line <= found.where.line) name = experiment.name;
  }
  return name;
}

bool is_of_output(const study::Diagnostic& found) {
  return found.key.starts_with("figure") || found.key.starts_with("table");
}

/// Drops experiments that have errors, and those that need their runs, so that the rest is still planned and all errors
/// are found at once. Returns false where nothing can be planned because an error lies outside of experiments.
bool drop_faulty_experiments(study::Study& study, const std::vector<study::Diagnostic>& diagnostics) {
  std::set<std::string> faulty;
  for (const auto& found : diagnostics) {
    if (!is_error(found) || is_of_output(found) || found.key.starts_with("train.")) continue;
    if (!found.key.starts_with("experiment") || found.key.starts_with("experiment.#")) return false;
    faulty.insert(experiment_at(study, found));
  }
  for (std::size_t before = 0; before != faulty.size();) {
    before = faulty.size();
    for (const auto& one : study.experiments) {
      const auto needs = study::needs_of(one);
      if (std::any_of(needs.begin(), needs.end(), [&](const auto& need) { return faulty.contains(need.experiment); }))
        faulty.insert(one.name);
    }
  }
  std::erase_if(study.experiments, [&](const study::Experiment& one) { return faulty.contains(one.name); });
  return !study.experiments.empty();
}

/// A rule to stop that was not understood has been reported; trainings that lack its values say nothing new.
void drop_what_follows(std::vector<study::Diagnostic>& more, const std::vector<study::Diagnostic>& known) {
  const auto of_rule = [](const study::Diagnostic& found) {
    return is_error(found) && found.key.starts_with("train.stop");
  };
  std::erase_if(more, [&](const study::Diagnostic& found) {  // planning, too, found what the study's checks found
    return std::any_of(known.begin(), known.end(), [&](const study::Diagnostic& said) {
      return is_error(said) && said.key == found.key && said.where == found.where;
    });
  });
  if (std::none_of(known.begin(), known.end(), of_rule)) return;
  std::erase_if(more, [](const study::Diagnostic& found) { return found.problem.problem.starts_with("train.stop "); });
}

Outcome validate(const Options& options) {
  session::CheckedStudy checked =
      session::check_study(options.study, options.no_images ? session::WantImages::no : session::WantImages::yes);
  Outcome outcome{std::move(checked.diagnostics)};
  if (study::has_errors(outcome.diagnostics)) {
    if (drop_faulty_experiments(checked.input.study, outcome.diagnostics)) {
      auto more = plan::compile(checked.input.study, checked.input.facts, {}, {}).diagnostics;
      drop_what_follows(more, outcome.diagnostics);
      outcome.diagnostics.insert(outcome.diagnostics.end(), more.begin(), more.end());
    }
    return outcome;
  }
  const plan::Plan plan = plan::compile(checked.input.study, checked.input.facts, {}, {});
  outcome.diagnostics.insert(outcome.diagnostics.end(), plan.diagnostics.begin(), plan.diagnostics.end());
  if (!study::has_errors(outcome.diagnostics)) {
    const auto sense = plan::sense_of(checked.input.study, plan);
    outcome.diagnostics.insert(outcome.diagnostics.end(), sense.begin(), sense.end());
  }
  for (const auto& experiment : plan.experiments) {
    outcome.runs += experiment.runs;
    outcome.later += experiment.later;
  }
  outcome.tasks = static_cast<std::int64_t>(plan.tasks.size());
  outcome.provisional = plan.provisional;
  return outcome;
}

nlohmann::json json_of(const study::Diagnostic& diagnostic) {
  const bool error = diagnostic.severity == study::Diagnostic::Severity::error;
  return {{"severity", error ? "error" : "warning"},    {"line", diagnostic.where.line},
          {"column", diagnostic.where.column},          {"key", diagnostic.key},
          {"problem", diagnostic.problem.problem},      {"why", diagnostic.problem.why},
          {"suggestion", diagnostic.problem.suggestion}};
}

void print_json(const Outcome& outcome) {
  nlohmann::json all = nlohmann::json::array();
  for (const auto& diagnostic : outcome.diagnostics) all.push_back(json_of(diagnostic));
  const nlohmann::json value = {{"ok", !study::has_errors(outcome.diagnostics)},
                                {"runs", outcome.runs},
                                {"later", outcome.later},
                                {"tasks", outcome.tasks},
                                {"provisional", outcome.provisional},
                                {"diagnostics", all}};
  fmt::print("{}\n", json_text(value, 2));
}

void print_ok(const Outcome& outcome) {
  fmt::print("ok: {} run{}{}, {} task{} known so far{}\n", outcome.runs, outcome.runs == 1 ? "" : "s",
             outcome.later > 0 ? fmt::format(" ({} later, through selections)", outcome.later) : "", outcome.tasks,
             outcome.tasks == 1 ? "" : "s", outcome.provisional ? "; images are not here, ids are provisional" : "");
}

int run(const Options& options) {
  const Outcome outcome = validate(options);
  print_diagnostics(outcome.diagnostics, options.study.file);
  const bool failed = study::has_errors(outcome.diagnostics);
  if (options.json) print_json(outcome);
  if (!options.json && !failed) print_ok(outcome);
  return static_cast<int>(failed ? ExitCode::usage : ExitCode::done);
}

}  // namespace

void add_validate(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand("validate", "check a study file and its data, and show every error at once");
  verb->add_option("study", options->study.file, "the study file")->required();
  verb->add_option("--data-root", options->study.data_root,
                   "folder that data paths are relative to; default: the study's");
  verb->add_option("--set", options->study.overrides, "KEY=VALUE: change a value of the study")
      ->allow_extra_args(false);
  verb->add_flag("--no-images", options->no_images, "let `expect` stand for images that are not here");
  verb->add_flag("--json", options->json, "print one JSON object");
  verb->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace espalier::cli
