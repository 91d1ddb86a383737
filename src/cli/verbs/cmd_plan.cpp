// espalier plan STUDY: prints what would be trained, what is shared, what exists already, and what it costs.
#include <fmt/format.h>

#include <memory>

#include "cli/load_study.hpp"
#include "cli/plan_tables.hpp"
#include "cli/result_dir.hpp"
#include "cli/run_options.hpp"
#include "espalier/cli/commands.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/os/host.hpp"
#include "espalier/plan/fold_proposals.hpp"
#include "espalier/plan/sense.hpp"
#include "espalier/session/calibration_file.hpp"
#include "espalier/session/plan_bundles.hpp"
#include "espalier/session/plan_given.hpp"
#include "espalier/session/study_input.hpp"
#include "espalier/store/journal.hpp"

namespace espalier::cli {
namespace {

struct Options {
  session::StudyArguments study;
  std::filesystem::path out, given, bundles;
  std::string only;
  std::vector<std::string> without;
  std::uint64_t feature_bytes = 0;
  std::int32_t shards = 0, workers = 0;
  bool json = false, explain = false;
};

/// The results that the directory holds so far; none where it does not exist yet. `workers`, where it is 0, becomes the
/// number of its last launch.
plan::Outcomes read_directory(const std::filesystem::path& out, plan::CompileOptions& compile, std::int32_t& workers) {
  if (out.empty() || !std::filesystem::exists(out)) return {};
  const store::State state = store::replay(out);
  require_journal(state, out);
  warn_of_damage(state, out);
  if (!std::filesystem::exists(out / "journal")) {
    compile.calibration = session::read_calibration(out);
    return {};
  }
  compile.decided = state.selections;
  compile.calibration = session::read_calibration(out);
  compile.threads = state.study.threads;
  if (workers == 0) workers = state.study.workers;
  return state.outcomes();
}

/// Empty without --shards.
plan::ShardCut cut_of(const Options& options, const session::StudyInput& input) {
  return options.shards == 0 ? plan::ShardCut{}
                             : plan::cut_study(input.study, input.facts, options.only, options.shards);
}

int run(const Options& options) {
  const bool writes = !options.bundles.empty();
  const session::StudyInput input =
      load_study(options.study, writes ? session::WantImages::yes : session::WantImages::no);
  plan::CompileOptions compile;
  compile.only = options.only;
  compile.passes = session::passes_of(options.without);
  compile.feature_bytes = session::feature_bytes_of(options.feature_bytes, os::usable_cores());  // as `run` by itself
  std::int32_t workers = options.workers;
  const auto outcomes = read_directory(options.out, compile, workers);
  if (workers == 0) workers = std::max(1, os::usable_cores() / compile.threads);  // as `run` outside a job
  compile.workers = writes ? 1 : workers;
  if (!options.given.empty()) {
    const auto given = session::read_given(options.given);
    compile.decided.insert(compile.decided.end(), given.begin(), given.end());
  }
  const plan::Plan plan = plan::compile(input.study, input.facts, outcomes, compile);
  print_diagnostics(plan.diagnostics, options.study.file);
  if (study::has_errors(plan.diagnostics)) return static_cast<int>(ExitCode::usage);
  const auto sense = options.only.empty() ? plan::sense_of(input.study, plan) : std::vector<study::Diagnostic>{};
  print_diagnostics(sense, options.study.file);
  for (const auto& proposal : plan::propose_folds(input.study, plan))
    fmt::print(stderr, "espalier: note: {}\n", to_string(proposal));
  if (writes) session::write_bundles(plan, input, compile, options.bundles);
  const bool calibrated = !compile.calibration.empty();
  const auto cut = cut_of(options, input);
  const auto shards = options.shards == 0 ? std::vector<plan::ShardWork>{} : plan::work_of_shards(cut, plan);
  if (options.json) fmt::print("{}", plan_json(plan, calibrated, shards));
  else fmt::print("{}{}", plan_text(plan, options.explain, calibrated, workers), shards_text(plan, cut, shards));
  return static_cast<int>(ExitCode::done);
}

}  // namespace

void add_plan(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* verb =
      app.add_subcommand("plan", "show what a study multiplies out to, what is shared, what exists and what it costs");
  verb->add_option("study", options->study.file, "the study file")->required();
  auto* out = verb->add_option("--out", options->out, "directory of results: what exists there counts as done");
  verb->add_option("--data-root", options->study.data_root,
                   "folder that data paths are relative to; default: the study's");
  verb->add_option("--set", options->study.overrides, "KEY=VALUE: change a value of the study")
      ->allow_extra_args(false);
  verb->add_option("--only", options->only, "CONDITION: count the tasks of these runs alone");
  add_pass_options(*verb, options->without, options->feature_bytes);
  verb->add_option("--given", options->given, "JSON file with selections made by hand");
  verb->add_option("--bundles", options->bundles,
                   "DIR: write all that one trainer needs to do this plan by itself: espalier-trainer --bundles DIR")
      ->excludes(out);
  verb->add_flag("--explain", options->explain, "show what each pass saved and which selections are made");
  verb->add_option("--shards", options->shards, "K: show what K independent jobs would get")
      ->check(CLI::Range(1, 100'000));
  verb->add_option(
          "--workers", options->workers,
          "tell how long this many workers take; default: as many as the launch in --out had, else a core each")
      ->check(CLI::Range(1, 100'000));
  verb->add_flag("--json", options->json, "print one JSON object");
  verb->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace espalier::cli
