#include "espalier/site/check.hpp"

#include <catch2/catch.hpp>
#include <map>

using namespace espalier::site;
using Catch::Matchers::Contains;

namespace {

Profile a_profile() {
  Profile profile;
  profile.devices = 2;
  profile.most_nodes = 2;
  return profile;
}

RankFacts rank(std::int32_t number, const std::string& host) {
  RankFacts facts;
  facts.rank = number;
  facts.host = host;
  facts.build = "abc";
  facts.cores = 2;
  facts.clock_s = number == 0 ? 0 : 0.0002;
  facts.clock_bound_s = number == 0 ? 0 : 0.0001;
  facts.seen_s = facts.renamed_s = 0.01;
  facts.lock = "held";
  facts.sync_s = 0.002;
  return facts;
}

/// Two nodes with two ranks each, where all is well.
JobFacts a_job() {
  JobFacts facts;
  facts.nodes = 2;
  facts.ranks_asked = 4;
  facts.mpi = "Open MPI v4.1.4";
  facts.mpirun = "/usr/bin/mpirun";
  facts.mpirun_said = "mpirun (Open MPI) 4.1.4";
  facts.launch_code = 0;
  facts.ranks = {rank(0, "n1"), rank(1, "n2"), rank(2, "n1"), rank(3, "n2")};
  facts.warned_s = 0.5;
  facts.step_tasks = facts.step_children = 2;
  facts.is_whole = true;
  return facts;
}

/// {what: said} of those that are not ok; `all`: of all.
std::map<std::string, std::string> faults_of(const JobFacts& facts, const Profile& profile = a_profile(),
                                             bool all = false) {
  std::map<std::string, std::string> faults;
  for (const auto& finding : findings_of(facts, profile, 2, "abc")) {
    if (all || !finding.is_ok) faults[finding.what] = finding.said;
  }
  return faults;
}

}  // namespace

TEST_CASE("check: a sound site has a finding of each kind, and all are ok") {
  CHECK(faults_of(a_job()).empty());
  auto said = faults_of(a_job(), a_profile(), true);
  CHECK(said.size() == 12);
  CHECK(said["ranks"] == "n1 (2), n2 (2)");
  CHECK(said["mpi"] == "Open MPI v4.1.4, started by /usr/bin/mpirun");
  CHECK(said["clock"] == "nodes agree within 0.2 ms");
  CHECK(said["fsync"] == "takes up to 2.0 ms");
}

TEST_CASE("check: an mpirun of another MPI or version is told by name, and that no rank was started") {
  auto facts = a_job();
  facts.mpirun_said = "HYDRA build details:";
  facts.launch_code = -1;
  facts.ranks.clear();
  auto faults = faults_of(facts);
  CHECK_THAT(faults["mpi"], Contains("/usr/bin/mpirun, is another MPI's (HYDRA build details:)"));
  CHECK_THAT(faults["ranks"], Contains("none were started"));
  CHECK(faults.size() == 2);
  facts.mpirun.clear();
  CHECK_THAT(faults_of(facts)["mpi"], Contains("there is no mpirun in PATH"));
}

TEST_CASE("check: ranks that do not start, stand uneven or in worlds of one are said") {
  auto facts = a_job();
  facts.ranks[3].host = "n1";
  CHECK_THAT(faults_of(facts)["ranks"], Contains("not 2 on each of 2 nodes, but n1 (3), n2 (1)"));
  facts.ranks.clear();
  facts.launch_code = 213;
  facts.launch_said = "orted died";
  CHECK_THAT(faults_of(facts)["ranks"], Contains("code 213 and no rank reported (orted died)"));
  facts.launch_code = 124;
  CHECK_THAT(faults_of(facts)["ranks"], Contains("ended with a time-out"));
  facts.world = 1;
  CHECK_THAT(faults_of(facts)["ranks"], Contains("mpirun started worlds of 1 in place of one of 4"));
}

