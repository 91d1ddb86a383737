#pragma once
// The batch script of a job, from slurm/job.sh and a site's profile.
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "espalier/site/profile.hpp"

namespace espalier::site {

/// How `run` ends in a job that Slurm ends early, as the job is to come back: no other program in a script ends so.
inline constexpr int kWarnedCode = 85;

/// What one job is asked for.
struct JobRequest {
  std::string name;                   ///< of the study
  std::string token;                  ///< stands in the job's comment: jobs for one OUT have one token (token_of)
  std::filesystem::path out, folder;  ///< absolute; `folder`: where `submit` was called
  std::vector<std::string> command;   ///< espalier run ..., without --workers
  std::int32_t nodes = 1;             ///< at least
  std::int32_t most_nodes = 1;        ///< as many as there are; at least `nodes`
  std::int64_t time_s = 3600;
  std::vector<std::string> sbatch_options;  ///< those that follow "--"
  std::string functions;                    ///< shell text before the command, whose first word may be one of them
  std::int32_t array = 0;                   ///< > 0: an array of elements 1 to so many, each a job
};

/// "espalier:" and 16 hexadecimal digits of the absolute path of OUT.
std::string token_of(const std::filesystem::path& out);

/// The file that `espalier stop` leaves, so that a job whose warning comes at the same time does not come back. A new
/// submission removes it.
std::filesystem::path stop_mark(const std::filesystem::path& out);

/// "2", or "2-4".
std::string nodes_text(const JobRequest& request);

/// What the profile does not allow of the request, one line each; empty if it may be submitted.
std::vector<std::string> excesses_of(const JobRequest& request, const Profile& profile);

/// The script, ready for sbatch. No text of the user's is ever read by the shell as anything but one word.
std::string batch_script(const JobRequest& request, const Profile& profile);

/// `text` as one word of a POSIX shell.
std::string shell_word(const std::string& text);

}  // namespace espalier::site
