// Which files under OUT are this program's.
#include "espalier/store/layout.hpp"

#include <catch2/catch.hpp>
#include <fstream>

#include "store/scratch.hpp"

using namespace espalier::store;

namespace {

const std::string kDigest(64, 'a');

void put(const std::filesystem::path& file) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file) << "x";
}

}  // namespace

TEST_CASE("layout: an artifact's name is a digest; one that is not finished may have an ending more") {
  CHECK(is_artifact_name(kDigest + ".safetensors"));
  CHECK_FALSE(is_artifact_name(std::string(64, 'A') + ".safetensors"));
  CHECK_FALSE(is_artifact_name(kDigest.substr(1) + ".safetensors"));
  CHECK_FALSE(is_artifact_name(kDigest + ".safetensors.7.tmp"));
  CHECK(is_unfinished_name(kDigest + ".safetensors.7.tmp"));
  CHECK_FALSE(is_unfinished_name("notes.tmp"));
  CHECK(unfinished_folder("out", 12) == "out/tmp/000012");
  CHECK(unfinished_folder("out", 12, 3) == "out/tmp/000012/worker-3");
}

TEST_CASE("layout: results are removed, files of other names and what links lead to stay") {
  const Scratch scratch;
  const auto out = scratch.path() / "out", away = scratch.path() / "away";
  for (const auto* name : {"journal/000001.log", "results.h5", "lock", "launch", "logs/worker-1.log", "logs/launch.log",
                           "requests/1.5-7.request", "tmp/000001/x.txt", "tmp/000002/worker-1/x.txt"}) {
    put(out / name);
  }
  put(out / "artifacts" / (kDigest + ".safetensors"));
  put(out / "tmp/000002/worker-2" / (kDigest + ".safetensors"));
  put(out / "notes.txt");
  put(out / "logs" / "mine.log");
  put(away / (kDigest + ".safetensors"));

  remove_results(out);

  for (const auto* name : {"journal", "results.h5", "lock", "launch", "logs/worker-1.log", "requests", "artifacts",
                           "tmp/000002/worker-2"}) {
    INFO(name);
    CHECK_FALSE(std::filesystem::exists(out / name));
  }
  CHECK(std::filesystem::exists(out / "notes.txt"));
  CHECK(std::filesystem::exists(out / "logs" / "mine.log"));
  CHECK(std::filesystem::exists(out / "tmp/000001/x.txt"));
  CHECK(std::filesystem::exists(out / "tmp/000002/worker-1/x.txt"));
  std::filesystem::create_directory_symlink(away, out / "artifacts");
  remove_results(out);
  CHECK(std::filesystem::exists(away / (kDigest + ".safetensors")));
}