TEST_CASE("check: ranks that srun starts need no mpirun, but a plugin that fits") {
  auto facts = a_job();
  facts.launcher = "srun";
  facts.plugin = "pmi2";
  facts.mpirun = facts.mpirun_said = "";
  CHECK(faults_of(facts).empty());
  facts.ranks.clear();
  facts.world = 1;
  CHECK_THAT(faults_of(facts)["mpi"], Contains("'srun --mpi=pmi2' does not start ranks of Open MPI v4.1.4"));
  CHECK_THAT(faults_of(facts)["ranks"], Contains("srun started worlds of 1"));
}

TEST_CASE("check: what a node sees of the folder decides, and locks are not judged where it is not shared") {
  auto facts = a_job();
  facts.ranks[1].seen_s = facts.ranks[1].renamed_s = -1;
  facts.ranks[1].trouble = "no such folder";
  facts.ranks[1].lock = "";
  auto faults = faults_of(facts);
  CHECK(faults.size() == 1);
  CHECK_THAT(faults["folder"], Contains("n2 did not see what n1 wrote (no such folder)"));
  facts = a_job();
  facts.ranks[1].renamed_s = -1;
  CHECK_THAT(faults_of(facts)["rename"], Contains("n2 did not see"));
  facts.ranks[1].renamed_s = 3;
  CHECK_THAT(faults_of(facts, a_profile(), true)["rename"], Contains("after up to 3 s"));
  facts.ranks[1].sync_s = -1;
  CHECK_THAT(faults_of(facts)["fsync"], Contains("n2 could not write and sync"));
  facts.ranks[1].sync_s = 2.5;
  CHECK_THAT(faults_of(facts)["fsync"], Contains("takes up to 2500.0 ms on n2"));
}

TEST_CASE("check: a lock that is granted twice, or not known, is said with what to ask for") {
  auto facts = a_job();
  facts.ranks[3].lock = "taken";
  CHECK_THAT(faults_of(facts)["flock"], Contains("n2 got the lock that n1 held"));
  facts.ranks[3].lock = "unsupported";
  CHECK_THAT(faults_of(facts)["flock"], Contains("the file system has no flock"));
  facts.ranks[3].lock = "";
  CHECK_THAT(faults_of(facts)["flock"], Contains("n2 could not try it"));
}

TEST_CASE("check: clocks may differ by a second beside what the measurement may be wrong") {
  auto facts = a_job();
  facts.ranks[1].clock_s = -1.05;
  facts.ranks[1].clock_bound_s = 0.1;
  CHECK(faults_of(facts).empty());
  facts.ranks[1].clock_s = -3;
  CHECK_THAT(faults_of(facts)["clock"], Contains("n2 is 3.0 s behind n1 (within 100.0 ms)"));
}

TEST_CASE("check: builds, cores and GPUs are held to the profile") {
  auto facts = a_job();
  facts.ranks[2].build = "other";
  CHECK_THAT(faults_of(facts)["build"], Contains("n1: another build"));
  auto profile = a_profile();
  profile.cores_per_device = 4;
  CHECK_THAT(faults_of(a_job(), profile)["devices"], Contains("n1, n2: ranks may use only 2 of 8 cores"));
  profile = a_profile();
  profile.gres = "gpu:2";
  facts = a_job();
  facts.ranks[0].gpus = facts.ranks[2].gpus = 2;
  CHECK_THAT(faults_of(facts, profile)["devices"], Contains("n2: not all of the 2 GPUs"));
}

TEST_CASE("check: signals that do not arrive, and a job that ends early, are said") {
  auto facts = a_job();
  facts.warned_s = -1;
  CHECK_THAT(faults_of(facts)["warning"], Contains("USR2 did not reach the study. Try"));
  facts.warning_said = "Access denied";
  CHECK_THAT(faults_of(facts)["warning"], Contains("(Access denied)"));
  facts.step_children = 1;
  CHECK_THAT(faults_of(facts)["step"], Contains("reached 1 of 2 children"));
  facts.step_tasks = 0;
  facts.step_said = "srun: error";
  CHECK_THAT(faults_of(facts)["step"], Contains("started 0 of 2 tasks (srun: error)"));
  facts.is_whole = false;
  CHECK_THAT(faults_of(facts)["job"], Contains("before everything was tried"));
  facts.nodes = 1;
  CHECK_THAT(faults_of(facts)["job"], Contains("1 nodes in place of 2"));
}
