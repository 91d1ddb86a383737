#include "espalier/process/child.hpp"

#include <signal.h>
#include <sys/wait.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <fstream>
#include <thread>

using namespace espalier;
using process::Child;

namespace {

std::filesystem::path fresh_log() {
  auto path = std::filesystem::temp_directory_path() / ("espalier-child-" + std::to_string(getpid()) + ".log");
  std::filesystem::remove(path);
  return path;
}

process::Exit wait_for_end(Child& child) {
  for (;;) {
    if (const auto exit = child.reap()) return *exit;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

process::RawFrame wait_for_frame(Child& child) {
  for (;;) {
    if (auto frame = child.socket().receive()) return *frame;
    REQUIRE(child.socket().is_open());
    child.socket().wait(100);
  }
}

}  // namespace

TEST_CASE("child: frames go there and back whole, whatever their size") {
  Child child = Child::start({{"sh", "-c", "cat <&3 >&3"}, {}, fresh_log()});
  const std::string frame = frame::encode(7, std::string(1 << 20, 'y'));
  child.socket().send(frame);
  for (int i = 0; i < 1000 && child.socket().has_unsent(); ++i) {
    child.socket().wait(10);
    child.socket().flush();
    if (auto back = child.socket().receive()) {
      CHECK(back->bytes == frame);
      return;
    }
  }
  CHECK(wait_for_frame(child).bytes == frame);
}

TEST_CASE("child: its end is told by code or by signal, and its last words are kept") {
  const auto log = fresh_log();
  Child first = Child::start({{"sh", "-c", "echo before"}, {}, log});
  wait_for_end(first);

  Child second = Child::start({{"sh", "-c", "echo last words; exit 4"}, {}, log});
  const auto left = wait_for_end(second);
  CHECK(left.code == 4);
  CHECK(left.signal == 0);
  CHECK(second.log_tail() == "last words\n");

  Child third = Child::start({{"sleep", "100"}, {}, log});
  third.kill();
  CHECK(wait_for_end(third).signal == SIGKILL);
}

TEST_CASE("child: it ignores the signals that stop a launch") {
  Child child = Child::start({{"sh", "-c", "read line <&3; exit 5"}, {}, fresh_log()});
  for (const int number : {SIGTERM, SIGINT, SIGUSR2}) kill(child.process(), number);
  child.socket().send("go\n");
  CHECK(wait_for_end(child).code == 5);
}

TEST_CASE("child: it sees its socket close when the owner lets go") {
  Child child = Child::start({{"sh", "-c", "cat <&3; exit 6"}, {}, fresh_log()});
  child.socket().close();
  CHECK(wait_for_end(child).code == 6);
}

TEST_CASE("child: it dies with its owner's process") {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const auto log = fresh_log();
  const pid_t owner = fork();
  if (owner == 0) {
    Child child = Child::start({{"sleep", "100"}, {}, log});
    const pid_t grandchild = child.process();
    if (write(ends[1], &grandchild, sizeof grandchild) != sizeof grandchild) _exit(1);
    raise(SIGKILL);
  }
  pid_t grandchild = 0;
  REQUIRE(read(ends[0], &grandchild, sizeof grandchild) == sizeof grandchild);
  waitpid(owner, nullptr, 0);
  close(ends[0]);
  close(ends[1]);

  const auto comm = [&] {  // gone, or a zombie that waits for init
    std::ifstream stat("/proc/" + std::to_string(grandchild) + "/stat");
    std::string id, name, state;
    stat >> id >> name >> state;
    return state;
  };
  for (int i = 0; i < 2000 && !(comm().empty() || comm() == "Z"); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  CHECK((comm().empty() || comm() == "Z"));
}
