// Folders for Open MPI: what killed launches of the same OUT left goes, all else stays.
#include "runtime/launch/session_folder.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>

namespace fs = std::filesystem;
using espalier::runtime::SessionFolder;

namespace {

struct Temporary {
  Temporary() : temporary(fs::temp_directory_path() / ("espalier-session-test-" + std::to_string(getpid()))) {
    fs::remove_all(temporary);
    fs::create_directories(temporary);
  }
  ~Temporary() { fs::remove_all(temporary); }
  fs::path temporary;
};

/// The id of a process that has ended.
std::string gone() {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  waitpid(child, nullptr, 0);
  return std::to_string(child);
}

}  // namespace

TEST_CASE("session folder: it goes with its owner, and what Open MPI left in it") {
  const Temporary place;
  {
    const SessionFolder folder(place.temporary, "/out");
    REQUIRE(fs::is_directory(folder.path()));
    fs::create_directories(folder.path() / "ompi.host.0" / "pid.1");
    folder.clear();
    CHECK(fs::is_empty(folder.path()));
    std::ofstream(folder.path() / "more") << "x";
  }
  CHECK(fs::is_empty(place.temporary));
}

TEST_CASE("session folder: those of processes that are gone are removed for this OUT alone") {
  const Temporary place;
  const auto dead = gone();
  const SessionFolder other(place.temporary, "/other");
  fs::path all;
  {
    const SessionFolder first(place.temporary, "/out");
    all = first.path().parent_path();
    for (const auto& folder : {all, other.path().parent_path()}) {
      fs::create_directories(folder / dead / "ompi.host.0");
      fs::permissions(folder / dead, fs::perms::owner_all);
    }
    fs::create_directories(all / "notes");       // no process
    fs::create_directories(all / "1" / "ompi");  // a process that lives
  }

  const SessionFolder folder(place.temporary, "/out");

  CHECK_FALSE(fs::exists(all / dead));
  CHECK(fs::exists(all / "notes"));
  CHECK(fs::exists(all / "1" / "ompi"));
  CHECK(fs::exists(other.path().parent_path() / dead));
}

TEST_CASE("session folder: a link or a folder that others may write in its place is not used") {
  const Temporary place;
  fs::path all;
  {
    const SessionFolder folder(place.temporary, "/out");
    all = folder.path().parent_path();
  }
  SECTION("a link") {
    fs::create_directories(place.temporary / "elsewhere");
    fs::create_directory_symlink(place.temporary / "elsewhere", all);
  }
  SECTION("open to others") {
    fs::create_directory(all);
    fs::permissions(all, fs::perms::all);
  }

  CHECK(SessionFolder(place.temporary, "/out").path().empty());
}
