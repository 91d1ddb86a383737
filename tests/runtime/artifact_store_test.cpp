#include "runtime/rank0/artifact_store.hpp"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "espalier/core/errors.hpp"
#include "espalier/store/layout.hpp"

using namespace espalier;
using runtime::ArtifactStore;

namespace {

std::string digest(char digit) { return std::string(64, digit); }
std::string file(char digit) { return digest(digit) + ".safetensors"; }

/// OUT with artifacts and the unfinished files of segment 1; the store under test writes segment 2.
class Out {
 public:
  Out() : path(std::filesystem::temp_directory_path() / ("espalier-artifacts-" + std::to_string(getpid()))) {
    std::filesystem::remove_all(path);
    std::filesystem::create_directories(path / "artifacts");
    std::filesystem::create_directories(store::unfinished_folder(path, 1));
  }
  ~Out() { std::filesystem::remove_all(path); }
  void put(const std::string& name) const { std::ofstream(path / "artifacts" / name) << "bytes"; }
  void leave(std::uint32_t segment, const std::string& name) const {
    std::ofstream(store::unfinished_folder(path, segment) / name) << "bytes";
  }
  void leave(std::uint32_t segment, int worker, const std::string& name) const {
    std::filesystem::create_directories(store::unfinished_folder(path, segment, worker));
    std::ofstream(store::unfinished_folder(path, segment, worker) / name) << "bytes";
  }
  bool has(const std::string& name) const { return std::filesystem::exists(path / "artifacts" / name); }
  bool left(std::uint32_t segment, const std::string& name) const {
    return std::filesystem::exists(store::unfinished_folder(path, segment) / name);
  }

  std::filesystem::path path;
};

store::State state_with(char training) {
  store::State state;
  state.tasks[TaskId{"t"}].training.artifact = {digest(training)};
  state.segments.resize(1);
  state.segments[0].segment = 1;
  return state;
}

}  // namespace

TEST_CASE("artifact store: a file is deleted once nothing refers to it, and not before the sweep") {
  const Out out;
  out.put(file('a'));
  ArtifactStore artifacts(out.path, state_with('a'), 2);

  artifacts.drop({digest('a')});
  CHECK(out.has(file('a')));
  artifacts.sweep();

  CHECK_FALSE(out.has(file('a')));
}

TEST_CASE("artifact store: equal content that another task refers to stays, and so does what comes back in time") {
  const Out out;
  out.put(file('a'));
  ArtifactStore artifacts(out.path, state_with('a'), 2);

  SECTION("another task") {
    artifacts.add({digest('a')});
    artifacts.drop({digest('a')});
  }
  SECTION("it comes back") {
    artifacts.drop({digest('a')});
    artifacts.add({digest('a')});
  }
  artifacts.sweep();

  CHECK(out.has(file('a')));
}

TEST_CASE("artifact store: what the journal never vouched for is never deleted") {
  const Out out;
  for (const auto& name : {file('a'), file('b'), file('c'), std::string("note.txt"), std::string("mine.safetensors")}) {
    out.put(name);
  }
  auto state = state_with('a');
  state.released = {digest('b'), digest('a')};
  ArtifactStore artifacts(out.path, state, 2);

  artifacts.sweep_earlier(state);

  CHECK(out.has(file('a')));        // needed again
  CHECK_FALSE(out.has(file('b')));  // released
  CHECK(out.has(file('c')));        // of another directory, or of a journal that is lost
  CHECK(out.has("note.txt"));
  CHECK(out.has("mine.safetensors"));
}

TEST_CASE("artifact store: behind a link nothing is deleted, since another directory may need it") {
  const Out out;
  std::filesystem::rename(out.path / "artifacts", out.path / "elsewhere");
  std::filesystem::create_directory_symlink(out.path / "elsewhere", out.path / "artifacts");
  out.put(file('a'));
  ArtifactStore artifacts(out.path, state_with('a'), 2);

  artifacts.drop({digest('a')});
  artifacts.sweep();

  CHECK(out.has(file('a')));
}

TEST_CASE("artifact store: a journaled file moves to its place; one that is gone is said") {
  const Out out;
  ArtifactStore artifacts(out.path, state_with('a'), 2);
  out.leave(2, 1, file('b'));

  artifacts.put_in_place({digest('b')}, {1});
  CHECK(out.has(file('b')));
  CHECK_FALSE(out.left(2, "worker-1/" + file('b')));
  CHECK_NOTHROW(artifacts.put_in_place({digest('b')}, {1}));  // equal content of another task
  CHECK_NOTHROW(artifacts.put_in_place({digest('b')}, {2}));
  CHECK_THROWS_AS(artifacts.put_in_place({digest('c')}, {1}), EnvironmentError);
}

TEST_CASE("artifact store: equal files of two workers are moved one by one, each for its own message") {
  const Out out;
  ArtifactStore artifacts(out.path, state_with('a'), 2);
  out.leave(2, 1, file('b'));
  out.leave(2, 2, file('b'));

  artifacts.put_in_place({digest('b')}, {1});

  CHECK(out.left(2, "worker-2/" + file('b')));
  artifacts.put_in_place({digest('b')}, {2});
  CHECK_FALSE(out.left(2, "worker-2/" + file('b')));
}

TEST_CASE("artifact store: the files of workers of a killed launch are moved or deleted, and those of others stay") {
  const Out out;
  const auto state = state_with('a');
  out.leave(1, 1, file('a'));
  out.leave(1, 2, file('a'));
  out.leave(1, 2, file('b'));
  out.leave(1, 2, file('c') + ".12-0.tmp");
  out.leave(1, 3, "note.txt");
  std::filesystem::create_directories(store::unfinished_folder(out.path, 1) / "mine");
  out.leave(1, "mine/" + file('d'));
  ArtifactStore artifacts(out.path, state, 2);

  artifacts.complete_moves();
  artifacts.sweep_earlier(state);

  CHECK(out.has(file('a')));
  CHECK_FALSE(out.has(file('b')));
  CHECK_FALSE(out.left(1, "worker-1"));
  CHECK_FALSE(out.left(1, "worker-2"));
  CHECK(out.left(1, "worker-3/note.txt"));
  CHECK(out.left(1, "mine/" + file('d')));
}

TEST_CASE("artifact store: moves that a killed launch had no time for are completed, and the rest of its files goes") {
  const Out out;
  const auto state = state_with('a');
  out.leave(1, file('a'));
  out.leave(1, file('b'));
  out.leave(1, file('c') + ".12-0.tmp");
  out.leave(1, "note.txt");
  ArtifactStore artifacts(out.path, state, 2);

  artifacts.complete_moves();
  artifacts.sweep_earlier(state);

  CHECK(out.has(file('a')));
  CHECK_FALSE(out.has(file('b')));
  CHECK_FALSE(out.left(1, file('b')));
  CHECK_FALSE(out.left(1, file('c') + ".12-0.tmp"));
  CHECK(out.left(1, "note.txt"));
}
