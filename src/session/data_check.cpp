// Asks espalier-trainer to check what a launch used, and compares checkpoints with their digests.
#include "espalier/session/data_check.hpp"

#include "espalier/core/errors.hpp"
#include "espalier/os/mapped_file.hpp"
#include "espalier/session/launch_file.hpp"
#include "espalier/store/layout.hpp"
#include "session/study_input_resolve.hpp"

namespace espalier::session {
namespace {

using nlohmann::json;

json packs_of(const plan::Facts& facts) {
  json packs = json::array();
  for (const auto& [name, data] : facts.data) {
    packs.push_back({{"digest", data.digest}, {"path", data.pack_path}});
    if (!data.test_digest.empty()) packs.push_back({{"digest", data.test_digest}, {"path", data.test_pack_path}});
  }
  return packs;
}

json sets_of(const Launch& launch) {
  json sets = json::array();
  for (const auto& [name, data] : launch.study.data) {
    const auto facts = launch.facts.data.find(name);
    if (facts == launch.facts.data.end()) continue;
    json one = request_of(data);
    one["digest"] = facts->second.digest;
    one["test_digest"] = facts->second.test_digest;
    sets.push_back(std::move(one));
  }
  return sets;
}

void check_checkpoint(const std::string& source, const std::string& file, const ArtifactId& digest,
                      std::vector<std::string>& faults) {
  const std::string named = "the checkpoint of source '" + source + "', " + file + ",";
  try {
    if (to_hex(sha256(os::MappedFile(file).bytes())) != digest.hex)
      faults.push_back(named + " holds other bytes than when the study began");
  } catch (const EnvironmentError& error) {
    faults.push_back(named + " cannot be read: " + error.problem().why);
  }
}

}  // namespace

std::vector<std::string> check_data(const std::filesystem::path& out) {
  const Launch launch = read_launch(store::launch_file(out));
  const json request{{"root", launch.data_root}, {"packs", packs_of(launch.facts)}, {"data", sets_of(launch)}};
  auto faults = ask_trainer("check", request).at("faults").get<std::vector<std::string>>();
  for (const auto& [source, digest] : launch.facts.checkpoints) {
    const auto file = launch.checkpoint_files.find(source);
    if (file != launch.checkpoint_files.end()) check_checkpoint(source, file->second, digest, faults);
  }
  return faults;
}

}  // namespace espalier::session
