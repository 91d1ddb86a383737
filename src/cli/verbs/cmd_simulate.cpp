// espalier simulate STUDY --workers N: runs the study through the real scheduler in virtual time.
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "cli/json_text.hpp"
#include "cli/load_study.hpp"
#include "cli/run_options.hpp"
#include "cli/simulate_plan.hpp"
#include "espalier/cli/commands.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/session/calibration_file.hpp"

namespace espalier::cli {
namespace {

using nlohmann::ordered_json;

struct Options {
  session::StudyArguments study;
  std::filesystem::path out;
  std::vector<std::string> without;
  std::uint64_t feature_bytes = 0, seed = 1;
  std::int32_t workers = 1;
  double mtbf_h = 0;
  bool json = false;
};

ordered_json passes_json(const plan::Plan& plan) {
  ordered_json passes = ordered_json::array();
  for (const auto& pass : plan.passes) {
    passes.push_back(
        {{"name", pass.name}, {"device_hours_before", pass.hours_before}, {"device_hours_after", pass.hours_after}});
  }
  return passes;
}

void print(const Options& options, const plan::Plan& plan, const sched::Simulated& seen, bool calibrated) {
  const double bound = seen.lower_bound_s;
  const double utilisation = seen.makespan_s > 0 ? seen.busy_s / (seen.makespan_s * options.workers) : 1;
  if (options.json) {
    const ordered_json json = {
        {"workers", options.workers},    {"tasks", seen.tasks},        {"bundles", seen.bundles},
        {"makespan_s", seen.makespan_s}, {"lower_bound_s", bound},     {"critical_path_s", seen.critical_path_s},
        {"work_s", seen.work_s},         {"utilisation", utilisation}, {"failures", seen.failures},
        {"calibrated", calibrated},      {"passes", passes_json(plan)}};
    fmt::print("{}\n", json_text(json, 2));
    return;
  }
  fmt::print("{} tasks in {} bundles on {} workers{}\n", seen.tasks, seen.bundles, options.workers,
             calibrated ? "" : " (uncalibrated)");
  fmt::print("makespan {:.2f} h, at least {:.2f} h (longest chain {:.2f} h, work / workers {:.2f} h); {:.0f} % busy\n",
             seen.makespan_s / 3600, bound / 3600, seen.critical_path_s / 3600, seen.work_s / options.workers / 3600,
             100 * utilisation);
  if (options.mtbf_h > 0) fmt::print("{} failures of workers\n", seen.failures);
  for (const auto& pass : plan.passes) {
    fmt::print("{}: {:.2f} -> {:.2f} device-hours\n", pass.name, pass.hours_before, pass.hours_after);
  }
}

int run(const Options& options) {
  const session::StudyInput input = load_study(options.study, session::WantImages::no);
  plan::CompileOptions compile;
  compile.passes = session::passes_of(options.without);
  compile.workers = options.workers;
  if (options.feature_bytes > 0) compile.feature_bytes = static_cast<std::int64_t>(options.feature_bytes);
  if (!options.out.empty()) compile.calibration = session::read_calibration(options.out);
  plan::Plan plan = plan::compile(input.study, input.facts, {}, compile);
  print_diagnostics(plan.diagnostics, options.study.file);
  if (study::has_errors(plan.diagnostics)) return static_cast<int>(ExitCode::usage);
  const sched::SimulateOptions how{options.workers, options.mtbf_h * 3600, 60, options.seed};
  print(options, plan, simulate_plan(input, compile, plan, how), !compile.calibration.empty());
  return static_cast<int>(ExitCode::done);
}

}  // namespace

void add_simulate(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand("simulate", "run a study's plan through the scheduler in virtual time");
  verb->add_option("study", options->study.file, "the study file")->required();
  verb->add_option("--workers", options->workers, "how many")->required()->check(CLI::Range(1, 1'000'000));
  verb->add_option("--mtbf", options->mtbf_h, "mean hours between failures of one worker; default: none fails")
      ->check(CLI::Range(0.1, 1e9));  // with failures more frequent than checkpoints no task would ever end
  verb->add_option("--out", options->out, "directory whose calibration tells the costs");
  verb->add_option("--data-root", options->study.data_root,
                   "folder that data paths are relative to; default: the study's");
  verb->add_option("--set", options->study.overrides, "KEY=VALUE: change a value of the study")
      ->allow_extra_args(false);
  verb->add_option("--seed", options->seed, "of the failures");
  add_pass_options(*verb, options->without, options->feature_bytes);
  verb->add_flag("--json", options->json, "print one JSON object");
  verb->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace espalier::cli
