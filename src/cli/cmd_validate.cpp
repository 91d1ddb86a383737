#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "espalier/cli/commands.hpp"
#include "espalier/cli/study_input.hpp"
#include "espalier/core/errors.hpp"

namespace espalier::cli {
namespace {

struct Options {
  StudyArguments study;
  bool no_images = false, json = false;
};

struct Outcome {
  std::vector<study::Diagnostic> diagnostics;
  std::int64_t runs = 0, later = 0, tasks = 0;
  bool provisional = false;
};

Outcome validate(const Options& options) {
  CheckedStudy checked = check_study(options.study, options.no_images ? WantImages::no : WantImages::yes);
  Outcome outcome{std::move(checked.diagnostics)};
  if (study::has_errors(outcome.diagnostics)) return outcome;
  const plan::Plan plan = plan::compile(checked.study, checked.facts, {}, {});
  outcome.diagnostics.insert(outcome.diagnostics.end(), plan.diagnostics.begin(), plan.diagnostics.end());
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
  return {{"severity", error ? "error" : "warning"}, {"line", diagnostic.where.line},
          {"column", diagnostic.where.column},       {"key", diagnostic.key},
          {"problem", diagnostic.problem},           {"why", diagnostic.why},
          {"suggestion", diagnostic.suggestion}};
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
  fmt::print("{}\n", value.dump(2));
}

void print_ok(const Outcome& outcome) {
  fmt::print("ok: {} runs{}, {} tasks known so far{}\n", outcome.runs,
             outcome.later > 0 ? fmt::format(" ({} later, through selections)", outcome.later) : "", outcome.tasks,
             outcome.provisional ? "; images are not here, ids are provisional" : "");
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
