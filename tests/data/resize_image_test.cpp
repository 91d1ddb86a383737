#include "data/read/resize_image.hpp"

#include "data/decode/decode_image.hpp"
#include "data/image_bytes.hpp"
#include "espalier/data/import.hpp"
#include "support/catch_after_torch.hpp"
#include "temporary_folder.hpp"

namespace espalier::data {
namespace {

std::string number(std::uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8),
          static_cast<char>(value)};
}

/// An IDX file of these unsigned bytes.
void write_idx(const std::filesystem::path& file, const std::vector<std::uint32_t>& sizes, const at::Tensor& bytes) {
  std::string text{'\0', '\0', '\x08', static_cast<char>(sizes.size())};
  for (const auto size : sizes) text += number(size);
  const auto* first = bytes.const_data_ptr<std::uint8_t>();
  std::ofstream(file, std::ios::binary) << text << std::string(first, first + bytes.numel());
}

}  // namespace

TEST_CASE("resize: images of record files come in the size and with the channels that are asked for") {
  const TemporaryFolder folder;
  const at::Tensor grey = at::randint(256, {3, 28, 28}, at::kByte);
  write_idx(folder.path() / "images", {3, 28, 28}, grey);
  write_idx(folder.path() / "labels", {3}, at::arange(3, at::kByte));
  ImportSpec spec;
  spec.images = {"images"};
  spec.labels = "labels";
  spec.resize = 32;
  spec.rgb = true;
  const Pack pack = import_images(spec, folder.path());
  REQUIRE(pack.images.sizes() == at::IntArrayRef({3, 3, 32, 32}));
  const at::Tensor wanted = at::_upsample_bilinear2d_aa(grey.unsqueeze(1).to(at::kFloat), {32, 32}, false)
                                .round()
                                .clamp(0, 255)
                                .to(at::kByte);
  for (int channel = 0; channel < 3; ++channel) CHECK(pack.images.select(1, channel).equal(wanted.select(1, 0)));

  spec.rgb = false;
  spec.resize = 0;
  CHECK(import_images(spec, folder.path()).images.sizes() == at::IntArrayRef({3, 1, 28, 28}));
  CHECK(import_images(spec, folder.path()).digest != pack.digest);
}

TEST_CASE("resize: an image that would become too large is refused, and one of the size stays as it is") {
  const at::Tensor wide = at::zeros({1, 2, 100}, at::kByte);
  CHECK_THROWS_AS(resized(wide, 50, 2000), Undecodable);
  CHECK(resized(wide, 50, 200'000).sizes() == at::IntArrayRef({1, 50, 50}));
  const at::Tensor square = at::zeros({4, 1, 8, 8}, at::kByte);
  CHECK(all_resized(square, 8, 1).is_same(square));
}

TEST_CASE("resize: images of two channels have no colours to be given") {
  const TemporaryFolder folder;
  write_idx(folder.path() / "images", {2, 2, 4, 4}, at::zeros({2, 2, 4, 4}, at::kByte));
  write_idx(folder.path() / "labels", {2}, at::arange(2, at::kByte));
  ImportSpec spec;
  spec.images = {"images"};
  spec.labels = "labels";
  spec.rgb = true;
  CHECK_THROWS_WITH(import_images(spec, folder.path()),
                    Catch::Contains("the images have 2 channels, not one or three"));
}

}  // namespace espalier::data
