#include "espalier/site/first_profile.hpp"

#include <catch2/catch.hpp>
#include <sstream>

#include "espalier/core/errors.hpp"
#include "espalier/site/profile.hpp"

using namespace espalier;
using namespace espalier::site;
using Catch::Matchers::Contains;

namespace {

ClusterFacts facts_of(const std::string& sinfo, const std::string& config = "") {
  return {parse_sinfo(sinfo), parse_configuration(config)};
}

Profile profile_of(const std::string& text) { return parse_profile(text, "here.toml"); }

/// Every line "# key = value" without its sign, as a user makes them valid.
std::string with_all_keys(const std::string& text) {
  std::istringstream lines(text);
  std::string all;
  bool is_in_table = false;
  for (std::string line; std::getline(lines, line);) {
    is_in_table = is_in_table || line.starts_with("[");
    all += (is_in_table && line.starts_with("# ") ? line.substr(2) : line) + "\n";
  }
  return all;
}

const char* const kConfig =
    "SelectTypeParameters = CR_CORE_MEMORY\nJobRequeue = 1\nPreemptMode = REQUEUE\nClusterName = hal\n"
    "SLURM_VERSION = 23.02.1\nAccountingStorageEnforce = associations,limits\n";
const char* const kNodes =
    "cpu*|up|1-00:00:00|1:00:00|1-infinite|100|128|2|256000|(null)|(null)\n"
    "gpu|up|2-00:00:00|n/a|1-6|2|64|1|500000|(null)|login\n"
    "gpu|up|2-00:00:00|n/a|1-6|5|64|1|500000|gpu:t4:2|t4\n"
    "gpu|up|2-00:00:00|n/a|1-6|8|64|1|500000|gpu:a100:4(S:0-1)|a100,ib\n"
    "gpu|up|2-00:00:00|n/a|1-6|3|64|1|1000000|gpu:a100:4(S:0-1)|a100,ib,big\n";

}  // namespace

TEST_CASE("first_profile: nodes of the default partition have a device for each core") {
  const auto profile = profile_of(first_profile(facts_of(kNodes, kConfig), ""));
  CHECK(profile.partition == "cpu");
  CHECK(profile.time_s == 3600);
  CHECK(profile.most_time_s == 86400);
  CHECK(profile.most_nodes == 100);
  CHECK(profile.devices == 64);
  CHECK(profile.cores_per_device == 2);
  CHECK(profile.megabytes_per_device == 256000 * 9 / 10 / 64);
  CHECK(profile.gres.empty());
  CHECK(profile.account.empty());
}

TEST_CASE("first_profile: a partition with GPUs has one device for each of them, on as many nodes as have them") {
  const auto text = first_profile(facts_of(kNodes, kConfig), "gpu");
  const auto profile = profile_of(text);
  CHECK(profile.partition == "gpu");
  CHECK(profile.gres == "gpu:a100:4");
  CHECK(profile.devices == 4);
  CHECK(profile.cores_per_device == 16);
  CHECK(profile.most_nodes == 6);  // 11, of which one job may have 6
  CHECK(profile.most_time_s == 172800);
  CHECK(profile.time_s == 3600);
  CHECK_THAT(text, Contains("for the cluster 'hal' (Slurm 23.02.1)"));
  CHECK_THAT(text, Contains("gpu: 5 nodes of 64 CPUs, 500000 MB, gpu:t4:2"));
  CHECK_THAT(text, Contains("jobs need one here"));
  CHECK_THAT(text, Contains("At preemption only SIGTERM comes"));
}

TEST_CASE("first_profile: what Slurm does not tell stands commented out and can be filled in") {
  const auto text = first_profile(facts_of("low*|up|infinite|n/a|1-infinite|2|2|1|1|(null)|(null)\n"), "");
  const auto profile = profile_of(text);
  CHECK(profile.most_time_s == 0);
  CHECK(profile.megabytes_per_device == 0);
  CHECK(profile.devices == 2);
  for (const char* key : {"account", "qos", "constraint", "time", "most_time", "signal", "lead", "requeue", "mail",
                          "megabytes_per_device", "modules", "script", "cache"}) {
    INFO(key);
    CHECK_THAT(text, Contains(std::string("\n# ") + key + " "));
  }
  const auto filled = profile_of(with_all_keys(text));
  CHECK(filled.most_time_s == 86400);
  CHECK(filled.lead_s == 120);
}

TEST_CASE("first_profile: a partition's names cannot break the file") {
  const auto text = first_profile(facts_of("a\"b\\\\c*|up|infinite|n/a|1|2|2|1|1|gpu:x\"y:2|f\"\n"), "");
  CHECK(profile_of(text).partition == "a\"b\\\\c");
  CHECK(profile_of(text).gres == "gpu:x\"y:2");
}

TEST_CASE("first_profile: without a default partition the first that is up is taken") {
  const auto facts = facts_of("off|down|30:00|n/a|1|2|2|1|1||\non|up|30:00|n/a|1|2|2|1|1||\n");
  CHECK(profile_of(first_profile(facts, "")).partition == "on");
  CHECK(profile_of(first_profile(facts, "off")).partition == "off");
  CHECK(profile_of(first_profile(facts, "")).time_s == 1800);
  CHECK_THROWS_WITH(first_profile(facts, "other"), Contains("no partition 'other'. sinfo shows off, on."));
  CHECK_THROWS_AS(first_profile({}, ""), UsageError);
}
