#include "espalier/cli/commands.hpp"
#include "espalier/core/errors.hpp"

namespace espalier::cli {

void add_report(CLI::App& app, int&) {
  app.add_subcommand("report", "to be written")->callback([] { throw UsageError("'report' is not written yet"); });
}

}  // namespace espalier::cli
