#pragma once
// What `run` is given and hands on to the ranks it starts.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "espalier/cli/study_input.hpp"

namespace espalier::cli {

struct RunArguments {
  StudyArguments study;
  std::filesystem::path out;
  std::int32_t workers = 0;  ///< 0: as many as fit the machine
  std::int32_t threads = 0;  ///< 0: as the directory was begun, else 1
  std::string only;
  bool smoke = false, noop = false, take_over = false, new_form = false;
  double checkpoint_s = 60, hang_s = 300, view_every_s = 20;
  std::vector<std::string> without;  ///< passes
  std::uint64_t feature_bytes = 0;   ///< a trainer's; 0: a part of what is free
  std::string device = "auto";
  std::int64_t noop_tasks = 0;  ///< a made-up study of so many no-op tasks, for the bench
};

/// --without and --feature-memory, of `run`, `plan` and `simulate`.
void add_pass_options(CLI::App& verb, std::vector<std::string>& without, std::uint64_t& feature_bytes);

plan::Passes passes_of(const std::vector<std::string>& without);

/// `given`, or where that is 0 a trainer's part of a quarter of the free memory.
std::int64_t feature_bytes_of(std::uint64_t given, std::int32_t workers);

void add_options(CLI::App& verb, RunArguments& arguments);

/// The same as command-line words, paths absolute.
std::vector<std::string> words_of(const RunArguments& arguments);

/// Where this run's journal and results lie: smoke and no-op runs are never mixed with real results.
std::filesystem::path store_of(const RunArguments& arguments);

}  // namespace espalier::cli
