#include "data/read/readers.hpp"

#include <zlib.h>

#include "data/decode/decode_image.hpp"
#include "data/image_bytes.hpp"
#include "support/catch_after_torch.hpp"
#include "temporary_folder.hpp"

namespace espalier::data {
namespace {

using Catch::Contains;

std::string big_endian(std::uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8),
          static_cast<char>(value)};
}

std::string idx(char type, const std::vector<std::uint32_t>& sizes, const std::string& values) {
  std::string bytes{'\0', '\0', type, static_cast<char>(sizes.size())};
  for (const auto size : sizes) bytes += big_endian(size);
  return bytes + values;
}

std::string gzipped(const std::filesystem::path& file, const std::string& bytes) {
  const gzFile out = gzopen(file.c_str(), "wb");
  gzwrite(out, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(out);
  return bytes_in(file);
}

std::string record10(char label, char fill) { return std::string(1, label) + std::string(3072, fill); }

template <class Call>
std::string message(Call call) {
  try {
    call();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "(no error)";
}

RawImages read_folder(const std::filesystem::path& folder, std::int32_t resize, bool grey,
                      const std::vector<std::string>& class_names) {
  ImportSpec spec;
  spec.resize = resize;
  spec.grey = grey;
  spec.class_names = class_names;
  return read_folder(folder, spec);
}

at::Tensor decode_image(Bytes bytes) { return data::decode_image(bytes, task::kMaxPixels); }

}  // namespace

TEST_CASE("idx: grey and colour images, labels of 1, 2 and 4 bytes, plain or by gzip") {
  const TemporaryFolder folder;
  put_bytes(folder / "grey", idx(8, {2, 1, 3}, {1, 2, 3, 4, 5, 6}));
  gzipped(folder / "colour", idx(8, {2, 3, 1, 1}, {1, 2, 3, 4, 5, 6}));
  put_bytes(folder / "bytes", idx(8, {2}, std::string("\x02\x00", 2)));
  gzipped(folder / "shorts", idx(0x0B, {2}, std::string("\x01\x00\x00\x03", 4)));
  put_bytes(folder / "ints", idx(0x0C, {2}, big_endian(7) + big_endian(1)));

  const RawImages grey = read_idx(folder / "grey", folder / "bytes");
  const RawImages colour = read_idx(folder / "colour", folder / "shorts");

  CHECK(grey.images.sizes() == at::IntArrayRef({2, 1, 1, 3}));
  CHECK(grey.images[1][0][0][2].item<int>() == 6);
  CHECK(grey.labels == std::vector<std::int32_t>{2, 0});
  CHECK(grey.class_names == std::vector<std::string>{"0", "1", "2"});
  CHECK(colour.images.sizes() == at::IntArrayRef({2, 3, 1, 1}));
  CHECK(colour.labels == std::vector<std::int32_t>{256, 3});
  CHECK(read_idx(folder / "grey", folder / "ints").labels == std::vector<std::int32_t>{7, 1});
}

TEST_CASE("idx: labels and images that differ in number give one error with both numbers") {
  const TemporaryFolder folder;
  put_bytes(folder / "images", idx(8, {2, 1, 1}, "ab"));
  put_bytes(folder / "labels", idx(8, {3}, std::string(3, '\0')));

  const std::string text = message([&] { read_idx(folder / "images", folder / "labels"); });

  CHECK_THAT(text, Contains("2 images") && Contains("3 labels"));
}

TEST_CASE("idx: every truncation, plain or by gzip, is refused") {
  const TemporaryFolder folder;
  put_bytes(folder / "labels", idx(8, {4}, std::string(4, '\0')));
  const std::string plain = idx(8, {4, 2, 2}, std::string(16, 'x')), zipped = gzipped(folder / "z", plain);

  for (const std::string& whole : {plain, zipped}) {
    for (std::size_t length = 0; length < whole.size(); ++length) {
      put_bytes(folder / "cut", whole.substr(0, length));
      INFO("length " << length);
      REQUIRE(message([&] { read_idx(folder / "cut", folder / "labels"); }) != "(no error)");
    }
  }
  put_bytes(folder / "long", plain + "x");
  CHECK_THAT(message([&] { read_idx(folder / "long", folder / "labels"); }), Contains("more bytes follow"));
  put_bytes(folder / "huge", idx(8, {0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF}, ""));
  CHECK_THAT(message([&] { read_idx(folder / "huge", folder / "labels"); }), Contains("beyond all bounds"));
  CHECK_THAT(message([&] { read_idx(folder / "none", folder / "labels"); }), Contains("none"));
}

TEST_CASE("idx: sizes that the file cannot hold are refused before memory is asked for") {
  const TemporaryFolder folder;
  put_bytes(folder / "labels", idx(0x0C, {0x60000000}, "x"));
  put_bytes(folder / "images", idx(8, {1, 1, 1}, "a"));
  put_bytes(folder / "claim", idx(8, {1u << 20, 1u << 10, 1u << 9}, ""));

  CHECK_THAT(message([&] { read_idx(folder / "images", folder / "labels"); }), Contains("9 cannot hold"));
  CHECK_THAT(message([&] { read_idx(folder / "claim", folder / "images"); }), Contains("16 cannot hold"));
}

TEST_CASE("idx: labels from 1 are read, and it is said how to leave the empty class out") {
  const TemporaryFolder folder;
  put_bytes(folder / "images", idx(8, {3, 1, 1}, "abc"));
  put_bytes(folder / "labels", idx(8, {3}, "\x01\x03\x01"));

  const RawImages raw = read_idx(folder / "images", folder / "labels");

  REQUIRE(raw.notes.size() == 1);
  CHECK_THAT(to_string(raw.notes.front()), Contains("labels begin at 1") && Contains("classes = [1, ..., 3]"));
}

TEST_CASE("cifar: a file that unpacks to far more than its size is refused while it is read") {
  const TemporaryFolder folder;
  gzipped(folder / "bomb", std::string(std::size_t{100} << 20, '\0'));

  CHECK_THAT(message([&] { read_cifar({folder / "bomb"}); }), Contains("unpacks to more than 128 times its size"));
}

TEST_CASE("cifar: record size tells CIFAR-10 from CIFAR-100") {
  const TemporaryFolder folder;
  put_bytes(folder / "ten", record10(3, 'a') + record10(9, 'b'));
  put_bytes(folder / "hundred", std::string("\x05") + record10(77, 'c'));

  const RawImages ten = read_cifar({folder / "ten", folder / "ten"});

  CHECK(ten.images.sizes() == at::IntArrayRef({4, 3, 32, 32}));
  CHECK(ten.images[3][2][31][31].item<int>() == 'b');
  CHECK(ten.labels == std::vector<std::int32_t>{3, 9, 3, 9});
  CHECK(ten.class_names.size() == 10);
  CHECK(ten.levels.empty());
  CHECK(read_cifar({folder / "hundred"}).labels.front() == 77);
  CHECK_THAT(message([&] { read_cifar({folder / "ten", folder / "hundred"}); }), Contains("not of one data set"));
  put_bytes(folder / "odd", std::string(5000, '\0'));
  CHECK_THAT(message([&] { read_cifar({folder / "odd"}); }), Contains("no CIFAR records"));
}

TEST_CASE("cifar: labels are the fine ones, and the coarse one of each is a level that the pack keeps") {
  const TemporaryFolder folder;
  put_bytes(folder / "hundred", "\x05" + record10(3, 'a') + "\x01" + record10(1, 'b') + "\x05" + record10(0, 'c') +
                                    "\x05" + record10(3, 'd'));
  put_bytes(folder / "other", "\x06" + record10(3, 'a'));
  ImportSpec spec;
  spec.format = task::ImageFormat::cifar;
  spec.images = {"hundred"};

  const Pack pack = import_images(spec, folder.path());
  write_pack(folder / "pack", pack);

  CHECK(at::equal(pack.labels, at::tensor({3, 1, 0, 3}, at::kInt)));
  REQUIRE(pack.levels.contains("coarse"));
  CHECK(pack.levels.at("coarse").of == std::vector<std::int32_t>{5, 1, -1, 5});
  CHECK(pack.levels.at("coarse").names == std::vector<std::string>{"0", "1", "2", "3", "4", "5"});
  CHECK((open_pack(folder / "pack").levels == pack.levels));
  CHECK(make_pack(pack.images, pack.labels, pack.class_names).digest == pack.digest);
  CHECK_THAT(message([&] { read_cifar({folder / "hundred", folder / "other"}); }),
             Contains("other' gives class 3 the coarse label 6") && Contains("has 5"));
}

TEST_CASE("cifar: test images that lack the last classes get all of them, without a coarse class") {
  const TemporaryFolder folder;
  put_bytes(folder / "few", "\x01" + record10(0, 'a'));
  ImportSpec spec;
  spec.format = task::ImageFormat::cifar;
  spec.images = {"few"};
  spec.class_names = {"0", "1", "2"};

  CHECK(import_images(spec, folder.path()).levels.at("coarse").of == std::vector<std::int32_t>{1, -1, -1});
}

TEST_CASE("folder: JPEG decodes to its pixels, is resized and cropped, grey on request; classes are sorted") {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder / "b");
  std::filesystem::create_directories(folder / "a");
  put_bytes(folder / "b/one.JPG", jpeg_of(ramp(24, 32)));
  put_bytes(folder / "a/two.png", jpeg_of(ramp(24, 32)));  // told by its bytes, not by its name
  put_bytes(folder / "a/notes.txt", "not an image");

  const RawImages whole = read_folder(folder.path(), 0, false, {});
  const RawImages small = read_folder(folder.path(), 12, true, {});

  CHECK(whole.class_names == std::vector<std::string>{"a", "b"});
  CHECK(whole.labels == std::vector<std::int32_t>{0, 1});
  const at::Tensor wanted = ramp(24, 32).permute({2, 0, 1}).to(at::kInt);
  CHECK((whole.images[0].to(at::kInt) - wanted).abs().max().item<int>() <= 3);
  REQUIRE(small.images.sizes() == at::IntArrayRef({2, 1, 12, 12}));
  // In the middle of a ramp, halving averages: row 6 of 12 is 12.5 of 24, column 6 is (2 + 6) * 2 + 0.5 of 32.
  CHECK(std::abs(small.images[0][0][6][6].item<int>() - (12.5 * 3 + 16.5 * 2 + 0.701 * 20)) <= 3);
}

