#include "trainer/fault.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <new>

#include "espalier/core/errors.hpp"
#include "support/catch_after_torch.hpp"
#include "train/made_job.hpp"

using namespace espalier;

namespace {

/// The signal that ended a child which came to (epoch, step) of task "ab12...", 0 if none did.
int signal_of(const trainer::Fault& fault, task::Moment at) {
  const pid_t child = fork();
  if (child == 0) {
    std::signal(SIGSEGV, SIG_DFL);  // not Catch's
    fault.strike(TaskId{"ab120000000000000000000000000000"}, at);
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

}  // namespace

TEST_CASE("fault: crashes the named task at the named step only") {
  const trainer::Fault fault("crash_at=ab12:1:3", "");

  CHECK(signal_of(fault, {1, 2}) == 0);
  CHECK(signal_of(fault, {1, 3}) == SIGSEGV);
  CHECK(signal_of(trainer::Fault("crash_at=ab13:1:3", ""), {1, 3}) == 0);
}

TEST_CASE("fault: with a marker it happens once") {
  const trainer::Fault fault("crash_at=:0:1", (testing::scratch("fault") / "marker").string());

  CHECK(signal_of(fault, {0, 1}) == SIGSEGV);
  CHECK(signal_of(fault, {0, 1}) == 0);
}

TEST_CASE("fault: an order that cannot be read is an error") {
  CHECK_THROWS_AS(trainer::Fault("crash_at=xyz", ""), UsageError);
  CHECK_NOTHROW(trainer::Fault().strike(TaskId{}, {0, 1}));
}

TEST_CASE("fault: a slow save takes longer from the named step of the named task on, and strikes nobody") {
  const trainer::Fault fault("slow_save=ab12:1:3", "");
  const TaskId task{"ab120000000000000000000000000000"};

  CHECK(fault.save_s(task, {1, 2}) == 0);
  CHECK(fault.save_s(task, {1, 3}) > 0);
  CHECK(fault.save_s(task, {2, 0}) > 0);
  CHECK(fault.save_s(TaskId{"ab130000000000000000000000000000"}, {2, 0}) == 0);
  CHECK(trainer::Fault("slow_at=ab12:1:3", "").save_s(task, {1, 3}) == 0);
  CHECK(signal_of(fault, {1, 3}) == 0);
}

TEST_CASE("fault: runs out of memory at the named step only") {
  const trainer::Fault fault("memory_at=ab12:1:3", "");
  const TaskId task{"ab120000000000000000000000000000"};

  CHECK_NOTHROW(fault.strike(task, {1, 2}));
  CHECK_THROWS_AS(fault.strike(task, {1, 3}), std::bad_alloc);
}
