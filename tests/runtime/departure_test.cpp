#include "runtime/rank0/departure.hpp"

#include <catch2/catch.hpp>

using namespace espalier;
using namespace espalier::runtime;

TEST_CASE("departure: over once all have left, or 8.6 s after it began") {
  Departure departure(2);
  departure.arrives({1});
  departure.arrives({2});
  CHECK_FALSE(departure.is_over(1e9));

  departure.send_away(100);
  departure.leaves({1});
  CHECK(departure.present() == std::set{WorkerId{2}});
  CHECK_FALSE(departure.is_over(108.6));
  CHECK(departure.is_over(108.7));
  departure.leaves({2});
  CHECK(departure.is_over(100));
}

TEST_CASE("departure: a stop begins once, gives the agents their time anew, and leaves 9.3 s for all") {
  Departure departure(1);
  departure.send_away(100);
  CHECK(departure.view_patience_s(101) == 600);

  CHECK(departure.begin_stop(105));
  CHECK_FALSE(departure.begin_stop(110));

  CHECK_FALSE(departure.is_over(113.5));
  CHECK(departure.is_over(113.7));
  CHECK(departure.view_patience_s(106) == Approx(8.3));
}

TEST_CASE("departure: the time of a stop is up once, 5 s before all agents must have left; that of an end never is") {
  Departure departure(1);
  departure.send_away(100);
  CHECK_FALSE(departure.time_is_up(1e9));

  departure.begin_stop(1000);

  departure.hears(1590);
  CHECK_FALSE(departure.time_is_up(1595));
  CHECK(departure.time_is_up(1595.1));
  CHECK_FALSE(departure.time_is_up(1595.2));
  CHECK_FALSE(departure.is_over(1598));
}
