// espalier predict DIR[:RUN] IMAGES...: what a study's kept network says of image files.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "cli/result_dir.hpp"
#include "cli/trained_data.hpp"
#include "espalier/cli/commands.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/report/wording.hpp"
#include "espalier/session/predict.hpp"
#include "espalier/store/layout.hpp"

namespace espalier::cli {
namespace {

constexpr double kSaidFrom = 0.5;  ///< of several labels, those that a table for people shows

struct Arguments {
  std::string where;
  std::vector<std::string> images;
  bool csv = false;
};

/// A line of the answer: an image and one of the network's outputs.
struct Line {
  std::string image;
  std::size_t output = 0;
  double probability = 0;
};

session::Predictor predictor_of(const KeptNetwork& network, const TrainedData& trained, const std::string& out,
                                std::int32_t threads) {
  const auto spec = task::as_training(network.task->task);
  const auto& shape = trained.file_facts->shape;
  if (shape.channels != 1 && shape.channels != 3)
    throw UsageError(fmt::format("the network takes images of {} channels", shape.channels),
                     "image files have one or three", "Name another network.");
  session::Predictor predictor;
  predictor.artifacts = store::artifact_folder(out);
  predictor.network = network.task->finished.artifact;
  predictor.resize = trained.files->resize;
  predictor.grey = shape.channels == 1;
  predictor.max_pixels = trained.files->max_pixels;
  predictor.shape = shape;
  predictor.transforms = trained.transforms;
  predictor.mean = spec.mean;
  predictor.std = spec.std;
  predictor.augment = spec.augment;
  predictor.precision = spec.precision;
  predictor.several_labels = spec.loss == task::Loss::binary;
  predictor.threads = threads;
  return predictor;
}

/// Of several labels an image: all of them, or those that are probable, but one at least.
void add_labels(const session::Prediction& said, bool all, std::vector<Line>& lines) {
  const auto& shares = said.probabilities;
  const auto best = static_cast<std::size_t>(std::max_element(shares.begin(), shares.end()) - shares.begin());
  for (std::size_t k = 0; k < shares.size(); ++k) {
    if (all || shares[k] >= kSaidFrom || k == best) lines.push_back({said.file, k, shares[k]});
  }
}

std::vector<Line> lines_of(const session::Predictions& predictions, bool all) {
  std::vector<Line> lines;
  for (const auto& said : predictions.images) {
    if (!said.probabilities.empty()) add_labels(said, all, lines);
    else lines.push_back({said.file, static_cast<std::size_t>(said.output), said.probability});
  }
  return lines;
}

void print(const std::vector<Line>& lines, const std::vector<std::string>& outputs, bool csv) {
  if (csv) {
    fmt::print("{}", report::csv_line({"image", "class", "name", "probability"}));
    for (const auto& line : lines) {
      fmt::print("{}", report::csv_line({line.image, std::to_string(line.output), outputs.at(line.output),
                                         fmt::format("{:.6f}", line.probability)}));
    }
    return;
  }
  Table table({"image", "class", "name", "probability"});
  for (const auto& line : lines)
    table.row(
        {line.image, std::to_string(line.output), outputs.at(line.output), fmt::format("{:.3f}", line.probability)});
  fmt::print("{}", table.text());
}

/// Prints one message for each; there is no prediction then.
int refuse_all(const std::vector<Problem>& errors) {
  for (const auto& error : errors) fmt::print(stderr, "espalier: {}\n", to_string(error));
  return static_cast<int>(ExitCode::usage);
}

int predict(const Arguments& arguments) {
  const auto [out, run] = dir_and_run(arguments.where);
  const auto directory = read_directory(out);
  const auto views = report::runs_of(directory);
  const auto network = find_kept_network(directory, views, run);
  const auto study = study_of(directory.state);
  const auto trained = trained_data(network, directory.state, study);
  const auto predictor = predictor_of(network, trained, out, directory.state.study.threads);
  const auto predictions = session::predict(predictor, arguments.images);
  if (!predictions.errors.empty()) return refuse_all(predictions.errors);
  if (!network.note.empty()) fmt::print(stderr, "espalier: {}\n", network.note);
  print(lines_of(predictions, arguments.csv), trained.outputs, arguments.csv);
  return 0;
}

}  // namespace

void add_predict(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  auto* verb = app.add_subcommand("predict", "what a study's kept network says of image files");
  verb->add_option(
          "DIR[:RUN]", arguments->where,
          "what 'run --out' was given, and a run by id or EXPERIMENT:AXIS=VALUE,...; default: the kept network, "
          "or the best of them by validation")
      ->required();
  verb->add_option("IMAGES", arguments->images, "files, or folders with images at any depth")->required();
  verb->add_flag("--csv", arguments->csv, "for programs; of several labels an image a line for each");
  verb->callback([arguments, &exit_code] { exit_code = predict(*arguments); });
}

}  // namespace espalier::cli
