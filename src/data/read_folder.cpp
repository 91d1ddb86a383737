// Reads a folder of JPEG and PNG files with one sub-folder per class; classes and files are sorted by their bytes.
#include <algorithm>
#include <cmath>

#include "data/decode_image.hpp"
#include "data/readers.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/os/mapped_file.hpp"

namespace espalier::data {
namespace {

namespace fs = std::filesystem;

struct ImageFile {
  fs::path path;
  std::int32_t label;
};

bool is_image(const fs::path& path) {
  std::string ending = path.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(), [](unsigned char c) { return std::tolower(c); });
  return ending == ".jpg" || ending == ".jpeg" || ending == ".png";
}

std::vector<fs::path> sorted_entries(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> entries;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    entries.push_back(at->path());
  if (error) {
    throw UsageError("cannot read the folder '" + folder.string() + "'", error.message(),
                     "Check the path; paths are relative to the study file or --data-root.");
  }
  std::sort(entries.begin(), entries.end(),
            [](const fs::path& a, const fs::path& b) { return a.native() < b.native(); });
  return entries;
}

std::vector<std::string> class_folders(const fs::path& folder) {
  std::vector<std::string> names;
  for (const fs::path& entry : sorted_entries(folder)) {
    if (fs::is_directory(entry) && entry.filename().native().front() != '.') names.push_back(entry.filename().string());
  }
  if (names.empty()) {
    throw UsageError("'" + folder.string() + "' has no sub-folder", "each class has a folder of its own",
                     "Sort the images by class.");
  }
  return names;
}

/// Lists the files class by class and fills `classes` with the folders' names. If `classes` is given, labels follow it.
std::vector<ImageFile> list_files(const fs::path& folder, std::vector<std::string>& classes) {
  std::vector<ImageFile> files;
  const std::vector<std::string> found = class_folders(folder);
  if (classes.empty()) classes = found;
  for (const std::string& name : found) {
    const auto known = std::find(classes.begin(), classes.end(), name);
    if (known == classes.end()) {
      throw UsageError("the test images have the class '" + name + "'", "the training images do not",
                       "Name test images of the same classes.");
    }
    const auto label = static_cast<std::int32_t>(known - classes.begin());
    for (const fs::path& path : sorted_entries(folder / name)) {
      if (is_image(path)) files.push_back({path, label});
    }
  }
  if (files.empty()) {
    throw UsageError("'" + folder.string() + "' has no image", "none ends in .jpg, .jpeg or .png", "Check the folder.");
  }
  return files;
}

/// [H, W, 3] -> [1, H, W]; ITU-R 601-2 luma in 1/65536, as Pillow computes it.
at::Tensor grey_of(const at::Tensor& rgb) {
  const at::Tensor wide = rgb.to(at::kInt);
  const at::Tensor luma = wide.select(2, 0) * 19595 + wide.select(2, 1) * 38470 + wide.select(2, 2) * 7471 + 32768;
  return luma.bitwise_right_shift(16).to(at::kByte).unsqueeze(0);
}

/// Shorter side to `side`, antialiased bilinear, then the centre; sizes as torchvision rounds them.
at::Tensor resized(const at::Tensor& image, std::int32_t side) {
  const std::int64_t height = image.size(1), width = image.size(2), shorter = std::min(height, width);
  const std::int64_t new_height = side * height / shorter, new_width = side * width / shorter;
  const at::Tensor large =
      at::_upsample_bilinear2d_aa(image.to(at::kFloat).unsqueeze(0), {new_height, new_width}, false)[0];
  const auto centre = [&](std::int64_t whole) { return std::lrint(static_cast<double>(whole - side) / 2.0); };
  return large.narrow(1, centre(new_height), side)
      .narrow(2, centre(new_width), side)
      .round()
      .clamp(0, 255)
      .to(at::kByte);
}

at::Tensor load(const fs::path& path, std::int32_t resize, bool grey) {
  const at::Tensor rgb = decode_image(os::MappedFile(path, os::NamedBy::user).bytes());
  const at::Tensor image = grey ? grey_of(rgb) : rgb.permute({2, 0, 1});
  const bool fits = image.size(1) == resize && image.size(2) == resize;
  return (resize > 0 && !fits ? resized(image, resize) : image).contiguous();
}

std::string size_of(const at::Tensor& image) {
  return std::to_string(image.size(-2)) + " x " + std::to_string(image.size(-1));
}

/// Decodes all images before it throws, so that every bad image is reported at once.
class Collector {
 public:
  Collector(std::size_t count, std::int32_t resize, bool grey) : count_(count), resize_(resize), grey_(grey) {}

  void add(const fs::path& path) {
    try {
      keep(load(path, resize_, grey_), path);
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
      images_ = at::empty({static_cast<std::int64_t>(count_), image.size(0), image.size(1), image.size(2)}, at::kByte);
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

  std::size_t count_, bad_ = 0;
  std::int32_t resize_;
  bool grey_;
  std::int64_t kept_ = 0;
  at::Tensor images_;
  fs::path first_, first_bad_;
  std::string why_, others_;
};

}  // namespace

RawImages read_folder(const fs::path& folder, std::int32_t resize, bool grey,
                      const std::vector<std::string>& class_names) {
  RawImages raw;
  raw.class_names = class_names;
  const std::vector<ImageFile> files = list_files(folder, raw.class_names);
  Collector collector(files.size(), resize, grey);
  for (const ImageFile& file : files) {
    collector.add(file.path);
    raw.labels.push_back(file.label);
  }
  raw.images = collector.finish();
  return raw;
}

}  // namespace espalier::data
