// Hashes raw files or folders, and remembers the result by path, size, inode and times.
#include "data/raw_hash.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iterator>
#include <vector>

#include "espalier/core/errors.hpp"
#include "espalier/os/durable_file.hpp"
#include "espalier/os/mapped_file.hpp"

namespace espalier::data {
namespace {

namespace fs = std::filesystem;

constexpr std::time_t kSettled_s = 3;

struct State {
  std::string text;  ///< changes whenever the content may have changed
  bool is_settled = true;
};

[[noreturn]] void refuse(const fs::path& path, const char* why) {
  throw UsageError("cannot read '" + path.string() + "'", why,
                   "Check the path; paths are relative to the study file or --data-root.");
}

void add_state(const fs::path& path, State& state) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) refuse(path, std::strerror(errno));
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

/// The file itself, or every file below the folder, sorted.
std::vector<fs::path> files_of(const fs::path& path) {
  if (!fs::is_directory(path)) return {path};
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::recursive_directory_iterator at(path, fs::directory_options::follow_directory_symlink, error), end;
       !error && at != end; at.increment(error)) {
    if (at->is_regular_file(error)) files.push_back(at->path());
  }
  if (error) refuse(path, error.message().c_str());
  std::sort(files.begin(), files.end(), [](const fs::path& a, const fs::path& b) { return a.native() < b.native(); });
  return files;
}

std::string hash_now(const fs::path& path, const std::vector<fs::path>& files) {
  if (!fs::is_directory(path)) return to_hex(sha256(os::MappedFile(path, os::NamedBy::user).bytes()));
  Sha256 hash;
  for (const fs::path& file : files) {
    hash.update(file.lexically_relative(path).string() + "\n")
        .update(to_hex(sha256(os::MappedFile(file, os::NamedBy::user).bytes())) + "\n");
  }
  return to_hex(hash.finish());
}

std::string remembered(const fs::path& note) {
  std::ifstream in(note);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  return text.size() == 64 ? text : "";
}

}  // namespace

std::string raw_hash(const fs::path& given, const fs::path& memory) {
  const fs::path path = fs::absolute(given);
  if (!fs::exists(path)) refuse(path, std::strerror(ENOENT));
  const std::vector<fs::path> files = files_of(path);
  State state{path.string() + "\n", true};
  for (const fs::path& file : files) add_state(file, state);
  const fs::path note = memory / to_hex(sha256(state.text));
  if (const std::string hash = remembered(note); !hash.empty()) return hash;
  const std::string hash = hash_now(path, files);
  if (state.is_settled) {
    fs::create_directories(memory);
    os::write_file_durably(note, bytes_of(hash));
  }
  return hash;
}

}  // namespace espalier::data
