#pragma once
// Asks whether a process holds a result directory at the moment.
#include <filesystem>
#include <string>

namespace espalier::cli {

/// Who works on a directory now: "host=nodeA process=12 restart=0 job=7", or "" where nobody does. Takes no lock that
/// outlives the call.
std::string lock_holder(const std::filesystem::path& out);

}  // namespace espalier::cli
