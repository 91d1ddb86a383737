#pragma once
// The options of `run`, which it passes on to the ranks it starts.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "espalier/cli/study_input.hpp"

namespace espalier::cli {

struct RunArguments {
  StudyArguments study;
  std::filesystem::path out;
  std::int32_t workers = 0;  ///< 0: as many as the machine has cores for
  std::int32_t threads = 0;  ///< 0: as the directory was begun, else 1
  std::string only;
  bool smoke = false, noop = false, take_over = false, new_form = false, accept_loss = false;
  double checkpoint_s = 60, hang_s = 300, view_every_s = 20;
  std::vector<std::string> without;  ///< names of passes to leave out
  std::uint64_t feature_bytes = 0;   ///< of one trainer; 0: a share of the free memory
  std::string device = "auto";
  std::int64_t noop_tasks = 0;  ///< > 0: a made-up study of that many no-op tasks, for the bench
};

/// Adds --without and --feature-memory to `run`, `plan` and `simulate`.
void add_pass_options(CLI::App& verb, std::vector<std::string>& without, std::uint64_t& feature_bytes);

plan::Passes passes_of(const std::vector<std::string>& without);

/// `given`; where that is 0, one worker's share of a quarter of the free memory.
std::int64_t feature_bytes_of(std::uint64_t given, std::int32_t workers);

void add_options(CLI::App& verb, RunArguments& arguments);

/// The arguments as command-line words, with absolute paths.
std::vector<std::string> words_of(const RunArguments& arguments);

/// The directory of this run's journal and results: smoke and no-op runs have their own, apart from real results.
std::filesystem::path store_of(const RunArguments& arguments);

}  // namespace espalier::cli
