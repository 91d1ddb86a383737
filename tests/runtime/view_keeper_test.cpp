// The keeper of the view with shell scripts in place of `espalier view`.
#include "runtime/rank0/view_keeper.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <thread>

#include "espalier/core/errors.hpp"
#include "runtime/loop_scene.hpp"

using namespace espalier;
using namespace espalier::runtime;

namespace {

/// A folder with a script that notes in "said" what it is told, a line per child and word.
class Script {
 public:
  /// `on_word` runs for each word, which is in $word; $OUT is the folder.
  explicit Script(const std::string& on_word) {
    std::filesystem::create_directories(out());
    std::ofstream(file()) << "OUT=$1\n[ \"$2\" = --follow ] || exit 9\necho start >> $OUT/said\n"
                          << "while read word; do echo $word >> $OUT/said\n"
                          << on_word << "\ndone\n";
  }
  const std::filesystem::path& out() const { return scene_.options.out; }
  std::vector<std::string> command() const { return {"/bin/sh", file().string()}; }
  std::vector<std::string> said() const {
    std::vector<std::string> lines;
    std::ifstream in(out() / "said");
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
  }
  /// Waits until so many lines are said.
  bool says(std::size_t lines) const {
    for (int i = 0; i < 2000 && said().size() < lines; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return said().size() == lines;
  }
  std::filesystem::path file() const { return out() / "script.sh"; }

 private:
  LoopScene scene_;
};

using Lines = std::vector<std::string>;
constexpr const char* kGood = "[ $word = finish ] && exit 0";

}  // namespace

TEST_CASE("view keeper: one child writes every view, when one is due and the journal has grown") {
  const Script script(kGood);
  ViewKeeper view(script.command(), script.out(), 20, 100);

  view.tick(119, 5);
  CHECK(script.said().empty());
  view.tick(120, 5);
  CHECK(script.says(2));
  view.tick(141, 5);  // nothing new
  view.tick(142, 6);
  CHECK(script.says(3));
  view.tick(150, 7);  // not due

  CHECK(view.finish(20));
  CHECK(script.said() == Lines{"start", "write", "write", "finish"});
}

TEST_CASE("view keeper: a child that died is replaced when the next view is due, also where nothing is new") {
  const Script script("[ $word = finish ] && exit 0; [ -e $OUT/once ] || { touch $OUT/once; kill -9 $$; }");
  ViewKeeper view(script.command(), script.out(), 20, 100);
  view.tick(120, 5);
  REQUIRE(script.says(2));
  for (int i = 0; i < 2000 && script.said().size() < 4; ++i) {
    view.tick(141, 5);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }

  CHECK(script.said() == Lines{"start", "write", "start", "write"});
}

TEST_CASE("view keeper: a last view that fails is tried a second time") {
  const Script killed("[ -e $OUT/once ] && exit 0; touch $OUT/once; kill -9 $$");
  CHECK(ViewKeeper(killed.command(), killed.out(), 20, 100).finish(20));
  CHECK(killed.said() == Lines{"start", "finish", "start", "finish"});
}

TEST_CASE("view keeper: a last view that fails twice is not written, and is not tried again") {
  const Script failing("exit 77");
  CHECK_FALSE(ViewKeeper(failing.command(), failing.out(), 20, 100).finish(20));
  CHECK(failing.said() == Lines{"start", "finish", "start", "finish"});

  CHECK_FALSE(ViewKeeper({"/no/such/program"}, failing.out(), 20, 100).finish(20));
}

TEST_CASE("view keeper: a child that takes too long is ended at the deadline") {
  const Script slow("exec sleep 60");

  CHECK_FALSE(ViewKeeper(slow.command(), slow.out(), 20, 100).finish(3));
  CHECK(slow.said() == Lines{"start", "finish"});
}

TEST_CASE("view keeper: without a command there is no view and no failure") {
  ViewKeeper view({}, "/nowhere", 20, 100);
  view.tick(1000, 5);
  CHECK(view.finish(0));
}

TEST_CASE("view keeper: a final view that fails changes the exit code that is journaled") {
  LoopScene scene(1, {"a"});
  scene.options.view_command = {"/bin/false"};
  scene.ended(scene.begin_with_worker().at(0));
  scene.turn();

  CHECK(scene.loop().finish() == static_cast<int>(ExitCode::environment));
  CHECK(scene.journaled().last_exit == static_cast<int>(ExitCode::environment));
}
