// Files of others with names of ours: told from our own, refused before a launch, kept by the writer of views.
#include "espalier/store/foreign_files.hpp"

#include <catch2/catch.hpp>

#include "espalier/core/errors.hpp"
#include "espalier/frame/tagged.hpp"
#include "espalier/h5/file.hpp"
#include "espalier/store/tables.hpp"
#include "espalier/store/verify.hpp"
#include "store/sample.hpp"

using namespace espalier;
using namespace espalier::store;

namespace {

std::string read(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// An HDF5 file that a user made, or that a version of another schema wrote.
std::string hdf5_of(std::int64_t schema) {
  h5::Image image;
  image.add_text("notes", "mine");
  if (schema > 0) {
    image.add_group("provenance");
    image.add_attribute("provenance", "schema", schema);
  }
  return image.bytes();
}

void write(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

}  // namespace

TEST_CASE("foreign files: a view is known by its schema, and what is none by its lack") {
  const Scratch out;
  const auto file = out.path() / "results.h5";
  CHECK(origin_of_view(file) == ViewOrigin::none);
  write_view(State{}, out.path());
  CHECK(origin_of_view(file) == ViewOrigin::own);
  write(file, hdf5_of(1));
  CHECK(origin_of_view(file) == ViewOrigin::own);
  write(file, hdf5_of(kViewSchema + 1));
  CHECK(origin_of_view(file) == ViewOrigin::newer);
  for (const auto& bytes : {hdf5_of(0), std::string("text"), std::string()}) {
    write(file, bytes);
    CHECK(origin_of_view(file) == ViewOrigin::unknown);
  }
}

TEST_CASE("foreign files: a launch refuses what it would replace, but a view that may be a damaged one of ours") {
  const Scratch out;
  CHECK_NOTHROW(refuse_foreign_files(out.path(), HasJournal::no));
  write(out.path() / "results.h5", hdf5_of(0));
  CHECK_THROWS_AS(refuse_foreign_files(out.path(), HasJournal::no), UsageError);
  CHECK_NOTHROW(refuse_foreign_files(out.path(), HasJournal::yes));
  write(out.path() / "launch", "ESPR and so on");
  CHECK_NOTHROW(refuse_foreign_files(out.path(), HasJournal::yes));
  for (const char* bytes : {"my launch", "ESP", ""}) {
    write(out.path() / "launch", bytes);
    CHECK_THROWS_WITH(refuse_foreign_files(out.path(), HasJournal::yes), Catch::Contains("launch"));
  }
}

TEST_CASE("foreign files: the writer of views keeps what is no view under a name that is free") {
  Sample sample;
  const auto& out = sample.out.path();
  for (int n = 1; n <= 2; ++n) {
    write(out / "results.h5", hdf5_of(0));

    const auto kept = write_view(replay(out), out);

    REQUIRE(kept);
    CHECK(*kept == out / ("results.h5.kept-" + std::to_string(n)));
    CHECK(read(*kept) == hdf5_of(0));
    CHECK(origin_of_view(out / "results.h5") == ViewOrigin::own);
  }
  CHECK_FALSE(write_view(replay(out), out));
}

TEST_CASE("foreign files: a newer version's view stays as it is, and verify says so") {
  Sample sample;
  const auto& out = sample.out.path();
  write(out / "results.h5", hdf5_of(kViewSchema + 1));

  CHECK_THROWS_AS(refuse_foreign_files(out, HasJournal::yes), frame::NewerFormatError);
  CHECK_THROWS_AS(write_view(replay(out), out), frame::NewerFormatError);

  CHECK(read(out / "results.h5") == hdf5_of(kViewSchema + 1));
  const auto result = verify(out);
  REQUIRE(result.findings.size() == 1);
  CHECK_THAT(result.findings[0].text, Catch::Contains("newer version") && !Catch::Contains("Run repair"));
}
