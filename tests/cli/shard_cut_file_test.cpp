#include "cli/shard_cut_file.hpp"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "espalier/core/errors.hpp"

using namespace espalier;

TEST_CASE("shard cut: what was written is read, and another cut of the same directory is refused") {
  const auto out = std::filesystem::temp_directory_path() / ("espalier-cut-" + std::to_string(getpid()));
  std::filesystem::remove_all(out);
  cli::KeptCut cut{"split == 1", {{0, 2, 0.5}, {3, 4, 5}, {6, 7, 8.25}}};
  CHECK_FALSE(cli::read_cut(out));
  CHECK_NOTHROW(cli::refuse_other_cut(out, cut));

  cli::write_cut(out, cut);

  const auto read = cli::read_cut(out);
  REQUIRE(read);
  CHECK(read->only == cut.only);
  REQUIRE(read->shards.size() == 3);
  CHECK(read->shards[2].runs == 6);
  CHECK(read->shards[2].tasks == 7);
  CHECK(read->shards[2].seconds == 8.25);
  CHECK_NOTHROW(cli::refuse_other_cut(out, cut));
  auto other = cut;
  other.only = "";
  CHECK_THROWS_AS(cli::refuse_other_cut(out, other), UsageError);
  other = cut;
  other.shards.pop_back();
  CHECK_THROWS_WITH(cli::refuse_other_cut(out, other),
                    Catch::Contains("was cut into 2 shards with --only 'split == 1', "
                                    "not 1 shard"));
  std::ofstream(out / "shards" / "cut.json") << "{\"only\": \"\", \"shards\": []}";
  CHECK_FALSE(cli::read_cut(out));
  std::filesystem::remove_all(out);
}
