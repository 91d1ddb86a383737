// What is held out of a folder's images, and which classes are too small.
#include <catch2/catch.hpp>

#include "espalier/core/errors.hpp"
#include "init_looks.hpp"

using namespace espalier;
using cli::data_of;
using testing::look_of;

TEST_CASE("draft data: a fifth of the smallest class is held out for tests, and as much for validation") {
  const auto data = data_of(look_of({100, 60, 100}), "images", false);

  CHECK((data.test == 12 && data.valid == 12));
  CHECK(data.usual == 100);
  CHECK(data.per_class() == 76);
  CHECK(data.training_images() == 260 - 3 * 24);
}

TEST_CASE("draft data: with folds nothing is held out for validation, and at most 50 images for tests") {
  const auto data = data_of(look_of({1000, 1000}), "images", true);

  CHECK((data.test == 50 && data.valid == 0));
}

TEST_CASE("draft data: classes with less than a tenth of the usual number, or three images, are left out by number") {
  const auto data = data_of(look_of({100, 9, 100, 3, 10, 100, 100}), "images", false);

  CHECK(data.short_classes == std::vector<std::string>{"class1", "class3"});
  CHECK(data.kept == std::vector<std::int32_t>{0, 2, 4, 5, 6});
  CHECK(data.test == 2);
}

TEST_CASE("draft data: two classes must be large enough") {
  CHECK_THROWS_WITH(data_of(look_of({100, 2}), "images", false),
                    Catch::Contains("'images' has fewer than two classes with 10 images"));
}

TEST_CASE("draft data: under 1000 images, or 20 a class, are few") {
  CHECK(cli::are_few(look_of({400, 400})));
  CHECK_FALSE(cli::are_few(look_of({500, 500})));
  CHECK(cli::are_few(look_of(std::vector<std::int64_t>(100, 20))));
  CHECK_FALSE(cli::are_few(look_of(std::vector<std::int64_t>(100, 21))));
}
