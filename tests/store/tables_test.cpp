#include "espalier/store/tables.hpp"

#include <catch2/catch.hpp>

#include "store/sample.hpp"

using namespace espalier;
using namespace espalier::store;

namespace {

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
