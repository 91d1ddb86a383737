#include "espalier/site/cluster_facts.hpp"

#include <catch2/catch.hpp>

using namespace espalier::site;

TEST_CASE("cluster_facts: sinfo's lines are read, and others passed over") {
  const auto kinds = parse_sinfo(
      "sinfo: warning\n"
      "gpu*|up|2-00:00:00|12:00:00|1-8|16|64|2|515000|gpu:a100:4(S:0-1)|a100,ib\n"
      "\n"
      "debug|down|infinite|n/a|1-infinite|2|2|1|1|(null)|(null)\n"
      "cpu|up|30:00|n/a|2|100+|128+|1|256000+|(null)|");
  REQUIRE(kinds.size() == 3);
  CHECK(kinds[0] == NodeKind{"gpu", true, true, 172800, 43200, 8, 16, 64, 2, 515000, "gpu:a100:4(S:0-1)", "a100,ib"});
  CHECK(kinds[1] == NodeKind{"debug", false, false, 0, 0, 0, 2, 2, 1, 1, "", ""});
  CHECK(kinds[2] == NodeKind{"cpu", false, true, 1800, 0, 2, 100, 128, 1, 256000, "", ""});
  CHECK(parse_sinfo("").empty());
}

TEST_CASE("cluster_facts: the configuration is what stands around the first equals sign of a line") {
  const auto configuration = parse_configuration(
      "Configuration data as of 2026-11-26T10:04:49\n"
      "KillWait                = 30 sec\n"
      "PreemptParameters       = (null)\n"
      "SchedulerParameters     = sched_interval=1,bf_interval=2\n"
      "PowerPlugin             = \n"
      "\n"
      "Slurmctld(primary) at head is UP\n");
  CHECK(configuration.size() == 4);
  CHECK(configuration.at("KillWait") == "30 sec");
  CHECK(configuration.at("PreemptParameters").empty());
  CHECK(configuration.at("SchedulerParameters") == "sched_interval=1,bf_interval=2");
}

TEST_CASE("cluster_facts: GPUs are found in a gres") {
  CHECK(gpus_of("").count == 0);
  CHECK(gpus_of("shard:gpu:3").count == 0);
  CHECK(gpus_of("gpu").request == "gpu:1");
  CHECK(gpus_of("gpu:2").request == "gpu:2");
  CHECK(gpus_of("gpu:a100").request == "gpu:a100:1");
  const auto gpus = gpus_of("lic:1,gpu:a100:4(S:0,1),gpu:t4:2(S:1),shard:8");
  CHECK(gpus.request == "gpu:a100:4");
  CHECK(gpus.count == 4);
  CHECK(gpus.are_of_kinds);
  CHECK_FALSE(gpus_of("gpu:a100:4(S:0,1),shard:8").are_of_kinds);
}
