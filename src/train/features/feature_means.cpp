// Averages what each hidden unit gives over held-out images, and writes and reads that with a network's file.
#include "espalier/train/feature_means.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "espalier/core/errors.hpp"

namespace espalier::train {

namespace {

using Json = nlohmann::json;
constexpr const char* kKey = "feature_means";

std::string tensor_name(const network::UnitSpec& unit) { return "feature_mean." + unit.name; }

/// Every (size / count)th image. Sets list their images class by class, so each class has its share.
data::ImageSet spread(const data::ImageSet& set, std::int64_t count) {
  data::ImageSet some = set;
  some.rows.clear();
  for (std::int64_t i = 0; i < count; ++i)
    some.rows.push_back(set.rows[static_cast<std::size_t>(i * set.size() / count)]);
  some.labels = at::zeros({count}, at::kLong);  // means do not look at them
  return some;
}

/// Sums over the images at even and at odd places, [2, features], in double precision.
at::Tensor sums_of(const at::Tensor& features) {
  const at::Tensor rows = features.flatten(1).to(at::kDouble);
  return at::stack({rows.slice(0, 0, {}, 2).sum(0), rows.slice(0, 1, {}, 2).sum(0)});
}

}  // namespace

std::optional<FeatureMeans> feature_means(model::UnitNetwork& network, const data::ImageSet& set,
                                          const task::TrainSpec& seen, std::int64_t most) {
  const std::int64_t half = std::min(set.size(), most) / 2;
  if (half < 2) return std::nullopt;
  const data::ImageSet some = spread(set, 2 * half);
  const data::BatchMaker batches(seen);
  FeatureMeans means{{}, half, seen.mean, seen.std};
  means.units.resize(static_cast<std::size_t>(network.depth() - 1));
  constexpr std::int64_t kBatch = 64;  // even, so that places in a batch are even where those in the set are
  for (std::int64_t first = 0; first < some.size(); first += kBatch) {
    at::Tensor x = batches.evaluation(some, first, std::min(kBatch, some.size() - first)).to(network.device());
    for (std::int32_t unit = 1; unit < network.depth(); ++unit) {
      at::Tensor& sum = means.units[static_cast<std::size_t>(unit - 1)];
      x = network.features(x, unit, unit - 1);
      const at::Tensor more = sums_of(x).cpu();
      sum = sum.defined() ? sum + more : more;
    }
  }
  for (at::Tensor& unit : means.units) unit = (unit / static_cast<double>(half)).to(at::kFloat).contiguous();
  return means;
}

void add_feature_means(const FeatureMeans& means, const model::UnitNetwork& network, data::NamedTensors& tensors,
                       data::Metadata& metadata) {
  for (std::size_t i = 0; i < means.units.size(); ++i) {
    tensors.emplace_back(tensor_name(network.spec().units[i]), means.units[i]);
  }
  metadata[kKey] = Json{{"images", means.images}, {"mean", means.mean}, {"std", means.std}}.dump();
}

std::optional<FeatureMeans> feature_means_of(const data::TensorFile& file, const network::NetworkSpec& network) {
  const auto said = file.metadata.find(kKey);
  if (said == file.metadata.end()) return std::nullopt;
  FeatureMeans means;
  try {
    const Json facts = Json::parse(said->second);
    facts.at("images").get_to(means.images);
    facts.at("mean").get_to(means.mean);
    facts.at("std").get_to(means.std);
  } catch (const Json::exception& error) {
    throw UsageError("'" + file.file.string() + "' says of its mean features what cannot be read", error.what(),
                     "Copy it again.");
  }
  for (std::size_t i = 0; i + 1 < network.units.size(); ++i) {
    const at::Tensor& unit = file.at(tensor_name(network.units[i]));
    if (unit.dim() != 2 || unit.size(0) != 2 || unit.scalar_type() != at::kFloat)
      throw UsageError("'" + file.file.string() + "' has mean features of another shape",
                       "'" + tensor_name(network.units[i]) + "' is not [2, features] in float32", "Copy it again.");
    means.units.push_back(unit);
  }
  return means;
}

}  // namespace espalier::train
