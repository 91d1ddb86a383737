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

TEST_CASE("cli: wide letters take two columns, and control characters are shown") {
  Table table({"case", "n"});
  table.row({"日本", "1"}).row({"a\x1b[2J", "22"});

  CHECK(table.text() ==
        "case    n\n"
        "-----  --\n"
        "日本    1\n"
        "a?[2J  22\n");
}
