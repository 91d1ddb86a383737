// Chooses the reader for a data format and makes a pack of what it read.
#include "espalier/data/import.hpp"

#include <algorithm>

#include "data/decode/decode_image.hpp"
#include "data/pack/same_images.hpp"
#include "data/read/readers.hpp"
#include "data/read/resize_image.hpp"
#include "espalier/core/checks.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/data/label_matrix.hpp"
#include "espalier/data/pack_content.hpp"
#include "espalier/data/safetensors.hpp"

namespace espalier::data {
namespace {

/// Labels may skip classes; but a file of few labels cannot ask for a name for each number below a large one.
constexpr std::size_t kFreeClasses = 65'536;

namespace fs = std::filesystem;

std::vector<fs::path> paths_of(const ImportSpec& spec, const fs::path& root) {
  std::vector<fs::path> paths;
  for (const auto& name : spec.images) paths.push_back(root / name);
  return paths;
}

fs::path single(const ImportSpec& spec, const fs::path& root) {
  if (spec.images.size() == 1) return root / spec.images.front();
  throw UsageError("'images' names " + std::to_string(spec.images.size()) + " paths",
                   "this format wants " + task::row_of(spec.format).wants, "Give exactly one.");
}

/// Gives test images the class list of the training images. Numbered classes may lack the last few.
void adopt_classes(const std::vector<std::string>& known, std::vector<std::string>& found) {
  if (known.empty() || found == known) return;
  if (found.size() <= known.size() && std::equal(found.begin(), found.end(), known.begin())) {
    found = known;
    return;
  }
  const auto other = std::find_if(found.begin(), found.end(), [&](const std::string& name) {
    return std::find(known.begin(), known.end(), name) == known.end();
  });
  throw UsageError(
      "the test images have other classes than the training images",
      other == found.end() ? "they stand in another order" : "'" + *other + "' is not among the training images",
      "Name test files of the same classes.");
}

/// Test images have the labels of the training images, column by column.
void check_same_labels(const std::vector<std::string>& known, const std::vector<std::string>& found) {
  if (known.empty() || found == known) return;
  const auto [one, other] = std::mismatch(found.begin(), found.end(), known.begin(), known.end());
  throw UsageError("the test images have other labels than the training images",
                   found.size() == known.size()
                       ? "'" + *one + "' stands where those have '" + *other + "'"
                       : std::to_string(found.size()) + " in place of " + std::to_string(known.size()),
                   "Name test files of the same labels in the same order.");
}

RawImages raw_idx(const ImportSpec& spec, const fs::path& root) {
  if (spec.labels.empty())
    throw UsageError("'labels' is missing", "IDX images have their labels in another file", "Name it.");
  return read_idx(single(spec, root), root / spec.labels, spec.multi_label);
}

RawImages raw_cifar(const ImportSpec& spec, const fs::path& root) {
  if (spec.images.empty()) throw UsageError("'images' is empty", "CIFAR wants one record file or more", "Name them.");
  return read_cifar(paths_of(spec, root));
}

RawImages raw_folder(const ImportSpec& spec, const fs::path& root) {
  if (!spec.multi_label) return read_folder(single(spec, root), spec);
  if (spec.labels.empty())
    throw UsageError("'labels' is missing", "images with several labels have them in a table", "Name it.");
  return read_labelled_folder(single(spec, root), root / spec.labels, spec);
}

RawImages raw_made(const ImportSpec& spec, const fs::path&) { return make_images(spec.made); }

/// Classes that only the training images have are without images here.
void complete_levels(task::LabelLevels& levels, std::size_t classes) {
  for (auto& [name, level] : levels) level.of.resize(classes, -1);
}

/// What the pixels and labels of an import tell that its user should know.
std::vector<Problem> notes_on(const RawImages& raw, const Pack& pack, bool are_test_images) {
  std::vector<Problem> notes;
  const auto counts = pack.class_counts();
  if (!are_test_images && !are_several(pack.labels) &&
      std::count_if(counts.begin(), counts.end(), [](auto n) { return n > 0; }) == 1) {
    notes.push_back({"all images are of one class", "nothing can be learnt from it", "Check how they are labelled."});
  }
  const auto same = same_within(pack.images);
  if (same.empty()) return notes;
  const auto name = [&](std::int64_t row) {
    return raw.files.empty() ? std::to_string(row) : "'" + raw.files[static_cast<std::size_t>(row)] + "'";
  };
  notes.push_back({std::to_string(same.size()) + (same.size() == 1 ? " image equals" : " images equal") +
                       " another of the set, pixel for pixel",
                   "images " + name(same.front().first) + " and " + name(same.front().second) +
                       (same.size() == 1 ? "" : " for example"),
                   "One of them may be trained on and the other tested."});
  return notes;
}

/// Images of record files in the form that was asked for; a folder's pictures are brought to it one by one.
at::Tensor in_form(at::Tensor images, const ImportSpec& spec) {
  if (spec.rgb && images.size(1) == 1) images = images.expand({-1, 3, -1, -1}).contiguous();
  if (spec.rgb && images.size(1) != 3) {
    throw UsageError("rgb = true", "the images have " + std::to_string(images.size(1)) + " channels, not one or three",
                     "Remove it.");
  }
  try {
    return spec.resize > 0 ? all_resized(images, spec.resize, spec.max_pixels) : images;
  } catch (const Undecodable& error) {
    throw UsageError("cannot resize the images", error.what(), "Set another size.");
  }
}

/// Packs what a reader of raw images gives.
template <RawImages (*read)(const ImportSpec&, const fs::path&)>
Pack packed(const ImportSpec& spec, const fs::path& root) {
  const bool may_have_several = spec.format == task::ImageFormat::idx || spec.format == task::ImageFormat::folder;
  if (spec.multi_label && !may_have_several)
    throw UsageError("multi_label = true", task::row_of(spec.format).name + " images have one label each",
                     "Remove it, or write the images as idx or folder.");
  RawImages raw = read(spec, root);
  if (spec.multi_label) check_same_labels(spec.class_names, raw.class_names);
  if (spec.multi_label && spec.class_names.empty())
    check_is_learnable(raw.matrix, raw.class_names, "'" + (root / spec.labels).string() + "'");
  if (!spec.multi_label) adopt_classes(spec.class_names, raw.class_names);
  if (spec.format == task::ImageFormat::idx || spec.format == task::ImageFormat::cifar)
    raw.images = in_form(std::move(raw.images), spec);
  Pack pack = make_pack(raw.images, spec.multi_label ? raw.matrix : at::tensor(raw.labels, at::kInt),
                        std::move(raw.class_names));
  pack.notes = std::move(raw.notes);
  if (spec.format != task::ImageFormat::made) {
    for (Problem& note : notes_on(raw, pack, !spec.class_names.empty())) pack.notes.push_back(std::move(note));
  }
  if (!raw.files.empty()) pack.files = file_names(raw.files);
  pack.levels = std::move(raw.levels);
  complete_levels(pack.levels, pack.class_names.size());
  return pack;
}

[[noreturn]] void refuse_damaged(const fs::path& file, const std::string& fault) {
  throw UsageError("the pack '" + file.string() + "' is damaged", fault,
                   "Restore it, or make it again with 'espalier data import'.");
}

/// A pack that the user names is the source itself: a damaged one cannot be made again from anything.
Pack checked_pack(const ImportSpec& spec, const fs::path& root) {
  const fs::path file = single(spec, root);
  read_safetensors(file);  // says what the file is where it is no pack at all
  if (const std::string fault = content_fault(file); !fault.empty()) refuse_damaged(file, fault);
  Pack pack = open_pack(file);
  if (are_several(pack.labels)) check_same_labels(spec.class_names, pack.class_names);
  else adopt_classes(spec.class_names, pack.class_names);
  complete_levels(pack.levels, pack.class_names.size());
  return pack;
}

struct FormatReader {
  task::ImageFormat format;
  Pack (*read)(const ImportSpec& spec, const fs::path& root);
};

constexpr FormatReader kReaders[] = {{task::ImageFormat::idx, packed<raw_idx>},
                                     {task::ImageFormat::cifar, packed<raw_cifar>},
                                     {task::ImageFormat::folder, packed<raw_folder>},
                                     {task::ImageFormat::pack, checked_pack},
                                     {task::ImageFormat::made, packed<raw_made>}};

}  // namespace

task::ImageFormat format_named(const std::string& name) {
  if (const auto* row = task::image_format_named(name)) return row->format;
  std::string known;
  const auto names = task::image_format_names();
  for (std::size_t i = 0; i < names.size(); ++i)
    known += (i == 0 ? "" : i + 1 == names.size() ? " or " : ", ") + names[i];
  throw UsageError("format '" + name + "' is unknown", "images come as " + known, "Take one of these.");
}

std::vector<std::string> numbered_classes(const std::vector<std::int32_t>& labels, const std::filesystem::path& file) {
  std::int32_t count = 0;
  const std::size_t most = std::max(kFreeClasses, labels.size());
  for (const std::int32_t label : labels) {
    if (label < 0 || static_cast<std::size_t>(label) >= most) {
      throw UsageError("'" + file.string() + "' has the label " + std::to_string(label),
                       "labels count from 0, and those of " + std::to_string(labels.size()) + " images stay below " +
                           std::to_string(most),
                       "Check the file.");
    }
    count = std::max(count, label + 1);
  }
  std::vector<std::string> names;
  for (std::int32_t i = 0; i < count; ++i) names.push_back(std::to_string(i));
  return names;
}

Pack import_images(const ImportSpec& spec, const fs::path& root) {
  const auto* reader = std::find_if(std::begin(kReaders), std::end(kReaders),
                                    [&](const FormatReader& one) { return one.format == spec.format; });
  ESPALIER_EXPECT(reader != std::end(kReaders));
  return reader->read(spec, root);
}

}  // namespace espalier::data
