// Decodes the images of a folder, brings them to one size and puts them into one tensor.
#include <algorithm>
#include <set>

#include "data/decode/decode_image.hpp"
#include "data/read/list_images.hpp"
#include "data/read/readers.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/data/image_files.hpp"
#include "espalier/data/label_matrix.hpp"

namespace espalier::data {
namespace {

namespace fs = std::filesystem;

std::string size_of(const at::Tensor& image) {
  return std::to_string(image.size(-2)) + " x " + std::to_string(image.size(-1));
}

/// Decodes all images before it throws, so that every bad image is reported at once.
class Collector {
 public:
  Collector(std::size_t count, const ImageForm& form) : count_(count), form_(form) {}

  void add(const fs::path& path) {
    try {
      keep(load_image(path, form_), path);
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
  ImageForm form_;
  std::int64_t kept_ = 0;
  at::Tensor images_;
  fs::path first_, first_bad_;
  std::string why_, others_;
};

/// They are listed class by class, so each class keeps its share.
void keep_some(std::vector<ImageFile>& images, std::size_t most) {
  const std::size_t all = images.size();
  if (all <= most) return;
  for (std::size_t i = 0; i < most; ++i) images[i] = images[i * all / most];
  images.resize(most);
}

/// Refuses a table and a folder of which one lacks an image of the other.
void check_same_images(const LabelTable& table, const fs::path& table_file, const fs::path& folder) {
  std::set<std::string> unnamed;
  for (const fs::path& image : images_below(folder)) unnamed.insert(image.string());
  for (const std::string& file : table.files) {
    if (unnamed.erase(file) == 1) continue;
    throw UsageError("'" + table_file.string() + "' names '" + file + "'",
                     "'" + folder.string() + "' has no image of that name", "Correct or remove the line.");
  }
  if (unnamed.empty()) return;
  throw UsageError("'" + folder.string() + "' has " + std::to_string(unnamed.size()) +
                       (unnamed.size() == 1 ? " image" : " images") + " without labels",
                   "'" + table_file.string() + "' does not name '" + *unnamed.begin() + "'",
                   "Add a line for each image, or remove the images.");
}

}  // namespace

RawImages read_labelled_folder(const fs::path& folder, const fs::path& table_file, const ImportSpec& spec) {
  LabelTable table = read_label_table(table_file);
  check_same_images(table, table_file, folder);
  Collector collector(table.files.size(), {spec.resize, spec.grey, spec.max_pixels});
  for (const std::string& file : table.files) collector.add(folder / file);
  RawImages raw;
  raw.images = collector.finish();
  raw.matrix = std::move(table.matrix);
  raw.class_names = std::move(table.names);
  raw.files = std::move(table.files);
  return raw;
}

RawImages read_folder(const fs::path& folder, const ImportSpec& spec) {
  ImageFiles found = list_images(folder, spec.class_names);
  if (spec.most > 0) keep_some(found.images, static_cast<std::size_t>(spec.most));
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
