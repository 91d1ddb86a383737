#pragma once
// What a site is like: its Slurm, its nodes, and how programs are started there. One TOML file (cluster/).
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace espalier::site {

/// How a job comes back that saved because it was warned.
enum class Requeue : std::uint8_t {
  scontrol,  ///< by `scontrol requeue`
  submit,    ///< by a submission of its own, where the site forbids that
  never,
};

struct Profile {
  std::string name;       ///< of the file, without its extension
  std::string partition;  ///< one, or several with commas; empty: Slurm's default
  std::string account, qos, constraint, mail;
  std::vector<std::string> options;  ///< of sbatch, beside those that the profile knows
  std::int64_t time_s = 3600;        ///< of a job where --time says nothing
  std::int64_t most_time_s = 0;      ///< 0: no limit is known
  std::string signal = "USR2";       ///< the early warning
  std::int64_t lead_s = 120;         ///< how long before the limit it is asked for
  Requeue requeue = Requeue::scontrol;
  std::string launcher = "srun";  ///< of a job's processes; "srun" or "mpirun"
  std::string mpi = "pmix";       ///< srun's plugin for Open MPI
  std::int32_t most_nodes = 1;    ///< of one job
  std::int32_t devices = 1;       ///< of a node: GPUs, or groups of cores; each has one trainer
  std::string gres;               ///< what makes them GPUs, as "gpu:a100:4"; empty: CPUs
  std::int32_t cores_per_device = 1;
  std::int64_t megabytes_per_device = 0;  ///< 0: what Slurm gives
  std::vector<std::string> modules;       ///< loaded before the study is run
  std::string script;                     ///< sourced after them
  std::string cache;                      ///< ESPALIER_CACHE there; empty: the default
};

/// Reads a profile. Unknown keys and values that do not fit are errors. Throws UsageError with the place in `file`.
Profile parse_profile(std::string_view toml, const std::filesystem::path& file);

/// The profile of `site`: a file if it ends in .toml, else NAME.toml in the folders of profile_folders(). Throws
/// UsageError, which lists the sites that there are.
Profile find_profile(const std::string& site);

/// $ESPALIER_SITES, ~/.config/espalier/sites, and `cluster` of the source tree beside this program's build.
std::vector<std::filesystem::path> profile_folders();

}  // namespace espalier::site
