// Reads predictions from an artifact, after its bytes were held against the digest that names it.
#include "cli/predictions_file.hpp"

#include <algorithm>
#include <cstring>

#include "espalier/core/errors.hpp"
#include "espalier/core/hash.hpp"
#include "espalier/os/regular_file.hpp"
#include "espalier/safetensors/header.hpp"
#include "espalier/store/layout.hpp"

namespace espalier::cli {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 31;
constexpr const char* kOneLabel = "espalier predictions 1";
constexpr const char* kSeveral = "espalier scores 1";

const safetensors::HeaderEntry* find(const safetensors::Parts& parts, const std::string& name) {
  const auto& entries = parts.header.entries;
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const auto& one) { return one.name == name; });
  return found == entries.end() ? nullptr : &*found;
}

/// Copies the values of a tensor that must have this type and so many dimensions.
template <class Value>
std::vector<Value> values_of(const safetensors::Parts& parts, const std::string& name, const char* dtype,
                             std::size_t dimensions, const std::string& missing) {
  const auto* entry = find(parts, name);
  if (!entry || entry->dtype != dtype || entry->shape.size() != dimensions) throw safetensors::Refused(missing);
  const auto bytes = parts.bytes(*entry);
  std::vector<Value> values(bytes.size() / sizeof(Value));
  if (!bytes.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

std::vector<std::int32_t> outputs_of(const safetensors::Parts& parts, const std::string& name) {
  return values_of<std::int32_t>(parts, name, "I32", 1, "it has no int32 values '" + name + "', one an image");
}

/// Throws Refused.
report::Predictions one_label(const safetensors::Parts& parts) {
  report::Predictions predictions;
  predictions.predicted = outputs_of(parts, "predicted");
  predictions.labels = outputs_of(parts, "label");
  if (predictions.predicted.size() != predictions.labels.size())
    throw safetensors::Refused("it has not as many predictions as labels");
  if (find(parts, "probability"))
    predictions.probability = values_of<float>(parts, "probability", "F32", 1, "'probability' is not float32");
  if (!predictions.probability.empty() && predictions.probability.size() != predictions.labels.size())
    throw safetensors::Refused("it has not as many probabilities as labels");
  return predictions;
}

/// Throws Refused.
report::Predictions several_labels(const safetensors::Parts& parts) {
  report::Predictions predictions;
  predictions.scores = values_of<float>(parts, "score", "F32", 2, "it has no float32 scores [images, outputs]");
  const auto labels = values_of<std::int8_t>(parts, "label", "I8", 2, "it has no int8 labels [images, outputs]");
  if (find(parts, "score")->shape != find(parts, "label")->shape)
    throw safetensors::Refused("its scores and labels differ in shape");
  predictions.positives.assign(labels.begin(), labels.end());
  predictions.outputs = find(parts, "score")->shape.back();
  return predictions;
}

/// Throws Refused.
report::Predictions predictions_in(std::string_view bytes) {
  const auto parts = safetensors::parts_of(bytes);
  const auto& metadata = parts.header.metadata;
  const auto kind = metadata.find("kind");
  const bool several = kind != metadata.end() && kind->second == kSeveral;
  if (!several && (kind == metadata.end() || kind->second != kOneLabel))
    throw safetensors::Refused(std::string("it is not of kind '") + kOneLabel + "' or '" + kSeveral + "'");
  auto predictions = several ? several_labels(parts) : one_label(parts);
  if (const auto data = metadata.find("data"); data != metadata.end()) predictions.data = data->second;
  if (find(parts, "row")) predictions.rows = values_of<std::int64_t>(parts, "row", "I64", 1, "'row' is not int64");
  if (!predictions.rows.empty() && static_cast<std::int64_t>(predictions.rows.size()) != predictions.images())
    throw safetensors::Refused("it has not as many rows as images");
  return predictions;
}

}  // namespace

report::Predictions read_predictions(const std::filesystem::path& out, const ArtifactId& artifact) {
  const auto file = store::artifact_folder(out) / (artifact.hex + ".safetensors");
  const std::string name = "'" + file.string() + "'";
  const auto bytes = os::read_regular(file, kMostBytes);
  if (!bytes) throw EnvironmentError("predictions are missing", name + " is not there", "Restore it from a copy.");
  if (to_hex(sha256(*bytes)) != artifact.hex)
    throw CorruptionError("predictions are damaged", name + " holds other bytes than its name says",
                          "'espalier verify' lists what is damaged; 'espalier retry' makes it again.");
  try {
    return predictions_in(*bytes);
  } catch (const safetensors::Refused& refused) {
    throw CorruptionError("predictions cannot be read", name + ": " + refused.what(), "");
  }
}

report::ReadPredictions stored_predictions() {
  return
      [](const report::Directory& from, const ArtifactId& artifact) { return read_predictions(from.name, artifact); };
}

}  // namespace espalier::cli
