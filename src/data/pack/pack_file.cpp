// Opens and checks a pack of images on disk, and writes one.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "data/facts_json.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/data/label_matrix.hpp"
#include "espalier/data/pack.hpp"
#include "espalier/data/pack_content.hpp"
#include "espalier/data/safetensors.hpp"

namespace espalier::data {
namespace {

using Json = nlohmann::json;

constexpr const char* kFormat = "espalier images 1";
constexpr const char* kFiles = "files";

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& why) {
  throw UsageError("'" + file.string() + "' is not a pack of images", why, "Make it with 'espalier data import'.");
}

const std::string& entry(const TensorFile& file, const char* key) {
  const auto found = file.metadata.find(key);
  if (found == file.metadata.end()) refuse(file.file, std::string("it has no '") + key + "'");
  return found->second;
}

template <class T>
std::vector<T> list(const TensorFile& file, const char* key) {
  try {
    return Json::parse(entry(file, key)).get<std::vector<T>>();
  } catch (const Json::exception& error) {
    refuse(file.file, std::string("its '") + key + "' is malformed: " + error.what());
  }
}

/// Packs of data sets with one level of labels have no such entry.
task::LabelLevels levels_in(const TensorFile& file) {
  if (!file.metadata.contains("levels")) return {};
  try {
    return levels_from(Json::parse(entry(file, "levels")));
  } catch (const Json::exception& error) {
    refuse(file.file, std::string("its 'levels' are malformed: ") + error.what());
  }
}

/// The tensor `name`; refuses the file unless it has this dtype and number of dimensions.
at::Tensor tensor(const TensorFile& file, const char* name, at::ScalarType dtype, std::int64_t dimensions) {
  const at::Tensor& found = file.at(name);
  if (found.scalar_type() != dtype || found.dim() != dimensions) {
    refuse(file.file, std::string("'") + name + "' has another type or another number of dimensions");
  }
  return found;
}

void check_labels(const Pack& pack) {
  if (pack.labels.size(1) != static_cast<std::int64_t>(pack.class_names.size()))
    throw UsageError("its matrix of labels has another width than it has names");
  check_matrix(pack.labels, "it");
}

void check(const Pack& pack, const std::filesystem::path& file) {
  const auto channels = static_cast<std::size_t>(pack.images.size(1));
  if (pack.labels.size(0) != pack.images.size(0)) refuse(file, "its labels and images differ in number");
  if (pack.mean.size() != channels || pack.std.size() != channels) refuse(file, "its mean or std lacks a channel");
  if (pack.digest.size() != 64) refuse(file, "its digest is no SHA-256");
  if (!pack.origin.empty() && pack.origin.size() != 64) refuse(file, "its origin is no SHA-256");
  for (int i = 1; i < 4; ++i) {
    if (pack.images.size(i) < 1 || pack.images.size(i) > INT32_MAX) refuse(file, "its images have an impossible size");
  }
  try {
    pack.class_counts();
    if (are_several(pack.labels)) check_labels(pack);
    check_levels(pack.levels, pack.class_names.size());
  } catch (const UsageError& error) {
    refuse(file, error.what());
  }
}

}  // namespace

Pack open_pack(const std::filesystem::path& path) {
  const TensorFile file = read_safetensors(path);
  if (entry(file, "format") != kFormat) refuse(path, "its format is '" + entry(file, "format") + "'");
  Pack pack;
  pack.images = tensor(file, "images", at::kByte, 4);
  const bool several = are_several(file.at("labels"));
  pack.labels = several ? tensor(file, "labels", at::kByte, 2) : tensor(file, "labels", at::kInt, 1);
  pack.digest = entry(file, "digest");
  pack.class_names = list<std::string>(file, "class_names");
  pack.mean = list<float>(file, "mean");
  pack.std = list<float>(file, "std");
  pack.levels = levels_in(file);
  const bool has_names =
      std::any_of(file.tensors.begin(), file.tensors.end(), [](const auto& one) { return one.first == kFiles; });
  if (has_names) pack.files = tensor(file, kFiles, at::kByte, 1);
  if (file.metadata.contains("origin")) pack.origin = entry(file, "origin");
  check(pack, path);
  return pack;
}

at::Tensor file_names(const std::vector<std::string>& names) {
  std::string joined;
  for (const auto& name : names) joined += name + '\0';
  const at::Tensor bytes = at::empty({static_cast<std::int64_t>(joined.size())}, at::kByte);
  std::copy(joined.begin(), joined.end(), bytes.mutable_data_ptr<std::uint8_t>());
  return bytes;
}

void write_pack(const std::filesystem::path& file, const Pack& pack) {
  Metadata metadata{{"format", kFormat},
                    {"digest", pack.digest},
                    {"class_names", Json(pack.class_names).dump(-1, ' ', true)},
                    {"mean", Json(pack.mean).dump()},
                    {"std", Json(pack.std).dump()}};
  if (!pack.levels.empty()) metadata["levels"] = json_of(pack.levels).dump(-1, ' ', true);
  if (!pack.origin.empty()) metadata["origin"] = pack.origin;
  NamedTensors tensors{{"labels", pack.labels}, {"images", pack.images}};  // numbers before bytes: aligned
  if (pack.files.defined()) tensors.push_back({kFiles, pack.files});
  add_sums(tensors, metadata);
  write_safetensors(file, tensors, metadata);
}

}  // namespace espalier::data
