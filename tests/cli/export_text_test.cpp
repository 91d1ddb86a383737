#include "cli/export_text.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "espalier/store/tables.hpp"
#include "support/state_builder.hpp"

using namespace espalier;

namespace {

h5::Table sample() {
  h5::Table table("sample", 2);
  table.add("a,b", std::vector<std::string_view>{"say \"x\"", "two\nlines"});
  table.add("n", std::vector<std::int64_t>{-1, 2});
  table.add("x", std::vector<double>{0.1, std::nan("")});
  return table;
}

}  // namespace

TEST_CASE("export: CSV quotes what it must, and leaves out what is no number") {
  CHECK(cli::to_csv(sample()) == "\"a,b\",n,x\r\n\"say \"\"x\"\"\",-1,0.1\r\n\"two\nlines\",2,\r\n");
}

TEST_CASE("export: JSON has an object a row, null for what is no number") {
  const auto text = cli::to_json(sample());
  CHECK_THAT(text, Catch::Contains("\"say \\\"x\\\"\"") && Catch::Contains("\"x\": 0.1"));
  CHECK_THAT(text, Catch::Contains("\"x\": null"));
}

TEST_CASE("export: a long cause of two bytes a letter is cut between letters, and is JSON") {
  for (const std::string start : {"", "x"}) {
    testing::StateBuilder builder;
    std::string cause = start;
    for (int i = 0; i < 400; ++i) cause += "ö";
    builder.failed("e", {{"split", "1"}}, cause);

    const auto text = cli::to_json(store::runs_table(builder.state()));

    CHECK_THAT(text, Catch::Contains(cause.substr(0, start.size() + 238)));
    CHECK_THAT(text, !Catch::Contains("\uFFFD"));
  }
}

TEST_CASE("export: bytes that are no UTF-8 are shown as such, and do not end the export") {
  testing::StateBuilder builder;
  builder.failed("e", {{"split", "1"}},
                 "cannot open '/data/gr\xFC"
                 "n'");

  CHECK_THAT(cli::to_json(store::runs_table(builder.state())), Catch::Contains("gr\uFFFDn"));
}
