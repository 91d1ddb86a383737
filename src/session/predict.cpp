// Writes the request of `espalier-trainer predict` and reads its answer.
#include "espalier/session/predict.hpp"

#include <nlohmann/json.hpp>

#include "espalier/core/errors.hpp"
#include "espalier/process/capture.hpp"
#include "espalier/session/study_input.hpp"

namespace espalier::session {
namespace {

using nlohmann::json;

Problem problem_in(const json& said) {
  return {said.value("problem", ""), said.value("why", ""), said.value("suggestion", "")};
}

json request_of(const Predictor& predictor, const std::vector<std::string>& images) {
  json transforms = json::array();
  for (const auto& one : predictor.transforms)
    transforms.push_back({{"kind", one.kind}, {"numbers", one.numbers}, {"words", one.words}});
  return {{"artifacts", predictor.artifacts.string()},
          {"network", predictor.network.hex},
          {"resize", predictor.resize},
          {"grey", predictor.grey},
          {"max_pixels", predictor.max_pixels},
          {"shape", {predictor.shape.channels, predictor.shape.height, predictor.shape.width}},
          {"transforms", transforms},
          {"mean", predictor.mean},
          {"std", predictor.std},
          {"centre_crop", predictor.augment.centre_crop},
          {"placement_version", predictor.augment.placement_version},
          {"bf16", predictor.precision == task::Precision::bf16},
          {"several", predictor.several_labels},
          {"threads", predictor.threads},
          {"images", images}};
}

Prediction prediction_in(const json& said) {
  Prediction prediction;
  said.at("file").get_to(prediction.file);
  if (said.contains("probabilities")) {
    said.at("probabilities").get_to(prediction.probabilities);
    return prediction;
  }
  said.at("output").get_to(prediction.output);
  said.at("probability").get_to(prediction.probability);
  return prediction;
}

}  // namespace

Predictions predict(const Predictor& predictor, const std::vector<std::string>& images) {
  const auto done = process::capture({trainer_path().string(), "predict"}, request_of(predictor, images).dump());
  const json answer = json::parse(done.out, nullptr, false);
  if (answer.is_discarded() || !answer.is_object())
    throw EnvironmentError("espalier-trainer did not predict",
                           "exit code " + std::to_string(done.exit_code) + ": " + done.err, "");
  if (answer.contains("error")) throw UsageError(problem_in(answer.at("error")));
  Predictions predictions;
  for (const auto& one : answer.value("errors", json::array())) predictions.errors.push_back(problem_in(one));
  for (const auto& one : answer.value("images", json::array())) predictions.images.push_back(prediction_in(one));
  return predictions;
}

}  // namespace espalier::session
