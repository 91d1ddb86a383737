// Makes a launch's session folder, and removes those of processes that are gone.
#include "runtime/launch/session_folder.hpp"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>

#include "espalier/core/hash.hpp"
#include "espalier/core/whole_number.hpp"
#include "runtime/agent/group_exchange.hpp"

namespace espalier::runtime {

namespace fs = std::filesystem;

namespace {

/// Whether this is a folder of ours that nobody else may write, and no link to one.
bool is_ours(const fs::path& folder) {
  struct stat facts{};
  if (lstat(folder.c_str(), &facts) != 0) return false;
  return S_ISDIR(facts.st_mode) && facts.st_uid == geteuid() && (facts.st_mode & 022) == 0;
}

bool make(const fs::path& folder) { return (mkdir(folder.c_str(), 0700) == 0 || errno == EEXIST) && is_ours(folder); }

bool is_gone(const std::string& process) {
  const auto number = whole_number<pid_t>(process).value_or(0);  // another name is not ours
  return number > 0 && kill(number, 0) != 0 && errno == ESRCH;
}

void remove_leftovers(const fs::path& all) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(all, ignored)) {
    if (is_gone(entry.path().filename().string()) && is_ours(entry.path())) fs::remove_all(entry.path(), ignored);
  }
}

}  // namespace

SessionFolder::SessionFolder(const fs::path& base, const fs::path& out) {
  const auto digest = to_hex(sha256(fs::weakly_canonical(out).string() + "\n" + this_host_key()));
  const auto all = base / ("espalier-" + std::to_string(geteuid()) + "-" + digest.substr(0, 12));
  if (!make(all)) return;
  all_ = all;
  remove_leftovers(all_);
  const auto own = all_ / std::to_string(getpid());
  if (make(own)) own_ = own;
}

SessionFolder::~SessionFolder() {
  std::error_code ignored;
  if (!own_.empty()) fs::remove_all(own_, ignored);
  if (!all_.empty()) rmdir(all_.c_str());  // refuses while another process has a folder there
}

void SessionFolder::clear() const {
  std::error_code ignored;
  if (own_.empty()) return;
  for (const auto& entry : fs::directory_iterator(own_, ignored)) fs::remove_all(entry.path(), ignored);
}

}  // namespace espalier::runtime
