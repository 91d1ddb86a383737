#include "espalier/site/batch_script.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>

#include "espalier/process/capture.hpp"

using namespace espalier;
using Catch::Matchers::Contains;

namespace {

site::JobRequest request() {
  site::JobRequest made;
  made.name = "my study";
  made.token = "espalier:0123";
  made.out = "/shared/my results/100%";
  made.folder = "/shared/me";
  made.command = {"/opt/espalier", "run", "/shared/me/it's.toml", "--out", "/shared/my results/100%"};
  made.nodes = made.most_nodes = 3;
  made.time_s = 7200;
  made.sbatch_options = {"--exclude=n5"};
  return made;
}

site::Profile profile() {
  site::Profile made;
  made.devices = 4;
  made.cores_per_device = 8;
  return made;
}

}  // namespace

TEST_CASE("batch script: asks for what the request and the profile say") {
  auto gpus = profile();
  gpus.partition = "gpu";
  gpus.gres = "gpu:4";
  gpus.megabytes_per_device = 1000;
  gpus.options = {"--exclusive"};
  const auto script = site::batch_script(request(), gpus);
  for (const char* line :
       {"#!/bin/bash\n", "#SBATCH --job-name=\"my study\"\n", "#SBATCH --comment=espalier:0123\n",
        "#SBATCH --partition=gpu\n", "#SBATCH --nodes=3\n", "#SBATCH --ntasks-per-node=1\n",
        "#SBATCH --cpus-per-task=32\n", "#SBATCH --gres=gpu:4\n", "#SBATCH --mem=4000M\n", "#SBATCH --time=02:00:00\n",
        "#SBATCH --signal=B:USR2@120\n", "#SBATCH --requeue\n", "#SBATCH --open-mode=append\n",
        "#SBATCH --output=\"/shared/my results/100%%/logs\"/job-%j.out\n", "#SBATCH --exclusive\n",
        "#SBATCH --exclude=n5\n",
        "'/shared/me/it'\\''s.toml' --out '/shared/my results/100%' --launcher srun --mpi pmix --warned-s 115 "
        "--warned-code 85 "
        "--workers \"$((SLURM_JOB_NUM_NODES * 4))\" &\n"}) {
    CHECK_THAT(script, Contains(line));
  }
  CHECK_THAT(script, !Contains("{{") && !Contains("account") && !Contains("mail"));
}

TEST_CASE("batch script: bash reads every form of it") {
  for (const auto requeue : {site::Requeue::scontrol, site::Requeue::submit, site::Requeue::never}) {
    auto other = profile();
    other.requeue = requeue;
    other.modules = {"gcc/13", "a b"};
    other.script = "/shared/it's.sh";
    other.cache = "/scratch";
    other.mail = "you@example.org";
    const auto read = process::capture({"bash", "-n"}, site::batch_script(request(), other));
    CHECK(read.exit_code == 0);
    CHECK(read.err == "");
  }
}

TEST_CASE("batch script: a word is one word, whatever it holds") {
  CHECK(site::shell_word("a/b-1.toml") == "a/b-1.toml");
  CHECK(rc::check([] {
    const auto text = *rc::gen::container<std::string>(rc::gen::inRange<char>(1, 127));
    const auto said = process::capture({"sh"}, "printf %s " + site::shell_word(text));
    RC_ASSERT(said.out == text);
  }));
}

TEST_CASE("batch script: what a site does not allow is named") {
  auto small = profile();
  small.most_nodes = 2;
  small.most_time_s = 3600;
  const auto lines = site::excesses_of(request(), small);
  REQUIRE(lines.size() == 2);
  CHECK_THAT(lines[0], Contains("3 nodes are more than the 2"));
  CHECK_THAT(lines[1], Contains("02:00:00 is longer than the longest time, 01:00:00"));
  small.most_nodes = 3;
  small.most_time_s = 7200;
  CHECK(site::excesses_of(request(), small).empty());
  small.lead_s = 7200;
  CHECK(site::excesses_of(request(), small).size() == 1);
}

TEST_CASE("batch script: a directory has one token, however it is written") {
  const auto token = site::token_of("/tmp/a/b");
  CHECK(token.size() == std::string("espalier:").size() + 16);
  CHECK(site::token_of("/tmp/a/./c/../b") == token);
  CHECK(site::token_of("/tmp/a/c") != token);
}
