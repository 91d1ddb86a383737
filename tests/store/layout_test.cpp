// Which files under OUT are this program's.
#include "espalier/store/layout.hpp"

#include <catch2/catch.hpp>
#include <fstream>

#include "espalier/core/errors.hpp"
#include "espalier/store/view.hpp"
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

TEST_CASE("layout: results are removed, files of other names stay") {
  const Scratch scratch;
  const auto out = scratch.path() / "out";
  JournalWriter::open(out, some_writer());
  for (const auto* name : {"logs/worker-1.log", "logs/launch.log", "requests/1.5-7.request"}) {
    put(out / name);
  }
  std::ofstream(out / "lock") << "host=a process=1 restart=0 job=\n";
  std::ofstream(out / "launch") << "ESPR and more";
  write_view(State{}, out);
  put(out / "tmp/000002/worker-2" / (kDigest + ".safetensors"));
  put(out / "artifacts" / (kDigest + ".safetensors"));
  for (const auto* name : {"notes.txt", "logs/mine.log", "tmp/000001/x.txt", "tmp/000002/worker-1/x.txt"})
    put(out / name);

  remove_results(out);

  for (const auto* name : {"journal", "results.h5", "lock", "launch", "logs/worker-1.log", "requests", "artifacts",
                           "tmp/000002/worker-2"}) {
    INFO(name);
    CHECK_FALSE(std::filesystem::exists(out / name));
  }
  for (const auto* name : {"notes.txt", "logs/mine.log", "tmp/000001/x.txt", "tmp/000002/worker-1/x.txt"}) {
    INFO(name);
    CHECK(std::filesystem::exists(out / name));
  }
}

TEST_CASE("layout: files of these names that this program did not write stay, too") {
  const Scratch scratch;
  const auto out = scratch.path() / "out";
  JournalWriter::open(out, some_writer());
  for (const auto* name : {"results.h5", "lock", "launch"}) put(out / name);

  remove_results(out);

  for (const auto* name : {"results.h5", "lock", "launch"}) {
    INFO(name);
    CHECK(std::filesystem::exists(out / name));
  }
  CHECK_FALSE(std::filesystem::exists(out / "journal"));
}

TEST_CASE("layout: only what a trial left is removed, and nothing where its journal is damaged") {
  const Scratch scratch;
  const auto out = scratch.path() / "out";
  StudyRecord study;
  study.text = "[study]";
  study.trial = GENERATE(true, false);
  const bool is_damaged = GENERATE(true, false);
  {
    auto writer = JournalWriter::open(out, some_writer());
    writer.append(study);
    writer.commit();
    writer.append(FinishedRecord{0, 1});
    writer.commit();
  }
  if (is_damaged) {
    std::filesystem::create_directories(out / "tmp" / "000002");
    put(out / "journal" / "000002.log");
  }
  CAPTURE(study.trial, is_damaged);

  if (study.trial && !is_damaged) {
    CHECK_NOTHROW(remove_results(out));
  } else {
    CHECK_THROWS_WITH(remove_results(out), Catch::Contains("would empty the folder"));
  }
  CHECK(std::filesystem::exists(out / "journal" / "000001.log") == !(study.trial && !is_damaged));
}

TEST_CASE("layout: where a folder is a link nothing is removed, neither behind it nor beside it") {
  const Scratch scratch;
  const auto out = scratch.path() / "out", away = scratch.path() / "away";
  JournalWriter::open(away, some_writer());
  put(away / "artifacts" / (kDigest + ".safetensors"));
  const auto all_stay = [&] {
    CHECK(std::filesystem::exists(away / "journal" / "000001.log"));
    CHECK(std::filesystem::exists(away / "artifacts" / (kDigest + ".safetensors")));
  };

  std::filesystem::create_directory_symlink(away, out);
  CHECK_THROWS_WITH(remove_results(out), Catch::Contains("'" + out.string() + "' is a symbolic link"));
  all_stay();
  std::filesystem::remove(out);
  JournalWriter::open(out, some_writer());
  put(out / "results.h5");
  std::filesystem::create_directory_symlink(away / "artifacts", out / "artifacts");
  CHECK_THROWS_AS(remove_results(out), espalier::UsageError);
  CHECK(std::filesystem::exists(out / "results.h5"));
  all_stay();
  std::filesystem::remove_all(out);
  std::filesystem::create_directory(out);
  std::filesystem::create_directory_symlink(away / "journal", out / "journal");
  CHECK_THROWS_AS(remove_results(out), espalier::UsageError);
  all_stay();
}

TEST_CASE("layout: a folder without a segment of ours keeps everything, whatever the names in it") {
  const Scratch scratch;
  const auto out = scratch.path() / "out";
  put(out / "journal" / "000001.log");
  put(out / "results.h5");
  put(out / "artifacts" / (kDigest + ".safetensors"));

  remove_results(out);

  CHECK(std::filesystem::exists(out / "journal" / "000001.log"));
  CHECK(std::filesystem::exists(out / "results.h5"));
  CHECK(std::filesystem::exists(out / "artifacts" / (kDigest + ".safetensors")));
}
