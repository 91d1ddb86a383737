// Decodes the images of a folder, brings them to one size and puts them into one tensor.
#include <algorithm>
#include <cmath>

#include "data/decode/decode_image.hpp"
#include "data/read/list_images.hpp"
#include "data/read/readers.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/os/mapped_file.hpp"

namespace espalier::data {
namespace {

namespace fs = std::filesystem;

/// How pictures are made alike.
struct Form {
  std::int32_t resize;
  bool grey;
  std::int64_t max_pixels;
};

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

/// Shorter side to the form's, antialiased bilinear, then the centre; sizes as torchvision rounds them. A channel at a
/// time, so that few floats are in memory at once.
at::Tensor resized(const at::Tensor& image, const Form& form) {
  const std::int64_t side = form.resize, height = image.size(1), width = image.size(2);
  const std::int64_t shorter = std::min(height, width);
  const std::int64_t new_height = side * height / shorter, new_width = side * width / shorter;
  if (new_height > std::max(form.max_pixels, side * side) / new_width) {
    throw Undecodable("it has " + std::to_string(width) + " x " + std::to_string(height) +
                      " pixels; its longer side would have " + std::to_string(std::max(new_height, new_width)) +
                      " after resizing, and max_pixels allows " + std::to_string(form.max_pixels) + " in all");
  }
  const auto centre = [&](std::int64_t whole) { return std::lrint(static_cast<double>(whole - side) / 2.0); };
  at::Tensor small = at::empty({image.size(0), side, side}, at::kByte);
  for (std::int64_t c = 0; c < image.size(0); ++c) {
    const at::Tensor plane = image.narrow(0, c, 1).to(at::kFloat).contiguous().unsqueeze(0);
    const at::Tensor large = at::_upsample_bilinear2d_aa(plane, {new_height, new_width}, false)[0][0];
    small[c].copy_(large.narrow(0, centre(new_height), side).narrow(1, centre(new_width), side).round().clamp(0, 255));
  }
  return small;
}

/// [C, H, W], its rows as the decoder left them: a copy more would be kept beside the pack.
at::Tensor load(const fs::path& path, const Form& form) {
  const at::Tensor rgb = decode_image(os::MappedFile(path, os::NamedBy::user).bytes(), form.max_pixels);
  const at::Tensor image = form.grey ? grey_of(rgb) : rgb.permute({2, 0, 1});
  const bool fits = image.size(1) == form.resize && image.size(2) == form.resize;
  return form.resize > 0 && !fits ? resized(image, form) : image;
}

std::string size_of(const at::Tensor& image) {
  return std::to_string(image.size(-2)) + " x " + std::to_string(image.size(-1));
}

/// Decodes all images before it throws, so that every bad image is reported at once.
class Collector {
 public:
  Collector(std::size_t count, const Form& form) : count_(count), form_(form) {}

  void add(const fs::path& path) {
    try {
      keep(load(path, form_), path);
    } catch (const Undecodable& error) {
      if (bad_++ == 0) first_bad_ = path, why_ = error.what();
      else if (bad_ <= 5) others_ += " '" + path.string() + "'";
    }
  }

  at::Tensor finish() const {
    if (bad_ > 0) {
      const std::string more =
          bad_ == 1 ? "" : "; " + std::to_string(bad_ - 1) + " more:" + others_ + (bad_ > 5 ? " ..." : "");
      throw UsageError("cannot decode the image '" + first_bad_.string() + "'", why_ + more, "Replace or remove it.");
    }
    return images_;
  }

 private:
  void keep(const at::Tensor& image, const fs::path& path) {
    if (!images_.defined()) {
      images_ = room_for(image);
      first_ = path;
    }
    if (image.sizes() != images_.sizes().slice(1)) {
      throw UsageError(
          "images differ in size",
          "'" + first_.string() + "' has " + size_of(images_) + ", '" + path.string() + "' has " + size_of(image),
          "Set resize.");
    }
    images_[kept_++].copy_(image);
  }

  /// For all images in the size of the first.
  at::Tensor room_for(const at::Tensor& image) const {
    const auto count = static_cast<std::int64_t>(count_);
    try {
      return at::empty({count, image.size(0), image.size(1), image.size(2)}, at::kByte);
    } catch (const c10::Error&) {
      throw EnvironmentError("there is no memory for the images",
                             std::to_string(count) + " of " + size_of(image) + " take " +
                                 std::to_string(count * image.numel() >> 20) + " MiB",
                             "Set resize to a smaller size, or use a machine with more memory.");
    }
  }

  std::size_t count_, bad_ = 0;
  Form form_;
  std::int64_t kept_ = 0;
  at::Tensor images_;
  fs::path first_, first_bad_;
  std::string why_, others_;
};

}  // namespace

RawImages read_folder(const fs::path& folder, const ImportSpec& spec) {
  ImageFiles found = list_images(folder, spec.class_names);
  Collector collector(found.images.size(), {spec.resize, spec.grey, spec.max_pixels});
  RawImages raw;
  for (const ImageFile& file : found.images) {
    collector.add(file.path);
    raw.labels.push_back(file.label);
    raw.files.push_back(file.path.lexically_relative(folder).string());
  }
  raw.images = collector.finish();
  raw.notes = found.notes();
  raw.class_names = std::move(found.classes);
  return raw;
}

}  // namespace espalier::data
