#include "espalier/cli/commands.hpp"
#include "espalier/core/errors.hpp"

namespace espalier::cli {

void add_rank(CLI::App& app, int&) {
  app.add_subcommand("rank", "to be written")->callback([] { throw UsageError("'rank' is not written yet"); });
}

}  // namespace espalier::cli
