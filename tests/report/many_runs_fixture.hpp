#pragma once
// A page of a thousand runs in eight experiments, each with a matrix of forty classes and twelve pictures.
#include <cmath>
#include <random>

#include "espalier/report/page.hpp"
#include "espalier/report/thumbnail.hpp"
#include "espalier/study/parse.hpp"
#include "support/state_builder.hpp"

namespace espalier::testing {

inline constexpr int kManyExperiments = 8, kManyClasses = 40;
inline constexpr int kManyRuns = 1000;

inline std::string many_runs_text() {
  std::string text = R"(# Question: how large is a page of a thousand runs?
[study]
name = "a thousand runs"
[data.photos]
format = "made"
classes = 40
per_class = 60
valid = { per_class = 10 }
test = { per_class = 20 }
[split]
kind = "none"
count = 5
[source.all]
data = "photos"
[target.photos]
data = "photos"
[network]
name = "cifar7"
[train]
epochs = 20
)";
  for (int e = 0; e < kManyExperiments; ++e) {
    text += "[[experiment]]\nname = \"e" + std::to_string(e) +
            "\"\naxes = { transferred = [0, 2, 4, 5, 6], per_class = [1, 2, 5, 10, \"all\"] }\n";
  }
  return text;
}

inline StateBuilder many_runs_state() {
  StateBuilder builder;
  builder.study(many_runs_text());
  std::mt19937 draws(4);
  std::uniform_real_distribution<double> noise(-.03, .03);
  for (int e = 0; e < kManyExperiments; ++e) {
    for (const int n : {0, 2, 4, 5, 6}) {
      for (const std::string size : {"1", "2", "5", "10", "all"}) {
        for (int split = 1; split <= 5; ++split) {
          const double level = .3 + .05 * n + .01 * e + noise(draws);
          builder.done("e" + std::to_string(e),
                       {{"source", "all"},
                        {"transferred", std::to_string(n)},
                        {"frozen", std::to_string(e)},
                        {"per_class", size},
                        {"split", std::to_string(split)},
                        {"replicate", "1"}},
                       {.valid_top1 = level, .test_top1 = level - .02});
        }
      }
    }
  }
  auto& state = builder.state();
  std::vector<std::int32_t> classes(kManyClasses);
  for (int i = 0; i < kManyClasses; ++i) classes[static_cast<std::size_t>(i)] = i;
  auto labels = task::one_output_each(classes);
  for (int i = 0; i < kManyClasses; ++i) labels.names.push_back("a class with a name <" + std::to_string(i) + ">");
  const auto map = state.catalog.add(labels);
  state.catalog.image_sets[made_images(metrics::Subset::test).hex.str()] = {"digest", map, {}, {}, {}};
  for (auto& [id, task] : state.tasks) {
    task.predictions.artifact.hex = id.hex.str();
    task.task.images = 50;
  }
  return builder;
}

/// Of a thousand test images, wrong in all ways.
inline report::Predictions many_predictions() {
  std::mt19937 draws(5);
  report::Predictions made;
  made.data = "digest";
  for (int i = 0; i < 1000; ++i) {
    made.labels.push_back(i % kManyClasses);
    made.predicted.push_back(static_cast<std::int32_t>(draws() % 2 ? i % kManyClasses : draws() % kManyClasses));
    made.probability.push_back(static_cast<float>(draws() % 1000) / 1000);
    made.rows.push_back(i);
  }
  return made;
}

inline report::Report many_runs_report(const report::Directory& directory) {
  const auto parsed = study::parse(directory.state.study.text);
  const auto draw = [](const std::string&) {
    return std::string("<svg viewBox=\"0 0 640 390\"><path d=\"M0 390L640 0\" stroke=\"black\"/></svg>");
  };
  const auto read = [](const report::Directory&, const ArtifactId&) { return many_predictions(); };
  const auto find = [](const report::Directory&, const std::string&, std::int64_t row) {
    report::Picture picture{3, 48, 48, std::vector<std::uint8_t>(3 * 48 * 48)};
    for (std::size_t i = 0; i < picture.pixels.size(); ++i)
      picture.pixels[i] = static_cast<std::uint8_t>(i * static_cast<std::size_t>(row + 7) % 251);
    return report::Thumbnail{"a folder/image " + std::to_string(row) + ".jpg", report::png_of(picture)};
  };
  return report::make_report({&directory, parsed.study, draw, "2026-11-27 08:00 UTC", read, find});
}

}  // namespace espalier::testing
