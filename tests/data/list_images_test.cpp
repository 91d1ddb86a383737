// Which files of a folder are images, in which order, and what is said of the others.
#include "data/read/list_images.hpp"

#include "data/read/walk_folder.hpp"
#include "espalier/core/errors.hpp"
#include "support/catch_after_torch.hpp"
#include "temporary_folder.hpp"

namespace espalier::data {
namespace {

using Catch::Contains;

void put(const TemporaryFolder& folder, const std::string& name) {
  std::filesystem::create_directories((folder / name).parent_path());
  put_bytes(folder / name, "x");
}

std::vector<std::string> names_in(const ImageFiles& found, const TemporaryFolder& folder) {
  std::vector<std::string> names;
  for (const ImageFile& file : found.images) names.push_back(file.path.lexically_relative(folder.path()).string());
  return names;
}

std::string all_of(const std::vector<Problem>& notes) {
  std::string text;
  for (const Problem& note : notes) text += to_string(note) + "\n";
  return text;
}

}  // namespace

TEST_CASE("folder: images at any depth below a class are found, those of the upper folder first") {
  const TemporaryFolder folder;
  for (const char* name : {"b/one.jfif", "a/z.JPG", "a/deep/down/1.png", "a/deep/2.bmp", "a/b/3.ppm"})
    put(folder, name);

  const ImageFiles found = list_images(folder.path(), {});

  CHECK(found.classes == std::vector<std::string>{"a", "b"});
  CHECK(names_in(found, folder) ==
        std::vector<std::string>{"a/z.JPG", "a/b/3.ppm", "a/deep/2.bmp", "a/deep/down/1.png", "b/one.jfif"});
  CHECK(found.images.back().label == 1);
  CHECK(found.notes().empty());
}

TEST_CASE("folder: what is not read is counted by ending and said") {
  const TemporaryFolder folder;
  for (const char* name : {"a/1.jpg", "a/1.webp", "a/2.webp", "a/x.txt", "a/.cache/1.jpg", "beside.png", "list.csv"})
    put(folder, name);
  std::filesystem::create_directories(folder / "none");

  const std::string notes = all_of(list_images(folder.path(), {}).notes());

  CHECK_THAT(notes, Contains("5 files are not read (1 .csv, 1 .txt, 2 .webp, 1 hidden)"));
  CHECK_THAT(notes, Contains("1 image is not read (no class folder holds it)"));
  CHECK_THAT(notes, Contains("a class folder holds no image ('none')"));
}

TEST_CASE("folder: class folders and files that are hidden are said") {
  const TemporaryFolder folder;
  for (const char* name : {"a/1.jpg", ".b/1.jpg", ".listing"}) put(folder, name);

  const ImageFiles found = list_images(folder.path(), {});

  CHECK(found.classes == std::vector<std::string>{"a"});
  const std::string notes = all_of(found.notes());
  CHECK_THAT(notes, Contains("1 folder is not read (a dot begins the name of '.b')"));
  CHECK_THAT(notes, Contains("1 file is not read (1 hidden)"));
}

TEST_CASE("folder: a folder that links reach on too many ways is refused, a few are fine") {
  const TemporaryFolder folder;
  put(folder, "set/a/1.png");
  put(folder, "other/2.png");
  const auto link = [&](int n) {
    std::filesystem::create_directory_symlink(folder / "other", folder / ("set/a/l" + std::to_string(n)));
  };
  for (int n = 0; n < 256; ++n) link(n);
  CHECK(list_images(folder / "set", {}).images.size() == 257);

  link(256);

  CHECK_THROWS_WITH(list_images(folder / "set", {}), Contains("more than 256 ways"));
}

TEST_CASE("folder: where nothing is left to read, the refusal says what is there") {
  const TemporaryFolder folder;
  put(folder, "a/1.webp");

  CHECK_THROWS_WITH(list_images(folder.path(), {}), Contains("has no image") && Contains("it holds 1 .webp"));
}

TEST_CASE("folder: links that lead in a circle are refused, others are followed") {
  const TemporaryFolder folder;
  put(folder, "other/1.png");
  put(folder, "set/a/2.png");
  std::filesystem::create_directory_symlink(folder / "other", folder / "set/a/linked");
  CHECK(list_images(folder / "set", {}).images.size() == 2);

  std::filesystem::create_directory_symlink(folder / "set", folder / "set/a/circle");

  CHECK_THROWS_WITH(list_images(folder / "set", {}), Contains("leads in a circle"));
}

}  // namespace espalier::data
