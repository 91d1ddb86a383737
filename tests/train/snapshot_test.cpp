// A training checkpoint of another version: a newer one is refused and stays, anything else is damage.
#include "train/bundle/snapshot.hpp"

#include <unistd.h>

#include <filesystem>

#include "espalier/core/errors.hpp"
#include "espalier/data/safetensors.hpp"
#include "support/catch_after_torch.hpp"

using namespace espalier;
using namespace espalier::train;

namespace {

class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / ("espalier-snapshot-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(path_);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// A checkpoint of nothing, at the beginning, that says it is of this kind.
ArtifactId write(const std::filesystem::path& folder, const std::string& kind) {
  Snapshot empty;
  const auto ours = save(folder, "trunk", empty);
  auto file = data::read_artifact(folder, ours.id);
  file.metadata["kind"] = kind;
  return data::write_artifact(folder, file.tensors, file.metadata).id;
}

Snapshot read(const std::filesystem::path& folder, const ArtifactId& id) {
  return load(folder, id, [](task::Moment) { return "trunk"; });
}

}  // namespace

TEST_CASE("snapshot: a checkpoint of this version is read back") {
  const Folder folder;
  CHECK(read(folder.path(), write(folder.path(), "espalier training checkpoint 2")).position.at == task::Moment{});
}

TEST_CASE("snapshot: a newer version's checkpoint is refused, and is no damage") {
  const Folder folder;
  const auto id = write(folder.path(), "espalier training checkpoint 4");
  CHECK_THROWS_AS(read(folder.path(), id), EnvironmentError);
  CHECK_THROWS_WITH(read(folder.path(), id), Catch::Contains("version 4") && Catch::Contains(id.hex));
}

TEST_CASE("snapshot: a file of another kind, or of an older version, is damage") {
  const Folder folder;
  for (const char* kind : {"espalier training checkpoint 1", "espalier finished network 9", ""}) {
    INFO(kind);
    CHECK_THROWS_AS(read(folder.path(), write(folder.path(), kind)), data::DamagedArtifact);
  }
}
