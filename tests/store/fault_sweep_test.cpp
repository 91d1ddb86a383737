// Every write, sync and rename of a session is made to fail, to tear or to kill: nothing acknowledged may be lost.
#include <sys/mman.h>
#include <sys/wait.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <new>

#include "espalier/core/errors.hpp"
#include "espalier/h5/file.hpp"
#include "store/session.hpp"

using namespace espalier;
using namespace espalier::store;

namespace {

/// Memory that a child's death leaves as it was.
struct Shared {
  std::atomic<int> acknowledged{0};
  std::atomic<long> calls{0};
};

Shared& shared_memory() {
  static void* at = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  static auto* shared = new (at) Shared;
  return *shared;
}

/// Runs a session in a child with a fault at one call; returns how many calls it came to.
long session_with_fault(const std::filesystem::path& out, Fault fault, long call) {
  Shared& shared = shared_memory();
  shared.acknowledged = 0;
  const pid_t child = ::fork();
  if (child == 0) {
    FaultyDisk::arm(fault, call);
    int code = 0;
    try {
      write_numbered(out, 0, shared.acknowledged);
    } catch (const EnvironmentError&) {
      code = 1;
    }
    shared.calls = FaultyDisk::calls;
    ::_exit(code);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  const bool must_die = fault == Fault::kill || fault == Fault::power_cut;
  if (fault == Fault::none) REQUIRE((WIFEXITED(status) && WEXITSTATUS(status) == 0));
  if (must_die) REQUIRE((WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL));
  if (fault == Fault::fail || fault == Fault::fail_for_good) REQUIRE((WIFEXITED(status) && WEXITSTATUS(status) == 1));
  return shared.calls;
}

/// The warnings are records 0, 1, 2, ... without gap or repetition.
void check_numbered(const std::vector<std::string>& warnings) {
  for (std::size_t n = 0; n < warnings.size(); ++n) REQUIRE(warnings[n] == text_of_record(static_cast<int>(n)));
}

void check_view(const std::filesystem::path& out) {
  if (!std::filesystem::exists(out / "results.h5")) return;
  const h5::ReadFile view(out / "results.h5");
  REQUIRE(view.integer_attribute("provenance", "records") % 100 == 1);  // the session's views, whole
}

/// What a crash left is whole up to what was acknowledged, and the session can be finished from there.
void check_and_finish(const std::filesystem::path& out) {
  const int acknowledged = shared_memory().acknowledged;
  const State state = replay(out);
  check_numbered(state.warnings);
  REQUIRE(static_cast<int>(state.warnings.size()) >= acknowledged);
  check_view(out);

  if (state.warnings.size() == kSessionRecords) return;  // only its last view was left to write
  std::atomic<int> finished{0};
  FaultyDisk::arm(Fault::none, -1);
  write_numbered(out, static_cast<int>(state.warnings.size()), finished);
  const State after = replay(out);
  check_numbered(after.warnings);
  REQUIRE(after.warnings.size() == kSessionRecords);
  REQUIRE(std::none_of(after.dropped.begin(), after.dropped.end(), is_damage));
  REQUIRE(h5::ReadFile(out / "results.h5").integer_attribute("provenance", "position_segment") ==
          after.position.segment);
}

long count_calls() {
  Scratch out;
  return session_with_fault(out.path(), Fault::none, -1);
}

}  // namespace

TEST_CASE(
    "faults: a kill, a power cut, a torn write or an error at any call loses nothing acknowledged and repeats "
    "nothing") {
  const long calls = count_calls();
  REQUIRE(calls > 2 * kSessionRecords / 10);

  for (const Fault fault : {Fault::kill, Fault::power_cut, Fault::tear, Fault::fail, Fault::fail_for_good}) {
    for (long call = 0; call < calls; ++call) {
      CAPTURE(static_cast<int>(fault), call);
      Scratch out;
      session_with_fault(out.path(), fault, call);
      check_and_finish(out.path());
    }
  }
}

TEST_CASE("faults: after a failed write the writer takes no more records") {
  Scratch out;
  JournalWriter writer = JournalWriter::open(out.path(), some_writer());
  const os::DiskCalls before = os::disk_calls();

  FaultyDisk::arm(Fault::fail, 1);
  writer.append(WarningRecord{"one"});
  CHECK_THROWS_WITH(writer.commit(), Catch::Contains("cannot sync"));
  CHECK_THROWS_WITH(writer.commit(), Catch::Contains("takes no more records"));

  os::disk_calls() = before;
}

/// Hidden: what kill_sweep_test.py runs. ESPALIER_SESSION is the directory, ESPALIER_FAULT "kill" or "tear",
/// ESPALIER_CALL the call; prints the number of calls if it lives.
TEST_CASE("session for the sweep from outside", "[.session]") {
  const std::filesystem::path out = std::getenv("ESPALIER_SESSION");
  const std::string fault = std::getenv("ESPALIER_FAULT");
  FaultyDisk::arm(fault == "kill"   ? Fault::kill
                  : fault == "tear" ? Fault::tear
                                    : Fault::none,
                  std::atol(std::getenv("ESPALIER_CALL")));

  std::atomic<int> acknowledged{0};
  write_numbered(out, 0, acknowledged);

  std::printf("calls %ld\n", FaultyDisk::calls);
}
