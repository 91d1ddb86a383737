#include "espalier/store/verify.hpp"

#include <catch2/catch.hpp>

#include "espalier/core/errors.hpp"
#include "store/sample.hpp"
#include "store/segment.hpp"

using namespace espalier;
using namespace espalier::store;

namespace {

std::string problems(const Scratch& out) {
  std::string all;
  for (const Finding& finding : verify(out.path()).findings) {
    if (finding.kind == Finding::Kind::problem) all += finding.text + "; ";
  }
  return all;
}

}  // namespace

TEST_CASE("verify: a directory in order has nothing to say") {
  Sample sample;

  const Verification result = verify(sample.out.path());

  CHECK(result.good());
  CHECK(result.findings.empty());
  CHECK(result.artifacts == 1);
  CHECK(result.records == replay(sample.out.path()).records);
}

TEST_CASE("verify: a directory without a journal is a wrong argument") {
  Scratch out;

  CHECK_THROWS_AS(verify(out.path()), UsageError);
}

TEST_CASE("verify: a journal that is gone beside what only it can have made is a problem, not a wrong argument") {
  Sample sample;
  std::filesystem::remove_all(sample.out.path() / "journal");
  CHECK_THAT(problems(sample.out), Catch::Contains("results.h5 was made from"));
  std::filesystem::remove(sample.out.path() / "results.h5");
  CHECK_THAT(problems(sample.out), Catch::Contains("the journal is gone: no record names artifact"));
  std::filesystem::remove_all(sample.out.path() / "artifacts");
  std::filesystem::create_directories(sample.out.path() / "tmp" / "000001");
  CHECK_THAT(problems(sample.out), Catch::Contains("the journal is gone: 'tmp/000001'"));
}

TEST_CASE("verify: files in artifacts that no record names are listed, and are no problem") {
  Sample sample;
  const ArtifactId unknown = put_artifact(sample.out.path(), "of nobody");
  std::ofstream(sample.out.path() / "artifacts" / "note.txt") << "mine";
  std::ofstream(sample.out.path() / "artifacts" / (unknown.hex + ".safetensors.damaged-1")) << "set aside";

  const Verification result = verify(sample.out.path());

  CHECK(result.good());
  REQUIRE(result.findings.size() == 2);
  CHECK(result.findings[0].text == "no record names artifacts/" + unknown.hex + ".safetensors");
  CHECK_THAT(result.findings[1].text, Catch::Contains("artifacts/note.txt is not this program's"));
}

TEST_CASE("verify: links and folders with the name of an artifact are listed, and are no problem") {
  Sample sample;
  const auto folder = sample.out.path() / "artifacts";
  const std::string link = std::string(64, 'a') + ".safetensors", directory = std::string(64, 'b') + ".safetensors";
  std::filesystem::create_symlink("nowhere", folder / link);
  std::filesystem::create_directory(folder / directory);

  const Verification result = verify(sample.out.path());

  CHECK(result.good());
  REQUIRE(result.findings.size() == 2);
  const std::string both = result.findings[0].text + "; " + result.findings[1].text;
  CHECK_THAT(both, Catch::Contains("artifacts/" + link + " is a symbolic link") &&
                       Catch::Contains("artifacts/" + directory + " is no regular file"));
}

TEST_CASE("verify: a missing or changed artifact is named") {
  Sample sample;
  const auto artifact = std::filesystem::directory_iterator(sample.out.path() / "artifacts")->path();

  std::ofstream(artifact) << "other";
  CHECK_THAT(problems(sample.out), Catch::Contains(artifact.stem().string()) && Catch::Contains("other bytes"));
  std::filesystem::remove(artifact);
  CHECK_THAT(problems(sample.out), Catch::Contains("is missing"));
}

TEST_CASE("verify: a damaged record is found") {
  Sample sample;
  std::fstream file(segment_file(sample.out.path(), 1), std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(400);
  file.put('\x7f');
  file.close();

  CHECK_THAT(problems(sample.out), Catch::Contains("segment 1"));
  CHECK_THROWS_AS(refuse_damage(replay(sample.out.path()), sample.out.path()), UsageError);
}

TEST_CASE("verify: a view that is missing, foreign or not what the journal says is found") {
  Sample sample;
  const auto view = sample.out.path() / "results.h5";

  SECTION("missing after the end") {
    std::filesystem::remove(view);
    CHECK_THAT(problems(sample.out), Catch::Contains("missing"));
  }
  SECTION("no HDF5 file") {
    std::ofstream(view) << "no";
    CHECK_THAT(problems(sample.out), Catch::Contains("cannot be read"));
  }
  SECTION("other values") {
    State state = replay(sample.out.path());
    auto& values = state.tasks.at(task_number(0)).rows.front().row.values;
    values.set(metrics::Metric::loss, values.get(metrics::Metric::loss) + 1e-9);
    write_view(state, sample.out.path());
    CHECK_THAT(problems(sample.out), Catch::Contains("/metrics has other values"));
  }
  SECTION("ahead of the journal") {
    std::filesystem::resize_file(segment_file(sample.out.path(), 1),
                                 std::filesystem::file_size(segment_file(sample.out.path(), 1)) - 1);
    CHECK_THAT(problems(sample.out), Catch::Contains("knows more than the journal"));
  }
}

TEST_CASE(
    "verify: a view that is wrong beside a whole journal is written by 'view', beside a damaged one by 'repair'") {
  Sample sample;
  {
    JournalWriter later = JournalWriter::open(sample.out.path(), some_writer());
    later.append(WarningRecord{"more"});
    later.commit();
  }
  std::ofstream(sample.out.path() / "results.h5") << "no";
  CHECK_THAT(problems(sample.out), Catch::Contains("Run 'espalier view " + sample.out.path().string() + "'"));

  std::fstream file(segment_file(sample.out.path(), 1), std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(400);
  file.put('\x7f');
  file.close();

  CHECK_THAT(problems(sample.out), Catch::Contains("Run 'espalier repair " + sample.out.path().string() + "'") &&
                                       !Catch::Contains("espalier view"));
}

TEST_CASE("verify: a view older than the journal's end is no problem") {
  Sample sample;
  JournalWriter writer = JournalWriter::open(sample.out.path(), some_writer());
  writer.append(WarningRecord{"more"});
  writer.commit();

  const Verification result = verify(sample.out.path());

  CHECK(result.good());
  REQUIRE(result.findings.size() == 1);
  CHECK_THAT(result.findings[0].text, Catch::Contains("older"));
}
