// The verbs `espalier-trainer data resolve | check | look | import | make | info` (docs/data.md).
#include <algorithm>
#include <iomanip>
#include <iostream>
#include <iterator>
#include <memory>
#include <numeric>
#include <sstream>

#include "espalier/core/errors.hpp"
#include "espalier/data/resolve.hpp"
#include "espalier/trainer/verbs.hpp"

namespace espalier::trainer {

namespace {

struct Options {
  std::string format = "idx", root = ".", out, classes_of;
  data::ImportSpec spec;
  bool json = false;
};

/// "idx, cifar, folder or pack".
std::string file_formats() {
  std::vector<std::string> names;
  for (const auto& row : task::image_formats()) {
    if (row.paths != task::ImagePaths::none) names.push_back(row.name);
  }
  std::string text = names.front();
  for (std::size_t i = 1; i < names.size(); ++i) text += (i + 1 == names.size() ? " or " : ", ") + names[i];
  return text;
}

void add_raw_options(CLI::App& verb, Options& options, bool is_format_needed) {
  auto* format = verb.add_option("--format", options.format, file_formats());
  if (is_format_needed) format->required();
  verb.add_option("--images", options.spec.images, "file or files of images; for folder: the folder");
  verb.add_option("--labels", options.spec.labels, "idx: file of labels; with --multi-label of folder, too");
  verb.add_flag("--multi-label", options.spec.multi_label, "idx, folder: an image may have several labels");
  verb.add_option("--root", options.root, "paths are relative to this folder");
  verb.add_option("--resize", options.spec.resize, "folder: shorter side, then centre crop")
      ->check(CLI::Range(1, 8192));
  verb.add_option("--max-pixels", options.spec.max_pixels, "folder: images with more are refused")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{10'000'000'000}));
  verb.add_flag("--grey", options.spec.grey, "folder: one channel");
  verb.add_option("--classes-of", options.classes_of, "a pack whose classes these images have (for test images)");
}

data::Pack import(const Options& options) {
  data::ImportSpec spec = options.spec;
  spec.format = data::format_named(options.format);
  if (!options.classes_of.empty()) spec.class_names = data::open_pack(options.classes_of).class_names;
  return data::import_images(spec, options.root);
}

std::string joined(const std::vector<float>& values) {
  std::ostringstream text;
  for (const float value : values) text << std::fixed << std::setprecision(5) << (text.tellp() > 0 ? " " : "") << value;
  return text.str();
}

std::string counts_of(const std::vector<std::int64_t>& counts) {
  if (counts.empty()) return "no";
  const auto [least, most] = std::minmax_element(counts.begin(), counts.end());
  return std::to_string(*least) + (*least == *most ? "" : " to " + std::to_string(*most));
}

/// "levels   coarse (20)" and a line's end; empty where the finest classes are all there is.
std::string levels_line(const task::LabelLevels& levels) {
  std::string text;
  for (const auto& [name, level] : levels) {
    text += (text.empty() ? "levels   " : ", ") + name + " (" + std::to_string(level.names.size()) + ")";
  }
  return text.empty() ? "" : text + "\n";
}

/// "labels   2, several an image", and a line for each: "         cat: 120 positive, 3 difficult".
std::string label_lines(const data::PackFacts& facts) {
  std::string text = "labels   " + std::to_string(facts.class_names.size()) + ", several an image\n";
  for (std::size_t k = 0; k < facts.positives.size(); ++k) {
    text += "         " + facts.class_names[k] + ": " + std::to_string(facts.positives[k]) + " positive, " +
            std::to_string(facts.difficult[k]) + " difficult\n";
  }
  return text;
}

std::string class_line(const data::PackFacts& facts) {
  return "classes  " + std::to_string(facts.class_names.size()) + ", " + counts_of(facts.class_counts) +
         " images each\n";
}

void print(const data::PackFacts& facts, bool as_json) {
  if (as_json) {
    std::cout << data::facts_text(facts) << "\n";
    return;
  }
  const bool several = !facts.positives.empty();
  const std::int64_t total =
      several ? facts.class_counts.front()
              : std::accumulate(facts.class_counts.begin(), facts.class_counts.end(), std::int64_t{0});
  std::cout << "images   " << total << "\n"
            << "shape    " << facts.shape.channels << " x " << facts.shape.height << " x " << facts.shape.width << "\n"
            << (several ? label_lines(facts) : class_line(facts)) << levels_line(facts.levels) << "mean     "
            << joined(facts.mean) << "\n"
            << "std      " << joined(facts.std) << "\n"
            << "digest   " << facts.digest << "\n";
  if (!facts.origin.empty()) std::cout << "origin   " << facts.origin << "\n";
  for (const Problem& note : facts.notes) std::cout << "note     " << to_string(note) << "\n";
}

/// Imports or makes images and writes their pack.
void pack_into(const Options& options) {
  const data::Pack pack = import(options);
  data::write_pack(options.out, pack);
  print(data::facts_of(pack, options.out), options.json);
}

using Answer = std::string (*)(const std::string& request);

void add_request(CLI::App& data, const char* name, const char* help, Answer answer) {
  data.add_subcommand(name, help)->callback([answer] {
    const std::string request{std::istreambuf_iterator<char>(std::cin), {}};
    std::cout << answer(request) << "\n";
  });
}

void add_import(CLI::App& data) {
  auto* verb = data.add_subcommand("import", "packs raw images into one file");
  auto options = std::make_shared<Options>();
  add_raw_options(*verb, *options, true);
  verb->add_option("--out", options->out, "the pack to write")->required();
  verb->add_flag("--json", options->json, "one JSON value");
  verb->callback([options] { pack_into(*options); });
}

void add_make(CLI::App& data) {
  auto* verb = data.add_subcommand("make", "makes procedural images: a pattern a class, and noise");
  auto options = std::make_shared<Options>();
  options->format = "made";
  for (const auto& number : task::made_numbers()) {
    const std::string name = number.key;
    std::string flag = "--" + name;
    std::replace(flag.begin(), flag.end(), '_', '-');
    verb->add_option_function<std::int64_t>(flag,
                                            [options, name](std::int64_t value) { options->spec.made[name] = value; });
  }
  verb->add_option("--out", options->out, "the pack to write")->required();
  verb->add_flag("--json", options->json, "one JSON value");
  verb->callback([options] { pack_into(*options); });
}

void add_info(CLI::App& data) {
  auto* verb = data.add_subcommand("info", "shape, classes, counts, digest, mean and std of a pack or of raw images");
  auto options = std::make_shared<Options>();
  auto file = std::make_shared<std::string>();
  verb->add_option("file", *file, "a pack");
  options->format = "pack";
  add_raw_options(*verb, *options, false);
  verb->add_flag("--json", options->json, "one JSON value");
  verb->callback([options, file] {
    if (!file->empty()) options->spec.images.insert(options->spec.images.begin(), *file);
    if (options->spec.images.empty())
      throw UsageError("nothing to look at", "no file was named", "Name a pack, or --format and --images.");
    print(data::facts_of(import(*options), options->spec.images.front()), options->json);
  });
}

}  // namespace

void add_data_verbs(CLI::App& app, int&) {
  auto* data = app.add_subcommand(
      "data", "packs of images: resolve, check, look, import, make, info; class trees: espalier data tree");
  data->require_subcommand(1);
  add_request(*data, "resolve", "packs what a request on standard input names; answers in JSON", data::resolve_request);
  add_request(*data, "check", "checks packs and raw images that a request names; answers in JSON", data::check_request);
  add_request(*data, "look", "looks at the folder that a request names; answers in JSON", data::look_request);
  add_import(*data);
  add_make(*data);
  add_info(*data);
}

}  // namespace espalier::trainer
