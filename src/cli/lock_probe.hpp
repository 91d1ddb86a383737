#pragma once
// Asks whether a process holds a result directory at the moment.
#include <filesystem>
#include <string>

namespace espalier::cli {

/// Who holds the directory now, for example "host=nodeA process=12 restart=0 job=7"; "" where nobody does. No lock is
/// held after the call.
std::string lock_holder(const std::filesystem::path& out);

/// Who will obey a request that is left now, for the user.
std::string who_obeys(const std::filesystem::path& out);

}  // namespace espalier::cli