TEST_CASE("folder: where not all images are wanted, each class keeps its share") {
  const TemporaryFolder folder;
  for (const std::string name : {"few", "many"}) {
    std::filesystem::create_directory(folder / name);
    for (int i = 0; i < (name == "few" ? 4 : 12); ++i)
      put_bytes(folder / (name + "/" + std::to_string(i) + ".jpg"), jpeg_of(ramp(8, 8)));
  }
  ImportSpec spec;
  for (const auto& [most, few, many] : {std::tuple(8, 2, 6), std::tuple(16, 4, 12), std::tuple(100, 4, 12)}) {
    spec.most = most;

    const auto labels = read_folder(folder.path(), spec).labels;

    CHECK(std::count(labels.begin(), labels.end(), 0) == few);
    CHECK(std::count(labels.begin(), labels.end(), 1) == many);
  }
}

TEST_CASE("folder: images that cannot be decoded are named, with why, all at once") {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder / "a");
  const std::string whole = jpeg_of(ramp(24, 32));
  put_bytes(folder / "a/1.jpg", whole);
  put_bytes(folder / "a/2.jpg", whole.substr(0, whole.size() - 100));
  put_bytes(folder / "a/3.jpg", "text");
  put_bytes(folder / "a/4.jpg", whole.substr(0, 300));

  const std::string text = message([&] { read_folder(folder.path(), 0, false, {}); });

  CHECK_THAT(text, Contains("cannot decode the image") && Contains("2.jpg") && Contains("Premature end") &&
                       Contains("3.jpg") && Contains("4.jpg"));
}

