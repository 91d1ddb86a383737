// Hashes raw files or folders, and remembers the result by path, size, inode and times.
#include "data/pack/raw_hash.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <ctime>

#include "data/cannot_read.hpp"
#include "data/pack/cache_folder.hpp"
#include "data/read/walk_folder.hpp"
#include "espalier/core/hash.hpp"
#include "espalier/os/mapped_file.hpp"

namespace espalier::data {
namespace {

namespace fs = std::filesystem;

constexpr std::time_t kSettled_s = 3;

struct State {
  std::string text;  ///< changes whenever the content may have changed
  bool is_settled = true;
};

void add_state(const fs::path& path, State& state) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0 && ::lstat(path.c_str(), &status) != 0) cannot_read(path, errno);
  const auto number = [&](auto value) { state.text += std::to_string(value) + " "; };
  state.text += path.string() + "\n";
  number(status.st_size);
  number(status.st_ino);
  for (const timespec& time : {status.st_mtim, status.st_ctim}) {
    number(time.tv_sec);
    number(time.tv_nsec);
    if (std::time(nullptr) - time.tv_sec < kSettled_s) state.is_settled = false;
  }
}

/// All that a reader may look at: the file itself, or every file and folder below the folder, since an empty folder is
/// a class, too.
FolderTree looked_at(const fs::path& path) { return is_folder(path) ? walk_folder(path) : FolderTree{{path}, {}}; }

std::string hash_now(const fs::path& path, const FolderTree& tree) {
  if (!is_folder(path)) return to_hex(sha256(os::MappedFile(path, os::NamedBy::user).bytes()));
  Sha256 hash;
  for (const fs::path& folder : tree.folders) hash.update(folder.lexically_relative(path).string() + "/\n");
  for (const fs::path& file : tree.files) {
    hash.update(file.lexically_relative(path).string() + "\n");
    std::error_code none;
    if (fs::is_regular_file(file, none))
      hash.update(to_hex(sha256(os::MappedFile(file, os::NamedBy::user).bytes())) + "\n");
  }
  return to_hex(hash.finish());
}

std::string remembered(const fs::path& note) {
  const std::string text = read_note_text(note);
  return text.size() == 64 ? text : "";
}

}  // namespace

RawHash raw_hash(const fs::path& given, const fs::path& memory) {
  const fs::path path = fs::absolute(given);
  if (struct stat facts{}; ::stat(path.c_str(), &facts) != 0) cannot_read(path, errno);
  const FolderTree tree = looked_at(path);
  State state{path.string() + "\n", true};
  for (const auto* entries : {&tree.folders, &tree.files}) {
    for (const fs::path& entry : *entries) add_state(entry, state);
  }
  const fs::path note = memory / to_hex(sha256(state.text));
  if (const std::string hash = remembered(note); !hash.empty()) return {hash, ""};
  const std::string hash = hash_now(path, tree);
  return {hash, state.is_settled ? try_write_note(note, hash) : ""};
}

}  // namespace espalier::data
