#pragma once
// Checks the images and checkpoints that a directory's last launch used.
#include <filesystem>
#include <string>
#include <vector>

namespace espalier::session {

/// What is wrong with the packs that OUT/launch names, with the raw images they were made of (which are decoded again),
/// and with the checkpoints that the study names; one sentence each, empty where all is well. Throws EnvironmentError
/// where the directory keeps no launch or espalier-trainer cannot be started.
std::vector<std::string> check_data(const std::filesystem::path& out);

}  // namespace espalier::session
