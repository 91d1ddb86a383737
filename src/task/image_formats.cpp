// Holds the table of image formats.
#include "espalier/task/image_formats.hpp"

#include <algorithm>
#include <limits>

namespace espalier::task {

const std::vector<ImageFormatRow>& image_formats() {
  static const std::vector<ImageFormatRow> rows = {
      {.format = ImageFormat::idx,
       .name = "idx",
       .images = "one image file",
       .wants = "one file of images",
       .has_label_file = true,
       .own_keys = {"resize", "rgb"}},
      {.format = ImageFormat::cifar,
       .name = "cifar",
       .paths = ImagePaths::some,
       .images = "record files",
       .wants = "one record file or more",
       .own_keys = {"label_kind", "resize"}},
      {.format = ImageFormat::folder,
       .name = "folder",
       .images = "one folder with a folder a class",
       .wants = "one folder",
       .own_keys = {"resize", "grey", "max_pixels"}},
      {.format = ImageFormat::pack, .name = "pack", .images = "one safetensors file", .wants = "one file"},
      {.format = ImageFormat::made, .name = "made", .paths = ImagePaths::none},
  };
  return rows;
}

const ImageFormatRow& row_of(ImageFormat format) { return image_formats().at(static_cast<std::size_t>(format)); }

const ImageFormatRow* image_format_named(const std::string& name) {
  const auto& all = image_formats();
  const auto found = std::find_if(all.begin(), all.end(), [&](const ImageFormatRow& row) { return row.name == name; });
  return found == all.end() ? nullptr : &*found;
}

std::vector<std::string> image_format_names() {
  std::vector<std::string> names;
  for (const auto& row : image_formats()) names.push_back(row.name);
  return names;
}

const std::vector<MadeNumber>& made_numbers() {
  static const std::vector<MadeNumber> all = {
      {"classes", 10, 1, 100'000, "classes"},
      {"per_class", 20, 1, 1'000'000, "images a class"},
      {"channels", 1, 1, 64, "channels"},
      {"height", 16, 1, 4096, "pixels"},
      {"width", 16, 1, 4096, "pixels"},
      {"seed", 0, 0, std::numeric_limits<std::int32_t>::max(), "seed of the images"},
      {"noise", 32, 0, 255, "noise added, in grey levels of 255"},
  };
  return all;
}

}  // namespace espalier::task
