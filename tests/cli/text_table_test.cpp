#include "cli/text_table.hpp"

#include <catch2/catch.hpp>

using namespace espalier::cli;

TEST_CASE("cli: numbers align right, words left, and letters outside ASCII count once") {
  Table table({"state", "runs", "mean"});
  table.row({"done", "120", "0.5 ± 0.1"}).row({"gültig", "7"});

  CHECK(table.text() ==
        "state   runs       mean\n"
        "------  ----  ---------\n"
        "done     120  0.5 ± 0.1\n"
        "gültig     7\n");
}

TEST_CASE("cli: an empty table is its header") { CHECK(Table({"a", "bb"}).text() == "a  bb\n-  --\n"); }
