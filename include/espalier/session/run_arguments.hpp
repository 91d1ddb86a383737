#pragma once
// What `run` is asked for: the study, OUT, and how to launch.
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "espalier/frame/stored.hpp"
#include "espalier/session/study_input.hpp"

namespace espalier::session {

/// How to launch: all that `run` hands to rank 0 beside the study.
struct LaunchSettings {
  std::int32_t workers = 0;  ///< 0: as many as the machine has cores for
  std::int32_t threads = 0;  ///< 0: as the directory was begun, else 1
  std::string only;
  bool smoke = false, noop = false, take_over = false, new_form = false, accept_loss = false;
  double checkpoint_s = 60, hang_s = 300, view_every_s = 20;
  std::vector<std::string> without;  ///< names of passes to leave out
  std::uint64_t feature_bytes = 0;   ///< of one trainer; 0: a share of the free memory
  std::string device = "auto";
  std::int64_t max_fails = 0;   ///< stop after so many tasks have failed; 0: never
  std::int64_t noop_tasks = 0;  ///< > 0: a made-up study of that many no-op tasks, for the bench
  std::int32_t shards = 0;      ///< > 0: this launch works on `shard` of so many; 0: on everything
  std::int32_t shard = 0;       ///< 0 to `shards` (plan/shards.hpp)
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    using frame::stored;
    archive& stored<1>("workers", workers) & stored<2>("threads", threads) & stored<3>("only", only) &
        stored<4>("smoke", smoke) & stored<5>("noop", noop) & stored<6>("take_over", take_over) &
        stored<7>("new_form", new_form) & stored<8>("accept_loss", accept_loss) &
        stored<9>("checkpoint_s", checkpoint_s) & stored<10>("hang_s", hang_s) &
        stored<11>("view_every_s", view_every_s) & stored<12>("without", without) &
        stored<13>("feature_bytes", feature_bytes) & stored<14>("device", device) &
        stored<15>("noop_tasks", noop_tasks) & stored<16>("max_fails", max_fails) & stored<17>("shards", shards) &
        stored<18>("shard", shard);
  }
};

struct RunArguments {
  StudyArguments study;
  std::filesystem::path out;
  LaunchSettings launch;
  std::string noop_trainer;    ///< of a made-up study, where its tasks are not answered by the agents; for the bench
  bool replace_study = false;  ///< another study takes the place of the one that OUT holds
  double first_heartbeat_s = 120, silence_s = 30;  ///< of runtime::SupervisorOptions
  std::string launcher = "mpirun", mpi_plugin = "pmix";
  double warned_s = 115;
  int warned_code = 75;  ///< exit code in place of 75 where Slurm has ended the run before its time
};

plan::Passes passes_of(const std::vector<std::string>& without);

/// `given`; where that is 0, one worker's share of a quarter of the free memory of a node, of
/// which a batch job may have been given a part.
std::int64_t feature_bytes_of(std::uint64_t given, std::int32_t workers);

/// The directory of this run's journal and results: smoke and no-op runs have their own, apart from real results.
std::filesystem::path store_of(const RunArguments& arguments);

}  // namespace espalier::session
