// espalier recommend DIR...: which protocol to use, by what was measured and by what papers say.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <set>

#include "cli/json_text.hpp"
#include "cli/recommend_json.hpp"
#include "cli/result_dir.hpp"
#include "espalier/cli/commands.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/report/recommend_text.hpp"
#include "espalier/session/launch_file.hpp"
#include "espalier/session/look.hpp"

namespace espalier::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::vector<std::string> directories;
  fs::path data, source;
  std::optional<double> distance, per_class;
  std::string network, unit;
  bool json = false;
};

/// A directory with its study and its measured cells.
struct Evidence {
  report::Directory directory;
  study::Study study;
  std::vector<report::MeasuredCell> cells;
};

std::vector<Evidence> evidence_of(const std::vector<std::string>& paths) {
  std::vector<Evidence> all;
  for (const auto& path : paths) {
    Evidence one{read_directory(path), {}, {}};
    one.study = study_of(one.directory.state);
    one.cells = report::measured_cells(report::runs_of(one.directory), one.study);
    all.push_back(std::move(one));
  }
  return all;
}

/// Those of the network that is asked about.
std::vector<report::MeasuredCell> cells_of(const std::vector<Evidence>& evidence, const std::string& network) {
  std::vector<report::MeasuredCell> cells;
  for (const auto& one : evidence) {
    for (const auto& cell : one.cells) {
      if (network.empty() || cell.network == network) cells.push_back(cell);
    }
  }
  return cells;
}

/// The targets of the directory's study whose images are those of the folder.
std::set<std::string> targets_in(const Evidence& evidence, const fs::path& folder) {
  const fs::path launch = fs::path(evidence.directory.name) / "launch";
  std::set<std::string> names;
  if (!fs::exists(launch)) return names;
  const fs::path root = session::read_launch(launch).data_root;
  for (const auto& target : evidence.study.targets) {
    const auto data = evidence.study.data.find(target.data);
    if (data == evidence.study.data.end() || data->second.files.images.size() != 1) continue;
    if (!data->second.from.empty()) continue;  // it has its origin's files, but not these images
    if (fs::weakly_canonical(root / data->second.files.images.front()) == fs::weakly_canonical(folder))
      names.insert(target.name);
  }
  return names;
}

/// The distance of the folder's images, where a study has measured it.
void take_distance(report::Question& question, const std::vector<Evidence>& evidence, const fs::path& folder) {
  for (const auto& one : evidence) {
    const auto targets = targets_in(one, folder);
    for (const auto& cell : one.cells) {
      if (!cell.distance || !targets.contains(cell.target)) continue;
      question.distance = cell.distance->value;
      question.network = cell.distance->network;
      question.network_digest = cell.distance->network_digest;
      question.unit = cell.distance->unit;
      return;
    }
  }
}

double median_count(const session::FolderLook& look) {
  std::vector<std::int64_t> counts;
  for (const auto& one : look.classes) counts.push_back(one.images);
  std::sort(counts.begin(), counts.end());
  return static_cast<double>(counts[counts.size() / 2]);
}

/// The one network and unit in which distances were measured, where the user names none. Throws where there are
/// several.
void settle_unit(report::Question& question, const std::vector<report::MeasuredCell>& cells) {
  std::set<std::pair<std::string, std::string>> measured;
  for (const auto& cell : cells) {
    if (!cell.distance) continue;
    if (!question.network.empty() && question.network != cell.distance->network) continue;
    if (question.unit.empty() || question.unit == cell.distance->unit)
      measured.insert({cell.distance->network, cell.distance->unit});
  }
  if (measured.size() == 1) std::tie(question.network, question.unit) = *measured.begin();
  if (measured.size() < 2) return;
  std::string text;
  for (const auto& [network, unit] : measured) text += (text.empty() ? "" : ", ") + unit + " of " + network;
  throw UsageError("a distance means nothing without its network and unit", "distances were measured after " + text,
                   "Add --network and --unit.");
}

report::Question question_of(const Options& options, const std::vector<Evidence>& evidence) {
  report::Question question{options.distance, options.per_class, 0, options.network, options.unit};
  if (!options.data.empty()) {
    const auto look = session::look_at_folder(options.data);
    question.per_class = median_count(look);
    question.images = static_cast<double>(look.images);
    if (!options.source.empty()) {
      const auto measured =
          session::distance_from(options.source, session::look_at_network(options.source), options.data);
      question.distance = measured.cosine;
      question.network = measured.network;
      question.network_digest = measured.digest;
      question.unit = measured.unit;
    }
    if (!question.distance) take_distance(question, evidence, options.data);
  }
  if (question.distance) settle_unit(question, cells_of(evidence, options.network));
  return question;
}

/// Without a question each measured cell answers for itself.
std::vector<report::Recommendation> own_answers(const std::vector<report::MeasuredCell>& cells) {
  std::vector<report::Recommendation> answers;
  for (const auto& cell : cells) {
    report::Question question;
    if (cell.distance) question = {cell.distance->value, {}, 0, cell.distance->network, cell.distance->unit};
    if (cell.images_per_class > 0) question.per_class = cell.images_per_class;
    question.images = cell.images;
    answers.push_back(report::recommend({cell}, question));
  }
  return answers;
}

bool asks(const Options& options) { return options.distance || options.per_class || !options.data.empty(); }

std::vector<report::Recommendation> answers_to(const Options& options) {
  if (options.directories.empty() && !asks(options))
    throw UsageError("nothing is asked", "neither a directory of results nor a size is named",
                     "Name directories, or --per-class and --distance.");
  const auto evidence = evidence_of(options.directories);
  if (asks(options)) {
    const auto question = question_of(options, evidence);
    return {report::recommend(cells_of(evidence, question.network), question)};
  }
  const auto cells = cells_of(evidence, options.network);
  if (cells.empty())
    throw UsageError("no run has a result",
                     "protocols are ranked on validation images, or on test images without these",
                     "Name --per-class for what papers say, or a study that has run.");
  return own_answers(cells);
}

void print(const std::vector<report::Recommendation>& answers) {
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (i > 0) fmt::print("\n");
    for (const auto& line : report::answer_lines(answers[i])) fmt::print("{}\n", line);
  }
}

void recommend(const Options& options) {
  const auto answers = answers_to(options);
  if (!options.json) return print(answers);
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const auto& answer : answers) all.push_back(to_json(answer));
  fmt::print("{}\n", json_text(nlohmann::ordered_json{{"answers", all}}, 2));
}

}  // namespace

void add_recommend(CLI::App& app, int&) {
  auto options = std::make_shared<Options>();
  auto* verb = app.add_subcommand("recommend", "which protocol to use, by what was measured and what papers say");
  verb->add_option("DIR", options->directories, "what 'run --out' was given; none: what papers say alone");
  auto* data = verb->add_option("--data", options->data, "a folder with a folder of images for each class");
  auto* source = verb->add_option("--source", options->source,
                                  "with --data: a network of espalier's, whose images they are compared with");
  source->needs(data);
  verb->add_option("--distance", options->distance, "from the source, as a cosine distance of mean features")
      ->check(CLI::Range(0.0, 2.0))
      ->excludes(source);
  verb->add_option("--per-class", options->per_class, "training images a class")
      ->check(CLI::Range(1.0, 1e9))
      ->excludes(data);
  verb->add_option("--network", options->network, "name of the network in which the distance was measured");
  verb->add_option("--unit", options->unit, "name of the unit after which it was measured");
  verb->add_flag("--json", options->json, "print one JSON object");
  verb->callback([options] { recommend(*options); });
}

}  // namespace espalier::cli
