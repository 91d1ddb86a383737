#include "cli/export_text.hpp"

#include <catch2/catch.hpp>

#include "espalier/store/tables.hpp"
#include "support/state_builder.hpp"

using namespace espalier;

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
