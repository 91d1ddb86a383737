// Reads single image files: decoded, made grey where asked, and brought to one size.
#include "espalier/data/image_files.hpp"

#include "data/cannot_read.hpp"
#include "data/decode/decode_image.hpp"
#include "data/derive/derive.hpp"
#include "data/read/list_images.hpp"
#include "data/read/resize_image.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/os/mapped_file.hpp"
#include "espalier/task/transform_table.hpp"

namespace espalier::data {
namespace {

namespace fs = std::filesystem;

/// [H, W, 3] -> [1, H, W]; ITU-R 601-2 luma in 1/65536, as Pillow computes it.
at::Tensor grey_of(const at::Tensor& rgb) {
  at::Tensor grey = at::empty({1, rgb.size(0), rgb.size(1)}, at::kByte);
  const std::uint8_t* from = rgb.const_data_ptr<std::uint8_t>();
  std::uint8_t* to = grey.mutable_data_ptr<std::uint8_t>();
  for (std::int64_t i = 0; i < grey.numel(); ++i, from += 3) {
    to[i] = static_cast<std::uint8_t>((from[0] * 19595 + from[1] * 38470 + from[2] * 7471 + 32768) >> 16);
  }
  return grey;
}

void refuse_keyed(const task::TransformSpec& spec) {
  const auto complete = task::completed(spec);
  if (!complete.numbers.contains("seed") && task::other_data(complete).empty()) return;
  throw UsageError("transform \"" + spec.kind + "\" is not applied to single images",
                   "what it draws or takes of other images is keyed by an image's place in its data set",
                   "Transform the images beforehand, and use a network that was trained on data without it.");
}

}  // namespace

at::Tensor load_image(const fs::path& file, const ImageForm& form) {
  const at::Tensor rgb = decode_image(os::MappedFile(file, os::NamedBy::user).bytes(), form.max_pixels);
  const at::Tensor image = form.grey ? grey_of(rgb) : rgb.permute({2, 0, 1});
  const bool fits = image.size(1) == form.resize && image.size(2) == form.resize;
  return form.resize > 0 && !fits ? resized(image, form.resize, form.max_pixels) : image;
}

at::Tensor transformed(const at::Tensor& images, const std::vector<task::TransformSpec>& transforms) {
  if (transforms.empty()) return images;
  for (const auto& spec : transforms) refuse_keyed(spec);
  const at::Tensor labels = at::zeros({images.size(0)}, at::kInt);
  return derive(make_pack(images, labels, {"image"}), transforms, {}).images;
}

std::vector<fs::path> image_files(const fs::path& file_or_folder) {
  if (!is_folder(file_or_folder)) {
    if (fs::exists(file_or_folder)) return {file_or_folder};
    throw UsageError("'" + file_or_folder.string() + "' is not there", "an image or a folder of images is wanted",
                     "Check the path.");
  }
  std::vector<fs::path> files;
  for (const auto& below : images_below(file_or_folder)) files.push_back(file_or_folder / below);
  return files;
}

}  // namespace espalier::data
