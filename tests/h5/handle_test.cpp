#include "h5/handle.hpp"

#include <catch2/catch.hpp>

#include "espalier/core/errors.hpp"

using namespace espalier;
using namespace espalier::h5;

namespace {

int closed = 0;
herr_t count(hid_t) {
  ++closed;
  return 0;
}

}  // namespace

TEST_CASE("handle: is closed once, by whoever holds it last") {
  closed = 0;
  {
    Handle first(7, count);
    Handle second(std::move(first));
    CHECK(first.id() == -1);
    CHECK(second.id() == 7);
  }
  CHECK(closed == 1);
}

TEST_CASE("handle: assignment closes its own first, and nothing where it is assigned to itself") {
  closed = 0;
  Handle first(7, count), second(8, count);
  first = std::move(second);
  CHECK(closed == 1);
  CHECK(first.id() == 8);
  Handle& same = first;
  first = std::move(same);
  CHECK(closed == 1);
  CHECK(first.id() == 8);
}

TEST_CASE("handle: a call that fails is named with the library's reason, others give their result") {
  CHECK(check(5, "H5Fopen") == 5);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  CHECK_THROWS_AS(ESPALIER_H5(H5Tclose, H5Tcopy, hid_t{-3}), EnvironmentError);
  CHECK_THROWS_WITH(ESPALIER_H5(H5Tclose, H5Tcopy, hid_t{-3}), Catch::Contains("HDF5 failed in H5Tcopy ("));
}
