#include "espalier/h5/table.hpp"

#include <catch2/catch.hpp>
#include <cstring>

#include "espalier/core/errors.hpp"
#include "h5/sample_table.hpp"

using namespace espalier;
using namespace espalier::h5;

TEST_CASE("table: rows are packed at the layout's offsets, texts padded to the longest") {
  const Table table = sample();
  const Layout layout = layout_of(table);

  const std::string rows = pack_rows(table, layout, 1, 2);

  REQUIRE(layout.row_bytes == 2 + 8 + 8);
  CHECK(rows.substr(0, 2) == std::string("x\0", 2));
  std::int64_t number = 0;
  std::memcpy(&number, rows.data() + layout.row_bytes + 2, 8);
  CHECK(number == 2);
}

TEST_CASE("table: a column of a wrong length or with a known name is refused") {
  Table table = sample();

  CHECK_THROWS_AS(table.add("more", std::vector<double>(2)), Error);
  CHECK_THROWS_AS(table.add("name", std::vector<double>(3)), Error);
}
