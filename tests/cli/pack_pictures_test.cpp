// Pictures and names out of packs; what is gone, damaged or made by an earlier version gives none.
#include "cli/pack_pictures.hpp"

#include <catch2/catch.hpp>
#include <fstream>

#include "store/scratch.hpp"

using namespace espalier;

namespace {

/// Two grey images of 2 x 3 pixels, with or without the names of their files.
std::string pack_of(const std::string& names) {
  const auto entry = [](const std::string& name, const std::string& shape, std::size_t from, std::size_t to) {
    return "\"" + name + "\":{\"dtype\":\"U8\",\"shape\":[" + shape + "],\"data_offsets\":[" + std::to_string(from) +
           "," + std::to_string(to) + "]}";
  };
  std::string header = "{" + entry("images", "2,1,2,3", 0, 12);
  if (!names.empty()) header += "," + entry("files", std::to_string(names.size()), 12, 12 + names.size());
  header += "}";
  std::string length(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) length[i] = static_cast<char>(header.size() >> (8 * i) & 0xff);
  return length + header + "abcdefABCDEF" + names;
}

/// A study whose data set has its pack, and that of its test images, in a folder.
struct Fixture {
  store::Scratch folder;
  report::Directory directory{"out", {}};
  cli::PackPictures pictures;

  Fixture() {
    auto& facts = directory.state.study.facts.data["photos"];
    facts.digest = "train";
    facts.test_digest = "test";
    facts.pack_path = put("train", pack_of(std::string("a/1.png\0b/2.png\0", 16)));
    facts.test_pack_path = put("test", pack_of(""));
  }
  std::string put(const std::string& name, const std::string& bytes) const {
    const auto path = folder.path() / name;
    std::ofstream(path, std::ios::binary) << bytes;
    return path.string();
  }
};

}  // namespace

TEST_CASE("pack pictures: an image comes with the name of its file, from a pack without names alone") {
  Fixture f;

  const auto second = f.pictures.find(f.directory, "train", 1);
  const auto unnamed = f.pictures.find(f.directory, "test", 1);

  CHECK(second.file == "b/2.png");
  CHECK(second.png.substr(1, 3) == "PNG");
  CHECK(second.png.find("ABC") != std::string::npos);  // its first row of pixels
  CHECK(second.png.find("abc") == std::string::npos);
  CHECK(unnamed.file.empty());
  CHECK(unnamed.png == second.png);
  CHECK(f.pictures.find(f.directory, "train", 2).png.empty());  // there is no third
  CHECK(f.pictures.find(f.directory, "train", -1).png.empty());
}

TEST_CASE("pack pictures: a pack that is not known, gone or cut gives nothing") {
  Fixture f;
  f.directory.state.study.facts.data["photos"].test_pack_path = f.put("cut", pack_of("").substr(0, 30));

  CHECK(f.pictures.find(f.directory, "other", 0).png.empty());
  CHECK(f.pictures.find(f.directory, "test", 0).png.empty());
  std::filesystem::remove(f.folder.path() / "train");
  CHECK(f.pictures.find(f.directory, "train", 0).png.empty());
}
