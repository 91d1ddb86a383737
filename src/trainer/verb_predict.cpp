// The verb `espalier-trainer predict`: image files through a finished network, as its study's evaluation sees images.
#include <CLI/CLI.hpp>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "espalier/core/errors.hpp"
#include "espalier/data/batch_maker.hpp"
#include "espalier/data/image_files.hpp"
#include "espalier/data/safetensors.hpp"
#include "espalier/model/description.hpp"
#include "espalier/model/unit_network.hpp"
#include "espalier/task/timeline.hpp"
#include "espalier/train/numeric_form.hpp"
#include "espalier/trainer/verbs.hpp"
#include "trainer/error_json.hpp"

namespace espalier::trainer {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

/// How the study's images are before they are cropped and normalised.
struct SeenImages {
  data::ImageForm form;
  std::vector<task::TransformSpec> transforms;
  network::Shape raw;  ///< of an image before the transforms
};

SeenImages seen_images(const Json& request) {
  SeenImages seen;
  request.at("resize").get_to(seen.form.resize);
  request.at("grey").get_to(seen.form.grey);
  request.at("max_pixels").get_to(seen.form.max_pixels);
  for (const auto& one : request.at("transforms")) {
    seen.transforms.push_back({one.at("kind").get<std::string>(),
                               one.at("numbers").get<std::map<std::string, double>>(),
                               one.at("words").get<std::map<std::string, std::string>>()});
  }
  const auto shape = request.at("shape").get<std::vector<std::int32_t>>();
  seen.raw = {shape.at(0), shape.at(1), shape.at(2)};
  return seen;
}

/// Crop, normalisation and precision of the network's training.
task::TrainSpec view_of(const Json& request, const network::Shape& input) {
  task::TrainSpec spec;
  spec.input = input;
  request.at("mean").get_to(spec.mean);
  request.at("std").get_to(spec.std);
  request.at("centre_crop").get_to(spec.augment.centre_crop);
  request.at("placement_version").get_to(spec.augment.placement_version);
  if (request.at("bf16").get<bool>()) spec.precision = task::Precision::bf16;
  return spec;
}

std::string sides_of(std::int64_t height, std::int64_t width) {
  return std::to_string(height) + " x " + std::to_string(width);
}

at::Tensor read(const fs::path& file, const SeenImages& seen) {
  at::Tensor image;
  try {
    image = data::load_image(file, seen.form);
  } catch (const Error&) {
    throw;
  } catch (const std::runtime_error& error) {
    throw UsageError("cannot decode the image '" + file.string() + "'", error.what(), "Replace it or leave it out.");
  }
  if (image.size(1) == seen.raw.height && image.size(2) == seen.raw.width) return image;
  throw UsageError("the image '" + file.string() + "' has " + sides_of(image.size(1), image.size(2)) + " pixels",
                   "the study's images have " + sides_of(seen.raw.height, seen.raw.width) + " and are not resized",
                   "Bring it to that size.");
}

/// The network and what it has said so far. An image that cannot be read ends predicting, and reading goes on.
class Predictor {
 public:
  explicit Predictor(const Json& request)
      : seen_(seen_images(request)),
        several_(request.at("several").get<bool>()),
        network_(network_of(request)),
        spec_(view_of(request, network_.input())) {
    network_.set_precision(spec_.precision);
  }

  void add(const fs::path& path) {
    try {
      for (const auto& file : data::image_files(path)) add_file(file);
    } catch (const UsageError& error) {
      note(error);
    }
  }

  Json answer() {
    predict_waiting();
    if (!errors_.empty()) return {{"errors", errors_}};
    return {{"images", images_}};
  }

 private:
  static model::UnitNetwork network_of(const Json& request) {
    const auto file =
        data::read_artifact(request.at("artifacts").get<std::string>(), {request.at("network").get<std::string>()});
    const auto description = model::description_of(file);
    if (!description) throw UsageError("'" + file.file.string() + "' does not describe its network", "", "");
    model::UnitNetwork network(description->network, description->input, description->classes);
    for (std::int32_t u = 1; u <= network.depth(); ++u) network.copy(u, file);
    return network;
  }

  void add_file(const fs::path& file) {
    try {
      at::Tensor image = read(file, seen_);
      if (!errors_.empty()) return;
      waiting_.push_back(std::move(image));
      files_.push_back(file.string());
    } catch (const UsageError& error) {
      return note(error);
    }
    if (static_cast<std::int64_t>(waiting_.size()) == task::kEvaluationBatch) predict_waiting();
  }

  void note(const UsageError& error) {
    const auto& problem = error.problem();
    errors_.push_back({{"problem", problem.problem}, {"why", problem.why}, {"suggestion", problem.suggestion}});
  }

  void predict_waiting() {
    const auto count = static_cast<std::int64_t>(waiting_.size());
    if (count == 0 || !errors_.empty()) return;
    data::ImageSet set{data::transformed(at::stack(waiting_), seen_.transforms), {}, {}};
    for (std::int64_t row = 0; row < count; ++row) set.rows.push_back(row);
    const at::Tensor logits =
        network_.eval_forward(data::BatchMaker(spec_).evaluation(set, 0, count)).to(at::kDouble).contiguous();
    for (std::int64_t row = 0; row < count; ++row) {
      const auto& file = files_[static_cast<std::size_t>(row)];
      images_.push_back(several_ ? labels_json(file, logits[row]) : class_json(file, logits[row]));
    }
    waiting_.clear();
    files_.clear();
  }

  static Json class_json(const std::string& file, const at::Tensor& logits) {
    const auto best = logits.argmax().item<std::int64_t>();
    return {{"file", file}, {"output", best}, {"probability", logits.softmax(0)[best].item<double>()}};
  }

  static Json labels_json(const std::string& file, const at::Tensor& logits) {
    const at::Tensor shares = logits.sigmoid().contiguous();
    const double* first = shares.const_data_ptr<double>();
    return {{"file", file}, {"probabilities", std::vector<double>(first, first + shares.numel())}};
  }

  SeenImages seen_;
  bool several_;
  model::UnitNetwork network_;
  task::TrainSpec spec_;
  std::vector<at::Tensor> waiting_;  ///< [C, H, W] each, of `files_`
  std::vector<std::string> files_;
  Json images_ = Json::array(), errors_ = Json::array();
};

/// JSON in, JSON out. All files are read before anything is answered: {"errors": [...]} with one entry for each that
/// cannot be, or {"images": [{"file", "output", "probability"}]}, of several labels an image {"file", "probabilities"}.
std::string predict_request(const std::string& text) {
  return answer_or_error([&] {
    const Json request = Json::parse(text, nullptr, false);
    if (request.is_discarded()) throw UsageError("the request is no JSON", "", "");
    train::start_deterministic();
    train::apply({.threads = request.at("threads").get<std::int32_t>()});
    Predictor predictor(request);
    for (const auto& path : request.at("images")) predictor.add(path.get<std::string>());
    return predictor.answer();
  });
}

}  // namespace

void add_predict_verb(CLI::App& app, int&) {
  auto* verb = app.add_subcommand("predict", "what a finished network says of image files: JSON in, JSON out");
  verb->callback([] {
    const std::string request(std::istreambuf_iterator<char>(std::cin), {});
    std::cout << predict_request(request) << "\n";
  });
}

}  // namespace espalier::trainer
