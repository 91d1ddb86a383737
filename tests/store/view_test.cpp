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

/// Hidden: writes the sample and its view into ESPALIER_SAMPLE, for the tests in Python.
TEST_CASE("sample for readers from outside", "[.sample]") {
  const std::filesystem::path out = std::getenv("ESPALIER_SAMPLE");
  write_sample(out);
  write_view(replay(out), out);
}
