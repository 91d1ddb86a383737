// OUT/launch: it comes back as it was written; whatever else stands there is refused with what to do about it.
#include "espalier/session/launch_file.hpp"

#include <rapidcheck.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "espalier/core/errors.hpp"
#include "espalier/frame/canonical.hpp"
#include "espalier/frame/tagged.hpp"
#include "session/launch_bytes.hpp"
#include "session/launch_plan.hpp"
#include "support/filler.hpp"
#include "support/planning.hpp"

using namespace espalier;
using namespace espalier::session;

namespace {

std::string text_of(const Launch& launch) { return frame::Canonical::text(launch); }

/// A file that goes with its scope.
class LaunchOnDisk {
 public:
  explicit LaunchOnDisk(const std::string& bytes) { std::ofstream(path(), std::ios::binary) << bytes; }
  LaunchOnDisk(const LaunchOnDisk&) = delete;
  LaunchOnDisk& operator=(const LaunchOnDisk&) = delete;
  ~LaunchOnDisk() { std::filesystem::remove(path()); }
  std::filesystem::path path() const {
    return std::filesystem::temp_directory_path() / ("espalier-launch-" + std::to_string(::getpid()));
  }
};

template <class Refusal>
std::string refusal_of(const std::string& bytes) {
  const LaunchOnDisk file(bytes);
  try {
    read_launch(file.path());
  } catch (const Refusal& error) {
    return error.what();
  }
  return "not refused";
}

}  // namespace

TEST_CASE("launch file: a launch comes back as it was") {
  CHECK(rc::check("round trip", [](std::uint64_t seed) {
    const auto launch = support::filled<Launch>(seed);

    RC_ASSERT(text_of(decode_launch(encode_launch(launch))) == text_of(launch));
  }));
}

TEST_CASE("launch file: what is written durably is what is read") {
  const LaunchOnDisk file("an earlier one");
  const auto launch = support::filled<Launch>(7);

  const auto digest = write_launch(file.path(), launch);

  CHECK(text_of(read_launch(file.path(), digest)) == text_of(launch));
}

TEST_CASE("launch file: rank 0 plans the study that it is handed, and looks at neither its text nor --set") {
  Launch launch;
  launch.study = support::small_study();
  launch.study.experiments = {support::experiment("a", {support::axis("transferred", {0, 2})})};
  launch.study.text = "this is not TOML";
  launch.overrides = {"no.such.key=1"};
  launch.facts = support::small_facts();

  const Launch read = decode_launch(encode_launch(launch));
  const auto planned = replan_of(read, {})({}, {});

  CHECK(read.study == launch.study);
  CHECK(planned.plan.diagnostics.empty());
  CHECK(planned.plan.runs.size() == support::compiled(launch.study).runs.size());
  CHECK(study_record(read).text == launch.study.text);
  CHECK(study_record(read).overrides == launch.overrides);
}

TEST_CASE("launch file: that of another run is not taken for one's own") {
  const LaunchOnDisk file("");
  const auto digest = write_launch(file.path(), support::filled<Launch>(7));
  write_launch(file.path(), support::filled<Launch>(8));

  CHECK_THROWS_AS(read_launch(file.path(), digest), UsageError);
  CHECK_THROWS_WITH(read_launch(file.path(), digest), Catch::Contains("give another --out"));
}

TEST_CASE("launch file: a changed or missing byte anywhere is noticed") {
  CHECK(rc::check("damage", [](std::uint64_t seed) {
    const std::string whole = encode_launch(support::filled<Launch>(seed));
    const auto at = seed % whole.size();
    const bool in_version = at >= 4 && at < 8;
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ (1 << seed % 8));

    if (in_version) RC_ASSERT_THROWS_AS(decode_launch(changed), frame::NewerFormatError);
    else RC_ASSERT_THROWS_AS(decode_launch(changed), CorruptionError);
    RC_ASSERT_THROWS_AS(decode_launch(std::string_view(whole).substr(0, at)), CorruptionError);
  }));
}

TEST_CASE("launch file: another version is refused as such, before its checksum is looked at") {
  std::string bytes = encode_launch({});
  bytes[4] = 10;

  const auto said = refusal_of<UsageError>(bytes);

  CHECK_THAT(said, Catch::Contains("has version 10, this one reads 9") && Catch::Contains("'espalier run' again"));
}

TEST_CASE("launch file: a damaged file is refused with what to do") {
  std::string bytes = encode_launch({});
  bytes.back() = static_cast<char>(bytes.back() ^ 1);

  const auto said = refusal_of<CorruptionError>(bytes);

  CHECK_THAT(said, Catch::Contains("is damaged (its checksum differs)") && Catch::Contains("'espalier run' again"));
}

TEST_CASE("launch file: a missing file is refused with how studies are started") {
  CHECK_THROWS_AS(read_launch("/nowhere/launch"), EnvironmentError);
  CHECK_THROWS_WITH(read_launch("/nowhere/launch"), Catch::Contains("Start studies by 'espalier run'"));
}
