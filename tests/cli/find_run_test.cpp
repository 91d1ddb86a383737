#include "cli/find_run.hpp"

#include <catch2/catch.hpp>
#include <map>

#include "espalier/core/errors.hpp"
#include "support/state_builder.hpp"

using namespace espalier;

namespace {

/// A source of two runs; "shared" answers two experiments with one task.
struct Scene {
  Scene() {
    testing::StateBuilder builder;
    builder.pretrain("1", {}).done("some", {{"split", "1"}, {"size", "5"}}, {}).done("some", {{"split", "2"}}, {});
    builder.done("other", {{"split", "2"}}, {});
    directories.push_back({"OUT", builder.state()});
    views = report::runs_of(directories);
  }
  cli::Subject find(const std::string& wanted) const { return cli::find_subject(directories[0], views, wanted); }
  static std::string task(const std::string& text) { return TaskId::of(sha256(text)).hex.str(); }

  std::vector<report::Directory> directories;
  std::vector<report::RunView> views;
};

}  // namespace

TEST_CASE("find subject: a source is named by the beginning of its id") {
  const Scene scene;
  const auto id = Scene::task("pretrain/1");

  for (const std::size_t length : {id.size(), std::size_t{10}}) {
    const auto subject = scene.find(id.substr(0, length));
    CHECK_FALSE(subject.run);
    REQUIRE(subject.task);
    CHECK(subject.task->task.id.hex.str() == id);
  }
}

TEST_CASE("find subject: a task of one run is that run, a task of several is itself") {
  const Scene scene;

  const auto single = scene.find(Scene::task("split=1,size=5,"));
  REQUIRE(single.run);
  CHECK(single.run->value("size") == "5");
  CHECK(single.task == single.run->task);

  CHECK_FALSE(scene.find(Scene::task("split=2,")).run);
}

TEST_CASE("find subject: runs are found as before") {
  const Scene scene;

  CHECK(scene.find("other:split=2").run->run->experiment == "other");
  CHECK(scene.find(scene.views[0].run->id.hex.str()).run->run->id == scene.views[0].run->id);
  CHECK_THROWS_WITH(scene.find("zzz"), Catch::Contains("no run or task is 'zzz'"));
  CHECK_THROWS_AS(scene.find(""), UsageError);
}

TEST_CASE("find subject: a beginning that fits several is refused, and they are named") {
  const Scene scene;
  std::map<char, int> first;
  for (const auto& [id, task] : scene.directories[0].state.tasks) ++first[id.hex.str()[0]];
  for (const auto& view : scene.views) ++first[view.run->id.hex.str()[0]];
  for (const auto& [letter, count] : first) {
    if (count > 1) CHECK_THROWS_AS(scene.find(std::string(1, letter)), UsageError);
  }
}

TEST_CASE("find run: times are in UTC, and no time is none") {
  CHECK(cli::time_text(0) == "-");
  CHECK(cli::time_text(86400 + 61) == "1970-01-02 00:01:01");
}
