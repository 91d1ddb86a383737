#include "espalier/store/view.hpp"

#include <catch2/catch.hpp>

#include "espalier/store/verify.hpp"
#include "store/sample.hpp"

using namespace espalier;
using namespace espalier::store;

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

TEST_CASE("view: a view that is kept has a second name, which later views leave alone") {
  Sample sample;
  const auto file = sample.out.path() / "results.h5";
  const auto kept = keep_view(sample.out.path());
  REQUIRE(kept);
  CHECK(std::filesystem::equivalent(file, *kept));
  CHECK(keep_view(sample.out.path()) == kept);  // once more gives no second copy

  State poorer = replay(sample.out.path());
  poorer.tasks.at(task_number(0)).rows.clear();
  write_view(poorer, sample.out.path());

  const auto other = keep_view(sample.out.path());  // as many records, other content
  REQUIRE(other);
  CHECK(*other != *kept);
  CHECK(list_views(sample.out.path()).size() == 3);
  CHECK(std::filesystem::file_size(*kept) != std::filesystem::file_size(file));
}

TEST_CASE("view: one of more records than the journal has is kept, and nothing where there is none") {
  Sample sample;
  State state = replay(sample.out.path());
  CHECK_FALSE(keep_richer_view(state, sample.out.path()));
  --state.records;
  CHECK(keep_richer_view(state, sample.out.path()));
  Scratch empty;
  CHECK_FALSE(keep_view(empty.path()));
  CHECK(list_views(empty.path()).empty());
}

/// Hidden: writes the sample and its view into ESPALIER_SAMPLE, for the tests in Python.
TEST_CASE("sample for readers from outside", "[.sample]") {
  const std::filesystem::path out = std::getenv("ESPALIER_SAMPLE");
  write_sample(out);
  write_view(replay(out), out);
}
