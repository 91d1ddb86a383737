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
constexpr const char* kKind = "espalier predictions 1";

std::vector<std::int32_t> values_of(const safetensors::Parts& parts, const std::string& name) {
  const auto& entries = parts.header.entries;
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const auto& one) { return one.name == name; });
  if (found == entries.end() || found->dtype != "I32" || found->shape.size() != 1)
    throw safetensors::Refused("it has no int32 values '" + name + "', one an image");
  std::vector<std::int32_t> values(static_cast<std::size_t>(found->shape.front()));
  const auto bytes = parts.bytes(*found);
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

/// Throws Refused.
report::Predictions predictions_in(std::string_view bytes) {
  const auto parts = safetensors::parts_of(bytes);
  const auto kind = parts.header.metadata.find("kind");
  if (kind == parts.header.metadata.end() || kind->second != kKind)
    throw safetensors::Refused(std::string("it is not of kind '") + kKind + "'");
  report::Predictions predictions{values_of(parts, "predicted"), values_of(parts, "label")};
  if (predictions.predicted.size() != predictions.labels.size())
    throw safetensors::Refused("it has not as many predictions as labels");
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
