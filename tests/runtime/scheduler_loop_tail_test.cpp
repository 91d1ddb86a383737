#include <fstream>

#include "runtime/loop_scene.hpp"

using namespace espalier;
using namespace espalier::runtime;

namespace {

std::filesystem::path first_segment(const LoopScene& scene) { return scene.options.out / "journal" / "000001.log"; }

/// A launch dies with a replaced checkpoint not yet deleted, and while it writes the record of the file behind it.
std::filesystem::path die_in_last_record(LoopScene& scene) {
  const auto assignments = scene.begin_with_worker();
  scene.started(assignments.at(0));
  scene.made(assignments.at(0), 'd');
  scene.turn();
  scene.made(assignments.at(0), 'e');
  scene.turn();
  scene.made(assignments.at(0), 'f');
  const auto unfinished = scene.unfinished('f');
  scene.turn();
  scene.dies();
  std::filesystem::resize_file(first_segment(scene), std::filesystem::file_size(first_segment(scene)) - 1);
  std::filesystem::rename(scene.in_place('f'), unfinished);
  for (const char digit : {'d', 'e'}) std::ofstream(scene.in_place(digit)) << "bytes";
  return unfinished;
}

}  // namespace

TEST_CASE("loop: a torn tail is said, and the launch that cuts it deletes nothing of earlier ones") {
  LoopScene scene;
  const auto unfinished = die_in_last_record(scene);

  scene.begin();

  const auto state = scene.journaled();
  CHECK(state.dropped.empty());
  REQUIRE(state.warnings.size() == 1);
  CHECK_THAT(state.warnings[0], Catch::Contains("segment 1 ends with") && Catch::Contains("deletes nothing"));
  CHECK(state.tasks.at(task_id("a")).training.artifact == artifact('e'));
  for (const auto& file : {unfinished, scene.in_place('d'), scene.in_place('e')}) CHECK(std::filesystem::exists(file));
}

TEST_CASE("loop: the launch behind a whole journal clears what earlier ones left") {
  LoopScene scene;
  const auto unfinished = die_in_last_record(scene);
  scene.begin();
  scene.dies();

  scene.begin();

  CHECK(scene.journaled().warnings.size() == 1);
  CHECK_FALSE(std::filesystem::exists(unfinished));
  CHECK_FALSE(std::filesystem::exists(scene.in_place('d')));
  CHECK(std::filesystem::exists(scene.in_place('e')));
}
