#include "espalier/store/verify.hpp"

#include <catch2/catch.hpp>

#include "espalier/core/errors.hpp"
#include "espalier/store/tables.hpp"
#include "store/sample.hpp"
#include "store/segment.hpp"

using namespace espalier;
using namespace espalier::store;

namespace {

struct Sample {
  Scratch out;
  Sample() {
    write_sample(out.path());
    write_view(replay(out.path()), out.path());
  }
};

std::string problems(const Scratch& out) {
  std::string all;
  for (const Finding& finding : verify(out.path()).findings) {
    if (finding.kind == Finding::Kind::problem) all += finding.text + "; ";
  }
  return all;
}

const h5::Column& column(const h5::Table& table, const std::string& name) {
  for (const h5::Column& known : table.columns()) {
    if (known.name == name) return known;
  }
  FAIL("no column " << name);
  std::abort();
}

std::vector<std::string_view> texts(const h5::Table& table, const std::string& name) {
  return std::get<std::vector<std::string_view>>(column(table, name).values);
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

TEST_CASE("view: files of writers that died are removed, those of living ones are not") {
  Sample sample;
  const auto dead = sample.out.path() / "results.h5.1-1.tmp";
  std::ofstream(dead) << "half";
  std::ofstream(sample.out.path() / "results.h5.mine.tmp") << "a user's own";

  write_view(replay(sample.out.path()), sample.out.path());

  CHECK_FALSE(std::filesystem::exists(dead));
  CHECK(std::filesystem::exists(sample.out.path() / "results.h5.mine.tmp"));
  CHECK(verify(sample.out.path()).good());
}

TEST_CASE("tables: axes are text columns, with a twin where every value is a number") {
  Sample sample;
  const State state = replay(sample.out.path());

  const h5::Table runs = runs_table(state);

  CHECK(texts(runs, "case")[0] == "scratch");
  CHECK(texts(runs, "state")[3] == "failed");
  CHECK(texts(runs, "cause")[3] == "diverged");
  const auto& sizes = std::get<std::vector<double>>(column(runs, "per_class_number").values);
  CHECK(sizes[0] == 8);
  CHECK(sizes[1] == std::numeric_limits<double>::infinity());
  for (const h5::Column& known : runs.columns()) CHECK(known.name != "case_number");
}

TEST_CASE("tables: final holds the last rows of the runs that are done; tasks know their source") {
  Sample sample;
  const State state = replay(sample.out.path());

  const h5::Table final = final_table(state);
  const h5::Table tasks = tasks_table(state);

  CHECK(final.rows() == 3);
  CHECK(std::get<std::vector<double>>(column(final, "test.top1").values)[2] == 0.2);
  CHECK(std::get<std::vector<std::int64_t>>(column(final, "epoch").values)[0] == 3);
  const std::string source = to_hex(sha256("weights"));
  for (std::size_t row = 0; row < tasks.rows(); ++row) {
    CHECK(texts(tasks, "source")[row] == (texts(tasks, "task")[row] == task_number(9).hex.str() ? "" : source));
  }
}

/// Hidden: writes the sample and its view into ESPALIER_SAMPLE, for the tests in Python.
TEST_CASE("sample for readers from outside", "[.sample]") {
  const std::filesystem::path out = std::getenv("ESPALIER_SAMPLE");
  write_sample(out);
  write_view(replay(out), out);
}
