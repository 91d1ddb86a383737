// Lists the images below each class's folder by the endings of their names.
#include "data/read/list_images.hpp"

#include <algorithm>
#include <set>

#include "data/cannot_read.hpp"
#include "data/read/walk_folder.hpp"
#include "espalier/core/errors.hpp"

namespace espalier::data {
namespace {

namespace fs = std::filesystem;

constexpr const char* kConvert =
    "Images end in .jpg, .jpeg, .jpe, .jfif, .png, .bmp, .ppm, .pgm or .pnm; convert others.";
constexpr const char* kEndings = ".jpg, .jpeg, .jpe, .jfif, .png, .bmp, .ppm, .pgm or .pnm";

std::string ending_of(const fs::path& path) {
  std::string ending = path.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(), [](unsigned char c) { return std::tolower(c); });
  return ending;
}

bool is_image(const fs::path& path) {
  static const std::set<std::string> read = {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".bmp", ".ppm", ".pgm", ".pnm"};
  return read.contains(ending_of(path));
}

bool is_hidden(const fs::path& relative) {
  return std::any_of(relative.begin(), relative.end(),
                     [](const fs::path& part) { return part.native().front() == '.'; });
}

std::int32_t label_of(const std::string& name, const std::vector<std::string>& classes) {
  const auto known = std::find(classes.begin(), classes.end(), name);
  if (known != classes.end()) return static_cast<std::int32_t>(known - classes.begin());
  throw UsageError("the test images have the class '" + name + "'", "the training images do not",
                   "Name test images of the same classes.");
}

void count_other(const fs::path& file, ImageFiles& found) {
  const std::string ending = ending_of(file);
  ++found.others[ending.empty() ? "no ending" : ending];
}

void add_class(const fs::path& folder, std::int32_t label, ImageFiles& found) {
  const std::size_t before = found.images.size();
  for (const fs::path& file : walk_folder(folder).files) {
    if (is_hidden(file.lexically_relative(folder))) ++found.hidden;
    else if (is_image(file)) found.images.push_back({file, label});
    else count_other(file, found);
  }
  if (found.images.size() == before) found.empty.push_back(folder.filename().string());
}

/// The folders for classes; files beside them are counted.
std::vector<std::string> class_folders(const fs::path& folder, ImageFiles& found) {
  std::vector<std::string> names;
  for (const fs::path& entry : sorted_entries(folder)) {
    const bool is_class = is_folder(entry);
    if (is_hidden(entry.filename()))
      is_class ? found.hidden_folders.push_back(entry.filename().string()) : void(++found.hidden);
    else if (is_class) names.push_back(entry.filename().string());
    else if (is_image(entry)) ++found.beside;
    else count_other(entry, found);
  }
  if (names.empty()) {
    throw UsageError("'" + folder.string() + "' has no sub-folder", "each class has a folder of its own",
                     "Sort the images by class.");
  }
  return names;
}

/// "10 .webp, 2 .txt"; of more than five endings the rest is summed up.
std::string counts_by_ending(const ImageFiles& found) {
  std::string text;
  std::size_t named = 0, more = 0;
  for (const auto& [ending, count] : found.others) {
    if (++named > 5) more += count;
    else text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + ending;
  }
  if (more > 0) text += ", " + std::to_string(more) + " others";
  if (found.hidden > 0) text += (text.empty() ? "" : ", ") + std::to_string(found.hidden) + " hidden";
  return text;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min<std::size_t>(names.size(), 5); ++i) text += (i ? ", '" : "'") + names[i] + "'";
  return names.size() > 5 ? text + " and " + std::to_string(names.size() - 5) + " more" : text;
}

std::string files(std::size_t count, const std::string& what = "file") {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

}  // namespace

std::vector<Problem> ImageFiles::notes() const {
  std::vector<Problem> all;
  std::size_t passed = hidden;
  for (const auto& [ending, count] : others) passed += count;
  if (passed > 0) {
    all.push_back({files(passed) + (passed == 1 ? " is" : " are") + " not read", counts_by_ending(*this), kConvert});
  }
  if (beside > 0) {
    all.push_back({std::to_string(beside) + (beside == 1 ? " image is" : " images are") + " not read",
                   "no class folder holds " + std::string(beside == 1 ? "it" : "them"), "Move them into one."});
  }
  if (!hidden_folders.empty()) {
    all.push_back({files(hidden_folders.size(), "folder") + (hidden_folders.size() == 1 ? " is" : " are") + " not read",
                   "a dot begins the name of " + joined(hidden_folders), "Rename it if it is a class."});
  }
  if (!empty.empty()) {
    all.push_back({"a class folder holds no image", joined(empty),
                   "It counts as a class all the same; remove it if it is none."});
  }
  return all;
}

std::vector<fs::path> images_below(const fs::path& folder) {
  std::vector<fs::path> images;
  for (const fs::path& file : walk_folder(folder).files) {
    fs::path below = file.lexically_relative(folder);
    if (!is_hidden(below) && is_image(below)) images.push_back(std::move(below));
  }
  if (!images.empty()) return images;
  throw UsageError("'" + folder.string() + "' has no image", std::string("none ends in ") + kEndings,
                   "Check the folder, or convert the images.");
}

ImageFiles list_images(const fs::path& folder, const std::vector<std::string>& classes) {
  ImageFiles found;
  const std::vector<std::string> names = class_folders(folder, found);
  found.classes = classes.empty() ? names : classes;
  for (const std::string& name : names) add_class(folder / name, label_of(name, found.classes), found);
  if (found.images.empty()) {
    const std::string counts = counts_by_ending(found);
    throw UsageError("'" + folder.string() + "' has no image",
                     std::string("none ends in ") + kEndings + (counts.empty() ? "" : "; it holds " + counts),
                     "Check the folder, or convert the images.");
  }
  return found;
}

}  // namespace espalier::data
