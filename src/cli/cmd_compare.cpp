#include "espalier/cli/commands.hpp"
#include "espalier/core/errors.hpp"

namespace espalier::cli {

void add_compare(CLI::App& app, int&) {
  app.add_subcommand("compare", "to be written")->callback([] { throw UsageError("'compare' is not written yet"); });
}

}  // namespace espalier::cli
