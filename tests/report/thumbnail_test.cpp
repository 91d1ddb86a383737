// That PNG files hold the pixels is seen by tests/e2e/coarse_fine_test.py, which takes them apart by itself.
#include "espalier/report/thumbnail.hpp"

#include <catch2/catch.hpp>
#include <random>

using namespace espalier;

TEST_CASE("thumbnail: neither side is above the limit, small pictures stay, and the mean stays") {
  std::mt19937 draws(2);
  for (const auto& [height, width] : {std::pair(96, 48), {31, 77}, {200, 3}, {20, 20}, {48, 48}}) {
    report::Picture picture{3, height, width, {}};
    for (int i = 0; i < 3 * height * width; ++i) picture.pixels.push_back(static_cast<std::uint8_t>(draws() % 256));

    const auto small = report::shrunk(picture, 48);

    CHECK(small.height <= 48);
    CHECK(small.width <= 48);
    CHECK((small.height >= 1 && small.width >= 1));
    CHECK(small.pixels.size() == static_cast<std::size_t>(3 * small.height * small.width));
    if (height <= 48 && width <= 48) CHECK(small.pixels == picture.pixels);
    double before = 0, after = 0;
    for (const auto pixel : picture.pixels) before += pixel;
    for (const auto pixel : small.pixels) after += pixel;
    CHECK(after / static_cast<double>(small.pixels.size()) ==
          Approx(before / static_cast<double>(picture.pixels.size())).margin(8));
  }
  report::Picture flat{1, 100, 100, std::vector<std::uint8_t>(10000, 77)};
  CHECK(report::shrunk(flat, 48).pixels == std::vector<std::uint8_t>(48 * 48, 77));
}

TEST_CASE("thumbnail: an address is base64 with its padding") {
  CHECK(report::data_address("") == "data:image/png;base64,");
  CHECK(report::data_address("M") == "data:image/png;base64,TQ==");
  CHECK(report::data_address("Ma") == "data:image/png;base64,TWE=");
  CHECK(report::data_address("Man\xff") == "data:image/png;base64,TWFu/w==");
}
