#include "espalier/cli/commands.hpp"
#include "espalier/core/errors.hpp"

namespace espalier::cli {

void add_explain(CLI::App& app, int&) {
  app.add_subcommand("explain", "to be written")->callback([] { throw UsageError("'explain' is not written yet"); });
}

}  // namespace espalier::cli
