// Decides what is held out of a folder's images, and which of its classes have too few.
#include <algorithm>

#include "cli/init/draft.hpp"
#include "espalier/core/errors.hpp"

namespace espalier::cli {
namespace {

constexpr std::int64_t kLeastImages = 4;   // of a class: one each for training, validation and test, and one to spare
constexpr std::int64_t kShortShare = 10;   // a class with less than a tenth of the usual number is short
constexpr std::int64_t kMostHeldOut = 50;  // of a class: as many as ILSVRC has
constexpr std::int64_t kFewImages = 1000;  // Chadha and Jain: "less than a thousand samples"
constexpr std::int64_t kFewPerClass = 20;  // Chu et al.: low

std::int64_t median_of(std::vector<std::int64_t> counts) {
  std::sort(counts.begin(), counts.end());
  return counts[counts.size() / 2];
}

std::vector<std::int64_t> counts_of(const session::FolderLook& look) {
  std::vector<std::int64_t> counts;
  for (const auto& one : look.classes) counts.push_back(one.images);
  return counts;
}

/// "'owl' has 3, 'eel' has 2": the largest of the classes that are too small.
std::string fewest_text(const session::FolderLook& look) {
  constexpr std::size_t kNamed = 3;
  auto classes = look.classes;
  std::stable_sort(classes.begin(), classes.end(), [](const auto& a, const auto& b) { return a.images > b.images; });
  std::string text;
  for (std::size_t i = 0; i < std::min(kNamed, classes.size()); ++i)
    text += (i ? ", '" : "'") + classes[i].name + "' has " + std::to_string(classes[i].images);
  return text;
}

/// A fifth, but one at least.
std::int64_t held_out(std::int64_t images) { return std::clamp<std::int64_t>(images / 5, 1, kMostHeldOut); }

}  // namespace

bool are_few(const session::FolderLook& look) {
  return look.images < kFewImages || median_of(counts_of(look)) <= kFewPerClass;
}

DraftData data_of(const session::FolderLook& look, const std::string& path, bool folds) {
  DraftData data{path, look, median_of(counts_of(look)), 0, {}, 0, 0, {}, 0};
  const auto least_kept = std::max(kLeastImages, data.usual / kShortShare);
  data.least = data.usual;
  for (std::size_t i = 0; i < look.classes.size(); ++i) {
    const auto& one = look.classes[i];
    if (one.images < least_kept) {
      data.short_classes.push_back(one.name);
      continue;
    }
    data.kept.push_back(static_cast<std::int32_t>(i));
    data.kept_images += one.images;
    data.least = std::min(data.least, one.images);
  }
  if (data.kept.size() < 2) {
    throw UsageError("'" + path + "' has fewer than two classes with " + std::to_string(least_kept) + " images",
                     "some are held out of each class for validation and tests; " + fewest_text(look), "Add images.");
  }
  data.test = held_out(data.least);
  data.valid = folds ? 0 : data.test;
  return data;
}

}  // namespace espalier::cli