TEST_CASE("folder: sizes that differ, unknown test classes and empty folders are refused") {
  const TemporaryFolder folder;
  CHECK_THAT(message([&] { read_folder(folder.path(), 0, false, {}); }), Contains("no sub-folder"));
  std::filesystem::create_directories(folder / "a");
  CHECK_THAT(message([&] { read_folder(folder.path(), 0, false, {}); }), Contains("has no image"));
  put_bytes(folder / "a/1.jpg", jpeg_of(ramp(24, 32)));
  put_bytes(folder / "a/2.jpg", jpeg_of(ramp(32, 24)));

  CHECK_THAT(message([&] { read_folder(folder.path(), 0, false, {}); }),
             Contains("24 x 32") && Contains("32 x 24") && Contains("Set resize"));
  CHECK_THAT(message([&] { read_folder(folder.path(), 8, false, {"b"}); }), Contains("class 'a'"));
  CHECK(read_folder(folder.path(), 8, false, {"0", "a"}).labels == std::vector<std::int32_t>{1, 1});
}

TEST_CASE("folder: damaged JPEG and PNG bytes are refused or decoded, never a crash") {
  const std::string jpeg = jpeg_of(ramp(16, 16));
  const std::string png_start = "\x89PNG\r\n\x1A\n";
  int refused = 0;

  for (std::size_t at = 3; at < jpeg.size(); ++at) {
    std::string bytes = jpeg;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x55);
    refused += message([&] { decode_image(bytes_of(bytes)); }) != "(no error)";
  }
  for (int length = 1; length < 64; ++length) {
    refused += message([&] {
                 decode_image(bytes_of(png_start + std::string(static_cast<std::size_t>(length), 'x')));
               }) != "(no error)";
  }

  CHECK(refused > 63);
}

TEST_CASE("made: the same recipe makes the same images, and the nearest pattern tells the class") {
  const std::map<std::string, std::int64_t> recipe{{"classes", 5}, {"per_class", 8}, {"channels", 3}, {"height", 12},
                                                   {"width", 10},  {"seed", 3},      {"noise", 40}};
  const RawImages made = make_images(recipe), again = make_images(recipe);

  CHECK(made.images.sizes() == at::IntArrayRef({40, 3, 12, 10}));
  CHECK(made.images.equal(again.images));
  const at::Tensor flat = made.images.to(at::kFloat).reshape({5, 8, -1}), mean = flat.mean(1);
  const at::Tensor nearest = at::cdist(flat.reshape({40, -1}), mean).argmin(1);
  CHECK(nearest.equal(at::arange(40, at::kLong).floor_divide(8)));
  CHECK_THAT(message([] { make_images({{"clases", 3}}); }), Contains("made.clases is unknown"));
  CHECK_THAT(message([] { make_images({{"classes", 0}}); }), Contains("out of range"));
}

}  // namespace espalier::data
