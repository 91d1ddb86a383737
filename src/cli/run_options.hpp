#pragma once
// Declares the options of `run`.
#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "espalier/session/run_arguments.hpp"

namespace espalier::cli {

/// Adds --without and --feature-memory to `run`, `plan` and `simulate`.
void add_pass_options(CLI::App& verb, std::vector<std::string>& without, std::uint64_t& feature_bytes);

void add_options(CLI::App& verb, session::RunArguments& arguments);

}  // namespace espalier::cli
