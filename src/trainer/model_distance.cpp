// Answers `espalier-trainer model distance`: the folder's images go through the network as the source's did.
#include "trainer/model_distance.hpp"

#include <nlohmann/json.hpp>

#include "espalier/core/errors.hpp"
#include "espalier/data/import.hpp"
#include "espalier/model/description.hpp"
#include "espalier/train/distances.hpp"
#include "espalier/train/feature_means.hpp"
#include "trainer/error_json.hpp"

namespace espalier::trainer {
namespace {

using Json = nlohmann::ordered_json;

/// A network's file that keeps mean features.
struct Source {
  model::Description description;
  train::FeatureMeans means;
  data::TensorFile file;
};

Source source_in(const std::string& path) {
  auto file = data::read_safetensors(path);
  const auto description = model::description_of(file);
  auto means = description ? train::feature_means_of(file, description->network) : std::nullopt;
  if (!means)
    throw UsageError("'" + path + "' keeps no mean features of the images that it was trained on",
                     "files that another program or an earlier version wrote have none, nor those of a study whose "
                     "data hold no images for tests or validation",
                     "The distance from it is unknown.");
  return {*description, std::move(*means), std::move(file)};
}

/// At most `most` of the folder's images, in the form that the network was made for.
data::ImageSet images_in(const std::string& folder, const network::Shape& input, std::int64_t most) {
  if (input.height != input.width || (input.channels != 1 && input.channels != 3))
    throw UsageError("the network takes images of " + std::to_string(input.channels) + " x " +
                         std::to_string(input.height) + " x " + std::to_string(input.width),
                     "images of a folder are made square, with one channel or three", "Name another network.");
  data::ImportSpec spec;
  spec.format = task::ImageFormat::folder;
  spec.images = {folder};
  spec.resize = input.height;
  spec.grey = input.channels == 1;
  spec.most = most;
  const data::Pack pack = data::import_images(spec, "");
  data::ImageSet set{pack.images, {}, pack.labels};
  for (std::int64_t row = 0; row < pack.images.size(0); ++row) set.rows.push_back(row);
  return set;
}

/// Mean over both halves, which are of one size.
at::Tensor whole(const at::Tensor& halves) { return halves.to(at::kDouble).mean(0); }

Json distance_or_null(task::DistanceMethod method, const at::Tensor& a, const at::Tensor& b) {
  const bool undefined =
      method == task::DistanceMethod::cosine && (a.norm().item<double>() == 0 || b.norm().item<double>() == 0);
  return undefined ? Json() : Json(train::distance_of_means(method, a, b));
}

Json unit_json(const std::string& name, const at::Tensor& source, const at::Tensor& target) {
  Json unit{{"name", name}};
  for (const auto method : {task::DistanceMethod::cosine, task::DistanceMethod::mmd}) {
    const std::string& key = task::distance_names().at(static_cast<std::size_t>(method));
    unit[key] = distance_or_null(method, source[0], whole(target));
    unit[key + "_floor"] = distance_or_null(method, source[0], source[1]);
  }
  return unit;
}

Json answer_of(const std::string& path, const std::string& folder) {
  const Source source = source_in(path);
  const auto& [spec, input, classes] = source.description;
  model::UnitNetwork network(spec, input, classes);
  for (std::int32_t u = 1; u <= network.depth(); ++u) network.copy(u, source.file);
  task::TrainSpec seen;
  seen.input = input;
  seen.mean = source.means.mean;
  seen.std = source.means.std;
  const auto target = train::feature_means(network, images_in(folder, input, source.means.images), seen);
  if (!target)
    throw UsageError("'" + folder + "' has too few images", "a mean of fewer than four says little", "Add some.");
  Json units = Json::array();
  for (std::size_t u = 0; u < target->units.size(); ++u) {
    units.push_back(unit_json(spec.units[u].name, source.means.units[u], target->units[u]));
  }
  return {{"images", 2 * target->images}, {"source_images", source.means.images}, {"units", units}};
}

}  // namespace

std::string distance_to_model(const std::string& file, const std::string& folder) {
  return answer_or_error([&] { return answer_of(file, folder); });
}

}  // namespace espalier::trainer
