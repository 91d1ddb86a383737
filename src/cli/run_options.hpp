#pragma once
// Declares the options of `run`, and writes those down that `submit` hands on to it.
#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "espalier/session/run_arguments.hpp"

namespace espalier::cli {

/// Adds --without and --feature-memory to `run`, `plan` and `simulate`.
void add_pass_options(CLI::App& verb, std::vector<std::string>& without, std::uint64_t& feature_bytes);

/// Adds what `run` and `submit` have in common, but study and --out.
void add_common_options(CLI::App& verb, session::RunArguments& arguments);

void add_options(CLI::App& verb, session::RunArguments& arguments);

/// The study, with absolute paths, as words of a command line: of `run`, and of `calibrate`.
std::vector<std::string> study_words(const session::StudyArguments& study);

/// Those of add_common_options() that are not of the study and differ from their default, as words for `run`.
std::vector<std::string> launch_words(const session::RunArguments& arguments);

}  // namespace espalier::cli
