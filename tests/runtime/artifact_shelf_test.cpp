#include "runtime/artifact_shelf.hpp"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>

using namespace espalier;
using runtime::ArtifactShelf;

namespace {

class Folder {
 public:
  Folder() : path(std::filesystem::temp_directory_path() / ("espalier-shelf-" + std::to_string(getpid()))) {
    std::filesystem::remove_all(path);
    std::filesystem::create_directories(path);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  void put(const std::string& name) const { std::ofstream(path / name) << "bytes"; }
  bool has(const std::string& name) const { return std::filesystem::exists(path / name); }

  std::filesystem::path path;
};

store::State state_with(const std::string& training) {
  store::State state;
  state.tasks[TaskId{"t"}].training.artifact = {training};
  return state;
}

}  // namespace

TEST_CASE("artifact shelf: a file is deleted once nothing refers to it, and not before the sweep") {
  const Folder folder;
  folder.put("aa.safetensors");
  ArtifactShelf shelf(folder.path, state_with("aa"));

  shelf.drop({"aa"});
  CHECK(folder.has("aa.safetensors"));
  shelf.sweep();

  CHECK_FALSE(folder.has("aa.safetensors"));
}

TEST_CASE("artifact shelf: equal content that another task refers to stays") {
  const Folder folder;
  folder.put("aa.safetensors");
  ArtifactShelf shelf(folder.path, state_with("aa"));
  shelf.add({"aa"});

  shelf.drop({"aa"});
  shelf.sweep();

  CHECK(folder.has("aa.safetensors"));
}

TEST_CASE("artifact shelf: content that comes back before the sweep stays") {
  const Folder folder;
  folder.put("aa.safetensors");
  ArtifactShelf shelf(folder.path, state_with("aa"));

  shelf.drop({"aa"});
  shelf.add({"aa"});
  shelf.sweep();

  CHECK(folder.has("aa.safetensors"));
}

TEST_CASE("artifact shelf: files of a killed launch that the journal never heard of are swept, links never followed") {
  const Folder folder;
  folder.put("aa.safetensors");
  folder.put("bb.safetensors");
  folder.put("cc.safetensors.new");
  std::filesystem::create_symlink("/", folder.path / "link.safetensors");
  ArtifactShelf shelf(folder.path, state_with("aa"));

  shelf.sweep_strangers();

  CHECK(folder.has("aa.safetensors"));
  CHECK_FALSE(folder.has("bb.safetensors"));
  CHECK_FALSE(folder.has("cc.safetensors.new"));
  CHECK(folder.has("link.safetensors"));
}
