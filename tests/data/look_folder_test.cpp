// What is seen in a folder before anything is packed: classes, counts, sizes and greys.
#include "data/read/look_folder.hpp"

#include "espalier/core/errors.hpp"
#include "espalier/data/resolve.hpp"
#include "support/catch_after_torch.hpp"
#include "temporary_folder.hpp"

namespace espalier::data {
namespace {

using Catch::Contains;

/// A PPM image whose pixels all have this colour.
void put_image(const TemporaryFolder& folder, const std::string& name, int height, int width, const std::string& rgb) {
  std::filesystem::create_directories((folder / name).parent_path());
  std::string bytes = "P6\n" + std::to_string(width) + " " + std::to_string(height) + "\n255\n";
  for (int i = 0; i < height * width; ++i) bytes += rgb;
  put_bytes(folder / name, bytes);
}

void fill(const TemporaryFolder& folder) {
  put_image(folder, "a/1.ppm", 4, 6, "ggg");
  put_image(folder, "a/2.ppm", 9, 5, "rgb");
  put_image(folder, "a/3.ppm", 4, 6, "ggg");
  put_image(folder, "b/1.ppm", 2, 8, "rgb");
}

std::string asked(const std::filesystem::path& folder) {
  return look_request(R"({"folder": ")" + folder.string() + R"("})");
}

}  // namespace

TEST_CASE("look: images are counted by class, and their sizes stand in order of the shorter side") {
  const TemporaryFolder folder;
  fill(folder);
  std::filesystem::create_directories(folder / "c");

  const auto facts = look_at_folder(folder.path(), 100);

  CHECK(facts.classes == std::vector<std::string>{"a", "b", "c"});
  CHECK(facts.counts == std::vector<std::int64_t>{3, 1, 0});
  REQUIRE(facts.sides.size() == 4);
  CHECK((facts.sides[0].height == 2 && facts.sides[0].width == 8));
  CHECK((facts.sides[3].height == 9 && facts.sides[3].width == 5));
  CHECK(facts.grey == 2);
  CHECK(facts.notes.size() == 1);  // the class without an image
}

TEST_CASE("look: of many images some are decoded, spread over the classes") {
  const TemporaryFolder folder;
  fill(folder);

  const auto facts = look_at_folder(folder.path(), 2);  // the first and the third

  CHECK(facts.sides.size() == 2);
  CHECK(facts.grey == 2);
  CHECK(facts.counts == std::vector<std::int64_t>{3, 1});
}

TEST_CASE("look: an answer holds classes, sizes and greys, or what is wrong") {
  const TemporaryFolder folder;
  fill(folder);

  CHECK_THAT(asked(folder.path()), Contains(R"("classes":[{"images":3,"name":"a"},{"images":1,"name":"b"}])") &&
                                       Contains(R"("sizes":3)") && Contains(R"("median":[4,6])") &&
                                       Contains(R"("images":4,"least":[2,8])"));
  put_bytes(folder / "a/4.png", "no image");
  CHECK_THAT(asked(folder.path()), Contains(R"("error":{"problem":"cannot decode the image)"));
  CHECK_THAT(asked(folder / "b"), Contains("has no sub-folder"));
  CHECK_THROWS_AS(look_request("{}"), UsageError);
}

}  // namespace espalier::data
