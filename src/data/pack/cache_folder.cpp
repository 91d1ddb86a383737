// Reads and writes notes in the cache as far as it allows, and refuses a cache that is needed and cannot be used.
#include "data/pack/cache_folder.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "data/pack/pack_note.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/os/durable_file.hpp"
#include "espalier/os/regular_file.hpp"

namespace espalier::data {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& cache, const char* what, const std::string& why) {
  throw EnvironmentError("the cache of packed images '" + cache.string() + "' cannot be " + what, why,
                         "Name a folder that can be in the environment variable ESPALIER_CACHE.");
}

}  // namespace

void require_readable(const fs::path& cache) {
  if (::access(cache.c_str(), R_OK | X_OK) == 0 || errno == ENOENT || errno == ENOTDIR) return;
  refuse(cache, "read", std::strerror(errno));
}

void require_writable(const fs::path& cache) {
  std::error_code error;
  fs::create_directories(cache, error);
  if (error) refuse(cache, "made", error.message());
  if (::access(cache.c_str(), W_OK | X_OK) != 0) refuse(cache, "written", std::strerror(errno));
}

std::string read_note_text(const fs::path& note) {
  try {
    return os::read_regular(note, kMostNoteBytes).value_or("");
  } catch (const EnvironmentError&) {
    return "";  // it only saves work
  }
}

std::string try_write_note(const fs::path& note, const std::string& text) {
  std::error_code error;
  fs::create_directories(note.parent_path(), error);
  if (error) return error.message();
  try {
    os::write_file_durably(note, bytes_of(text));
    return "";
  } catch (const EnvironmentError& failed) {
    return failed.problem().why;
  }
}

Problem unwritten_note(const fs::path& cache, const std::string& why) {
  return {"the cache of packed images '" + cache.string() + "' cannot be written", why,
          "What it holds is used; what it lacks is computed each time"};
}

}  // namespace espalier::data
