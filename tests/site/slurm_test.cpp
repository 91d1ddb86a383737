#include "espalier/site/slurm.hpp"

#include <catch2/catch.hpp>

using namespace espalier::site;

TEST_CASE("slurm: squeue's lines are read, and others passed over") {
  const auto jobs = parse_queue(
      "77|RUNNING|1:05|58:55|None|espalier:12\n"
      "slurm_load_jobs warning\n"
      "\n"
      "78_[1-3]|PENDING|0:00|1:00:00|Priority|a|b\n"
      "79|PENDING|0:00|1:00:00|Resources|(null)");
  REQUIRE(jobs.size() == 3);
  CHECK(jobs[0] == QueuedJob{"77", "RUNNING", "None", "espalier:12", "1:05", "58:55"});
  CHECK(jobs[1].id == "78_[1-3]");
  CHECK(jobs[1].comment == "a|b");
  CHECK(jobs[2].reason == "Resources");
  CHECK(parse_queue("").empty());
  CHECK(parse_queue(queue_text(jobs)) == jobs);
}

TEST_CASE("slurm: the jobs of a directory are those with its token") {
  const auto jobs =
      parse_queue("1|RUNNING|0|0|None|espalier:1\n2|RUNNING|0|0|None|espalier:11\n3|RUNNING|0|0|None|espalier:1\n");
  const auto ours = jobs_with("espalier:1", jobs);
  REQUIRE(ours.size() == 2);
  CHECK(ours[1].id == "3");
}
