#include "espalier/site/shard_scripts.hpp"

#include <catch2/catch.hpp>

#include "espalier/process/capture.hpp"

using namespace espalier;
using Catch::Matchers::Contains;

namespace {

site::ShardedRequest request() {
  site::ShardedRequest made;
  made.job.name = "my study";
  made.job.token = "espalier:0123";
  made.job.out = "/shared/it's $mine";
  made.job.folder = "/shared/me";
  made.job.command = {"/opt/espalier", "run", "/shared/me/study.toml", "--only", "split == 1"};
  made.job.time_s = 600;
  made.calibrate = {"/opt/espalier", "calibrate", "/shared/me/study.toml"};
  made.shards = 3;
  return made;
}

site::ShardScripts scripts(site::Requeue requeue = site::Requeue::scontrol) {
  site::Profile profile;
  profile.devices = 4;
  profile.requeue = requeue;
  return site::shard_scripts(request(), profile);
}

}  // namespace

TEST_CASE("shard scripts: the first job calibrates once and runs what several shards need") {
  const auto script = scripts().first;
  CHECK_THAT(script, Contains("if [ ! -e '/shared/it'\\''s $mine/shards/0/calibration.json' ]; then\n"
                              "    /opt/espalier calibrate /shared/me/study.toml --out "
                              "'/shared/it'\\''s $mine/shards/0' --workers 4 || exit\n"));
  CHECK_THAT(script, Contains("\n  run_first /opt/espalier run /shared/me/study.toml --only 'split == 1' --out "
                              "'/shared/it'\\''s $mine/shards/0' --shard 0/3 "));
  CHECK_THAT(script, Contains("scontrol requeue \"$SLURM_JOB_ID\"") && !Contains("--array"));
}

TEST_CASE("shard scripts: the array has an element a shard, each with its own store and its own requeue") {
  const auto script = scripts().shards;
  CHECK_THAT(script, Contains("#SBATCH --array=1-3\n") && Contains("/job-%A_%a.out\n"));
  CHECK_THAT(script, Contains("\nstore='/shared/it'\\''s $mine/shards'/$SLURM_ARRAY_TASK_ID\n"));
  CHECK_THAT(script, Contains("exec \"$@\" --out \"$store\" --shard \"$SLURM_ARRAY_TASK_ID/3\"\n"));
  CHECK_THAT(script, Contains("scontrol requeue \"${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}\""));
}

TEST_CASE("shard scripts: the last job merges into OUT and runs the whole study") {
  const auto script = scripts().last;
  CHECK_THAT(script, Contains("/opt/espalier merge \"${stores[@]}\" --out '/shared/it'\\''s $mine' || exit\n"));
  CHECK_THAT(script, Contains("\n  run_last /opt/espalier run /shared/me/study.toml --only 'split == 1' --out "
                              "'/shared/it'\\''s $mine' "));
  CHECK_THAT(script, !Contains("--shard ") && !Contains("--array"));
}

TEST_CASE("shard scripts: bash reads every form of them") {
  for (const auto requeue : {site::Requeue::scontrol, site::Requeue::never}) {
    const auto all = scripts(requeue);
    for (const auto& script : {all.first, all.shards, all.last}) {
      const auto read = process::capture({"bash", "-n"}, script);
      CHECK(read.exit_code == 0);
      CHECK(read.err == "");
    }
  }
}
