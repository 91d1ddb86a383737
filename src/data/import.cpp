// Chooses the reader for a data format and makes a pack of what it read.
#include "espalier/data/import.hpp"

#include <algorithm>

#include "data/readers.hpp"

namespace espalier::data {
namespace {

constexpr std::int32_t kMaxClasses = 1'000'000;

std::vector<std::filesystem::path> paths_of(const ImportSpec& spec, const std::filesystem::path& root) {
  std::vector<std::filesystem::path> paths;
  for (const auto& name : spec.images) paths.push_back(root / name);
  return paths;
}

std::filesystem::path single(const ImportSpec& spec, const std::filesystem::path& root, const char* what) {
  if (spec.images.size() == 1) return root / spec.images.front();
  throw DataProblem("'images' names " + std::to_string(spec.images.size()) + " paths",
                    std::string("this format wants ") + what, "Give exactly one.");
}

RawImages read_raw(const ImportSpec& spec, const std::filesystem::path& root) {
  switch (spec.format) {
    case DataFormat::idx:
      if (spec.labels.empty())
        throw DataProblem("'labels' is missing", "IDX images have their labels in another file", "Name it.");
      return read_idx(single(spec, root, "one file of images"), root / spec.labels);
    case DataFormat::cifar:
      if (spec.images.empty())
        throw DataProblem("'images' is empty", "CIFAR wants one record file or more", "Name them.");
      return read_cifar(paths_of(spec, root), spec.label_kind);
    case DataFormat::folder:
      return read_folder(single(spec, root, "one folder"), spec.resize, spec.grey, spec.class_names);
    default: return make_images(spec.made);
  }
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
  throw DataProblem(
      "the test images have other classes than the training images",
      other == found.end() ? "they stand in another order" : "'" + *other + "' is not among the training images",
      "Name test files of the same classes.");
}

}  // namespace

DataFormat format_named(const std::string& name) {
  static const std::map<std::string, DataFormat> kFormats{{"idx", DataFormat::idx},
                                                          {"cifar", DataFormat::cifar},
                                                          {"folder", DataFormat::folder},
                                                          {"pack", DataFormat::pack},
                                                          {"made", DataFormat::made}};
  const auto found = kFormats.find(name);
  if (found != kFormats.end()) return found->second;
  throw DataProblem("format '" + name + "' is unknown", "images come as idx, cifar, folder, pack or made",
                    "Take one of these.");
}

std::vector<std::string> numbered_classes(const std::vector<std::int32_t>& labels, const std::filesystem::path& file) {
  std::int32_t count = 0;
  for (const std::int32_t label : labels) {
    if (label < 0 || label >= kMaxClasses) {
      throw DataProblem("'" + file.string() + "' has the label " + std::to_string(label),
                        "labels count from 0 and stay below a million", "Check the file.");
    }
    count = std::max(count, label + 1);
  }
  std::vector<std::string> names;
  for (std::int32_t i = 0; i < count; ++i) names.push_back(std::to_string(i));
  return names;
}

Pack import_images(const ImportSpec& spec, const std::filesystem::path& root) {
  if (spec.format == DataFormat::pack) {
    const std::filesystem::path file = single(spec, root, "one file");
    Pack pack = open_pack(file);
    verify_pack(pack, file);
    adopt_classes(spec.class_names, pack.class_names);
    return pack;
  }
  RawImages raw = read_raw(spec, root);
  adopt_classes(spec.class_names, raw.class_names);
  return make_pack(raw.images, at::tensor(raw.labels, at::kInt), std::move(raw.class_names));
}

}  // namespace espalier::data
