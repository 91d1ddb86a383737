// Main of `espalier`, the program users call: planning, scheduling, storing and reading results. No LibTorch.
#include <csignal>
#include <cstdio>

#include "espalier/cli/commands.hpp"
#include "espalier/core/build_info.hpp"
#include "espalier/core/checks.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/core/log.hpp"
#include "espalier/os/standard_streams.hpp"

namespace {

int run(int argc, char** argv) {
  CLI::App app{"Plans and runs grids of transfer-learning experiments; trains shared work once."};
  app.set_version_flag("--version", espalier::build_info::version() + " (" + espalier::build_info::commit() + ")");
  app.require_subcommand(1);
  int exit_code = 0;
  using namespace espalier::cli;
  for (auto* add :
       {add_init,    add_validate, add_show,      add_plan,    add_calibrate, add_simulate, add_run,       add_rank,
        add_submit,  add_site,     add_wait,      add_stop,    add_retry,     add_cancel,   add_status,    add_watch,
        add_explain, add_logs,     add_verify,    add_repair,  add_merge,     add_view,     add_aggregate, add_compare,
        add_export,  add_report,   add_recommend, add_predict, add_data,      add_model}) {
    add(app, exit_code);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : static_cast<int>(espalier::ExitCode::usage);
  }
  return exit_code;
}

int report(const char* what, espalier::ExitCode code) {
  if (*what) std::fprintf(stderr, "espalier: %s\n", what);  // throws nothing where the terminal is gone
  return static_cast<int>(code);
}

int guarded_run(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const espalier::UsageError& error) {
    return report(error.what(), espalier::ExitCode::usage);
  } catch (const espalier::RelaunchError& error) {
    return report(error.what(), espalier::ExitCode::internal);
  } catch (const espalier::ContractViolation& error) {
    return report(error.what(), espalier::ExitCode::internal);
  } catch (const std::exception& error) {
    if (std::ferror(stdout)) return 0;  // main says so
    return report(error.what(), espalier::ExitCode::environment);
  }
}

}  // namespace

int main(int argc, char** argv) {
  espalier::os::hold_standard_streams();
  espalier::log::start("espalier");
  std::signal(SIGXFSZ, SIG_IGN);  // a write beyond the limit on file sizes then fails, and its error says so
  const int code = guarded_run(argc, argv);
  const std::string unwritten = espalier::os::flush_standard_output();
  if (unwritten.empty()) return code;
  report(("not all of the output was written (" + unwritten + ").").c_str(), espalier::ExitCode::environment);
  return code ? code : static_cast<int>(espalier::ExitCode::environment);
}
