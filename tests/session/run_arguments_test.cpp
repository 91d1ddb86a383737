#include "espalier/session/run_arguments.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>

using namespace espalier;
using namespace espalier::session;

TEST_CASE("run arguments: passes are on unless they are left out; without bundles there are no stages") {
  const auto all = passes_of({});
  CHECK((all.stages && all.features && all.replicas && all.bundles && all.groups));
  CHECK_FALSE(passes_of({"features"}).features);
  const auto none = passes_of({"bundles"});
  CHECK_FALSE(none.stages);
  CHECK_FALSE(none.bundles);
  CHECK(none.replicas);
  CHECK_FALSE(passes_of({"replicas"}).replicas);
  CHECK_FALSE(passes_of({"fuse"}).replicas);  // its name before
}

TEST_CASE("run arguments: memory for features is what was given, else one worker's share of what is free") {
  CHECK(feature_bytes_of(1000, 4) == 1000);
  const auto one = feature_bytes_of(0, 1), many = feature_bytes_of(0, 1000);
  CHECK(one > 0);
  CHECK(many < one);
  CHECK(feature_bytes_of(0, 0) > 0);  // as many workers as there are cores: not known yet
}

TEST_CASE("run arguments: memory for features is a part of what Slurm gave the job on a node") {
  setenv("SLURM_MEM_PER_NODE", "64", 1);
  CHECK(feature_bytes_of(0, 1) == 16 << 20);
  CHECK(feature_bytes_of(0, 4) == 4 << 20);
  setenv("SLURM_JOB_NUM_NODES", "2", 1);
  CHECK(feature_bytes_of(0, 4) == 8 << 20);  // two workers on each
  unsetenv("SLURM_JOB_NUM_NODES");
  setenv("SLURM_MEM_PER_NODE", "99999999", 1);
  const auto of_job = feature_bytes_of(0, 1);
  unsetenv("SLURM_MEM_PER_NODE");
  CHECK(of_job < std::int64_t{99999999} << 18);  // more than is free
}

TEST_CASE("run arguments: smoke and no-op runs have directories apart from real results") {
  RunArguments arguments;
  arguments.out = "/results/mine";
  CHECK(store_of(arguments) == "/results/mine");
  arguments.launch.noop_tasks = 7;
  CHECK(store_of(arguments) == "/results/mine/noop");
  arguments.launch.smoke = true;
  CHECK(store_of(arguments) == "/results/mine/smoke");
}
