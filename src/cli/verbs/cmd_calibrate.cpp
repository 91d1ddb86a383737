// espalier calibrate STUDY --out DIR: measures what the study's steps cost on this machine.
#include <fmt/format.h>

#include <future>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/load_study.hpp"
#include "cli/run_options.hpp"
#include "espalier/cli/commands.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/frame/frame.hpp"
#include "espalier/os/host.hpp"
#include "espalier/process/capture.hpp"
#include "espalier/protocol/control.hpp"
#include "espalier/session/calibration_file.hpp"

namespace espalier::cli {
namespace {

using nlohmann::json;

struct Options {
  session::StudyArguments study;
  std::filesystem::path out;
  std::int32_t workers = 0, threads = 1;
  double seconds = 0.2;
};

std::string frames_of(const plan::Plan& plan) {
  protocol::Bundle bundle;
  for (const auto& probe : plan.probes) bundle.tasks.push_back({{}, probe.task, {}, {}});
  return frame::encode(protocol::CatalogUpdate{plan.catalog}) + frame::encode(bundle);
}

json ask_trainer(const std::string& frames, double seconds) {
  const auto answer = process::capture(
      {session::trainer_path().string(), "calibrate", "--seconds", fmt::format("{}", seconds)}, frames);
  const json reply = json::parse(answer.out, nullptr, false);
  if (reply.is_array()) return reply;
  throw EnvironmentError(
      "espalier-trainer did not measure the costs",
      "exit code " + std::to_string(answer.exit_code) + (answer.err.empty() ? "" : ": " + answer.err), "");
}

/// Starts as many trainers at once as will work at once, so that they share caches and memory as in a real launch.
std::vector<json> ask_all(const std::string& frames, std::int32_t workers, double seconds) {
  std::vector<std::future<json>> asked;
  for (std::int32_t w = 0; w < workers; ++w) {
    asked.push_back(std::async(std::launch::async, [&] { return ask_trainer(frames, seconds); }));
  }
  std::vector<json> replies;
  for (auto& one : asked) replies.push_back(one.get());
  return replies;
}

plan::Calibration mean_of(const std::vector<json>& replies, const std::vector<plan::CostProbe>& probes) {
  plan::Calibration calibration;
  for (std::size_t i = 0; i < probes.size(); ++i) {
    const auto mean = [&](const char* figure) {
      double sum = 0;
      for (const auto& reply : replies) sum += reply.at(i).at(figure).get<double>();
      return sum / static_cast<double>(replies.size());
    };
    calibration[probes[i].key] = {mean("step_s"), mean("evaluation_s"), mean("features_s")};
  }
  return calibration;
}

int run(Options options) {
  const session::StudyInput input = load_study(options.study, session::WantImages::no);
  if (options.workers == 0) options.workers = std::max(1, os::usable_cores() / options.threads);
  plan::CompileOptions compile;
  compile.threads = options.threads;
  compile.feature_bytes = session::feature_bytes_of(0, options.workers);
  const plan::Plan plan = plan::compile(input.study, input.facts, {}, compile);
  print_diagnostics(plan.diagnostics, options.study.file);
  if (study::has_errors(plan.diagnostics)) return static_cast<int>(ExitCode::usage);
  const auto calibration = mean_of(ask_all(frames_of(plan), options.workers, options.seconds), plan.probes);
  session::write_calibration(options.out, calibration);
  fmt::print("{} kinds of step measured with {} trainers at a time; kept in {}\n", calibration.size(), options.workers,
             (options.out / "calibration.json").string());
  return static_cast<int>(ExitCode::done);
}

}  // namespace

void add_calibrate(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* verb =
      app.add_subcommand("calibrate", "measure what a study's steps cost here, for plan, run and simulate");
  verb->add_option("study", options->study.file, "the study file")->required();
  verb->add_option("--out", options->out, "directory of results, which keeps the figures")->required();
  verb->add_option("--workers", options->workers, "trainers at a time (default: cores / threads)")
      ->check(CLI::Range(1, 4096));
  verb->add_option("--threads", options->threads, "threads a trainer")->check(CLI::Range(1, 4096));
  verb->add_option("--data-root", options->study.data_root,
                   "folder that data paths are relative to; default: the study's");
  verb->add_option("--set", options->study.overrides, "KEY=VALUE: change a value of the study")
      ->allow_extra_args(false);
  verb->add_option("--seconds", options->seconds, "for each figure")->check(CLI::PositiveNumber);
  verb->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace espalier::cli
