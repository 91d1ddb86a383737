// What Slurm says of a job that is told to end. The lines are those of Slurm 22.05, shortened.
#include "espalier/site/job_end.hpp"

#include <catch2/catch.hpp>

using namespace espalier;

namespace {

std::string line(const std::string& state, int restarts, const std::string& run, const std::string& preempted) {
  return "JobId=3 JobName=x Priority=1 JobState=" + state +
         " Reason=None Requeue=1 Restarts=" + std::to_string(restarts) + " BatchFlag=1 RunTime=" + run +
         " TimeLimit=00:05:00 PreemptEligibleTime=2026-11-26T10:51:45 PreemptTime=" + preempted + " Partition=low\n";
}

std::string cause(const std::string& text, std::int64_t restart = 0) {
  return site::cause_of_end(site::parse_job(text), restart, 120);
}

}  // namespace

TEST_CASE("job end: causes are told apart") {
  CHECK(cause(line("COMPLETING", 0, "00:00:02", "None")) == "cancelled");
  CHECK(cause(line("COMPLETING", 1, "00:00:00", "None")) == "requeued");
  CHECK(cause(line("RUNNING", 0, "00:00:04", "2026-11-26T10:51:48")) == "preempted");
  CHECK(cause(line("COMPLETING", 0, "00:00:12", "2026-11-26T10:51:48")) == "preempted");
  CHECK(cause(line("RUNNING", 0, "00:03:00", "None")) == "time limit");
  CHECK(cause(line("RUNNING", 0, "00:01:00", "None")) == "signal");
  CHECK(cause(line("COMPLETING", 0, "00:05:02", "None")) == "time limit");
  CHECK(cause(line("RUNNING", 2, "00:01:00", "None"), 2) == "signal");
  CHECK(cause("slurm_load_jobs error: Connection refused") == "unknown");
}

TEST_CASE("job end: a start is over once Slurm has ended it or put the job back, not where nobody answers") {
  const auto over = [](const std::string& text, std::int64_t restart) {
    return site::why_over(site::parse_job(text), "7", restart);
  };
  CHECK(over(line("RUNNING", 1, "00:01:00", "None"), 1).empty());
  CHECK(over("slurm_load_jobs error: Connection refused", 0).empty());
  CHECK(over(line("PENDING", 1, "00:00:00", "None"), 0) == "job 7 was put back");
  CHECK(over(line("RUNNING", 1, "00:01:00", "None"), 0) == "job 7 was put back");
  CHECK(over(line("COMPLETING", 0, "00:01:00", "None"), 0) == "job 7 is COMPLETING");
}

TEST_CASE("job end: a job without a limit is never at it") {
  CHECK(cause("JobState=RUNNING Restarts=0 RunTime=3-00:00:00 TimeLimit=UNLIMITED PreemptTime=None") == "signal");
  CHECK(cause("JobState=CANCELLED Restarts=0 RunTime=3-00:00:00 TimeLimit=UNLIMITED PreemptTime=None") == "cancelled");
}

TEST_CASE("job end: a job comes back after a warning, a preemption and its time limit, not where it was cancelled") {
  const auto back = [](const std::string& text, bool is_warned) {
    const auto facts = site::parse_job(text);
    return site::comes_back(facts, site::cause_of_end(facts, 0, 120), is_warned);
  };
  for (const bool is_warned : {false, true}) {
    CHECK(back(line("RUNNING", 0, "00:00:04", "2026-11-26T10:51:48"), is_warned));
    CHECK(back(line("COMPLETING", 0, "00:05:02", "None"), is_warned));
    CHECK(back(line("TIMEOUT", 0, "00:05:02", "None"), is_warned));
    CHECK_FALSE(back(line("COMPLETING", 0, "00:00:02", "None"), is_warned));
    CHECK_FALSE(back(line("CANCELLED", 0, "00:00:02", "None"), is_warned));
    CHECK(back(line("RUNNING", 0, "00:01:00", "None"), is_warned) == is_warned);
    CHECK(back(line("RUNNING", 0, "00:04:00", "None"), is_warned) == is_warned);
    CHECK(back("slurm_load_jobs error: Connection refused", is_warned) == is_warned);
  }
}
