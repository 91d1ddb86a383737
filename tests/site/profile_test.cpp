#include "espalier/site/profile.hpp"

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "espalier/core/errors.hpp"

using namespace espalier;
using Catch::Matchers::Contains;

namespace {

site::Profile parsed(const std::string& text) { return site::parse_profile(text, "sites/here.toml"); }

std::string text_of(const std::string& leaf) {
  std::stringstream text;
  text << std::ifstream(ESPALIER_SOURCE_DIR "/cluster/" + leaf).rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("profile: an empty file is one device of one core for an hour") {
  const auto profile = parsed("");
  CHECK(profile.name == "here");
  CHECK(profile.devices * profile.cores_per_device == 1);
  CHECK(profile.most_nodes == 1);
  CHECK(profile.time_s == 3600);
  CHECK(profile.lead_s == 120);
  CHECK(profile.signal == "USR2");
  CHECK(profile.requeue == site::Requeue::scontrol);
  CHECK(profile.gres.empty());
}

TEST_CASE("profile: the committed ones are read, and the example sets every key") {
  CHECK(site::parse_profile(text_of("local.toml"), "local.toml").devices == 2);
  const auto profile = site::parse_profile(text_of("example-gpu.toml"), "example-gpu.toml");
  CHECK(profile.partition == "gpu");
  CHECK(profile.account == "vision");
  CHECK(profile.qos == "normal");
  CHECK(profile.constraint == "a100");
  CHECK(profile.time_s == 43200);
  CHECK(profile.most_time_s == 172800);
  CHECK(profile.mail == "you@example.org");
  CHECK(profile.options == std::vector<std::string>{"--exclude=node13"});
  CHECK(profile.most_nodes == 8);
  CHECK(profile.devices == 4);
  CHECK(profile.gres == "gpu:a100:4");
  CHECK(profile.cores_per_device == 8);
  CHECK(profile.megabytes_per_device == 60000);
  CHECK(profile.modules.size() == 2);
  CHECK(profile.script == "/shared/vision/env.sh");
  CHECK(profile.cache == "/shared/vision/cache");
}

TEST_CASE("profile: what does not fit is refused with its place") {
  const std::pair<const char*, const char*> bad[] = {
      {"[slurm]\npartitoin = \"gpu\"", "sites/here.toml:2:13: 'slurm' has no key 'partitoin'"},
      {"[slurm]\ntime = 60", "'slurm.time' is no text"},
      {"[slurm]\ntime = \"soon\"", "'slurm.time' is no time"},
      {"[slurm]\ntime = \"0\"", "'slurm.time' is no time"},
      {"[slurm]\nsignal = \"KILL\"", "'slurm.signal' is none of its values. Write USR2 or USR1"},
      {"[slurm]\nrequeue = \"yes\"", "'slurm.requeue' is none of its values"},
      {"[slurm]\naccount = \"a\\nb\"", "'slurm.account' is more than one line"},
      {"[slurm]\noptions = \"--x\"", "'slurm.options' is no list"},
      {"[slurm]\noptions = [1]", "'slurm.options' is no text"},
      {"[nodes]\ndevices = 0", "'nodes.devices' is no whole number that fits. Write 1 to 1024."},
      {"[nodes]\ndevices = 1.5", "'nodes.devices' is no whole number"},
      {"[nodes]\ndevices = 9999999999", "'nodes.devices' is no whole number"},
      {"[node]\ndevices = 2",
       "sites/here.toml:1: a profile has no 'node'. Its tables are slurm, nodes and environment."},
      {"slurm = 5", "'slurm' is no table"},
      {"[slurm", "this is no TOML"},
  };
  for (const auto& [text, says] : bad) {
    INFO(text);
    CHECK_THROWS_WITH(parsed(text), Contains(says));
    CHECK_THROWS_AS(parsed(text), UsageError);
  }
}
