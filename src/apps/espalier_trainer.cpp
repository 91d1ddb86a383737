// Main of `espalier-trainer`, which trains with LibTorch as an agent's child or from a file of bundles. No MPI.
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <system_error>

#include "espalier/core/build_info.hpp"
#include "espalier/core/culprit.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/core/log.hpp"
#include "espalier/os/standard_streams.hpp"
#include "espalier/protocol/message_type.hpp"
#include "espalier/trainer/serve.hpp"
#include "espalier/trainer/verbs.hpp"

namespace {

struct Options {
  int socket = -1;
  std::string bundles, out;
};

int run(int argc, char** argv) {
  CLI::App app{"Trains what espalier plans. Started by espalier; --bundles runs a file of frames without it."};
  app.set_version_flag("--version", espalier::build_info::version() + " (" + espalier::build_info::commit() + ")");
  Options options;
  int exit_code = 0;
  auto* socket =
      app.add_option("--socket", options.socket, "descriptor of the agent's socket")->check(CLI::Range(0, 65535));
  auto* bundles =
      app.add_option("--bundles", options.bundles, "folder that `espalier plan --bundles` wrote, or a file of frames");
  app.add_option("--out", options.out,
                 "where the answers to --bundles go; default: the folder's file answers, or standard output")
      ->needs(bundles);
  bundles->excludes(socket);
  espalier::trainer::add_data_verbs(app, exit_code);
  espalier::trainer::add_model_verbs(app, exit_code);
  espalier::trainer::add_predict_verb(app, exit_code);
  espalier::trainer::add_calibrate_verb(app, exit_code);
  espalier::trainer::add_probe_verbs(app, exit_code);
  app.require_subcommand(0, 1);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : static_cast<int>(espalier::ExitCode::usage);
  }
  if (*socket) espalier::trainer::serve_agent(options.socket);
  else if (*bundles) {
    const bool all = espalier::trainer::execute_bundles(options.bundles, options.out);
    return static_cast<int>(all ? espalier::ExitCode::done : espalier::ExitCode::some_failed);
  } else if (app.get_subcommands().empty()) {
    std::fputs(app.help().c_str(), stderr);
    return static_cast<int>(espalier::ExitCode::usage);
  }
  return exit_code;
}

int report(const char* what, int code) {
  std::fprintf(stderr, "espalier-trainer: %s\n", what);
  return code;
}

/// The exit code that says whose fault an error of the system is.
int code_of(const std::system_error& error) {
  const bool is_machine = espalier::culprit_of_error(error.code().value()) == espalier::Culprit::machine;
  return static_cast<int>(is_machine ? espalier::ExitCode::environment : espalier::ExitCode::internal);
}

int guarded_run(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const espalier::UsageError& error) {
    return report(error.what(), static_cast<int>(espalier::ExitCode::usage));
  } catch (const espalier::EnvironmentError& error) {
    return report(error.what(), static_cast<int>(espalier::ExitCode::environment));
  } catch (const espalier::CorruptionError& error) {  // damaged files, for which no task is to blame
    return report(error.what(), static_cast<int>(espalier::ExitCode::environment));
  } catch (const std::system_error& error) {
    return report(error.what(), code_of(error));
  } catch (const std::exception& error) {
    if (espalier::trainer::is_out_of_memory(error)) return report("out of memory", espalier::kOutOfMemoryExit);
    return report(error.what(), static_cast<int>(espalier::ExitCode::internal));
  }
}

}  // namespace

int main(int argc, char** argv) {
  espalier::os::hold_standard_streams();
  espalier::log::start("trainer");
  std::signal(SIGXFSZ, SIG_IGN);  // a write beyond the limit on file sizes then fails, and its error says so
  const int code = guarded_run(argc, argv);
  const std::string unwritten = espalier::os::flush_standard_output();
  if (unwritten.empty()) return code;
  report(("not all of the output was written (" + unwritten + ").").c_str(), 0);
  return code ? code : static_cast<int>(espalier::ExitCode::environment);
}
