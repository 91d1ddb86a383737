#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "espalier/study/parse.hpp"
#include "espalier/task/transform_table.hpp"
#include "study/cells.hpp"

using namespace espalier::study;

namespace {

const std::filesystem::path kRoot = ESPALIER_SOURCE_DIR;

std::string text_of(const std::filesystem::path& file) {
  std::ifstream stream(kRoot / file);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

Study job(const std::string& name, const std::vector<std::string>& overrides = {}) {
  const auto result = parse(text_of("jobs/" + name), overrides);
  for (const auto& diagnostic : result.diagnostics) UNSCOPED_INFO(format(diagnostic, name));
  REQUIRE(result.diagnostics.empty());
  return result.study;
}

std::int64_t cells(const Study& study) {
  std::int64_t sum = 0;
  for (const auto& experiment : study.experiments) sum += cell_count(study, experiment);
  return sum;
}

/// The TOML blocks of a page.
std::vector<std::string> toml_blocks(const std::string& page) {
  std::vector<std::string> blocks;
  for (std::size_t at = page.find("```toml\n"); at != std::string::npos; at = page.find("```toml\n", at)) {
    at += 8;
    blocks.push_back(page.substr(at, page.find("```", at) - at));
  }
  return blocks;
}

}  // namespace

TEST_CASE("documents: docs/study.md has a row for every word of the language, as the program knows it") {
  const std::string page = text_of("docs/study.md");

  for (const auto& doc : keys()) {
    INFO(doc.table);
    CHECK_THAT(
        page, Catch::Contains("| `" + doc.key + "` | " + doc.type + " | " + doc.fallback + " | " + doc.meaning + " |"));
  }
  for (const auto& axis : axis_names()) {
    const bool training = axis.find('.') != std::string::npos;
    if (!training) CHECK_THAT(page, Catch::Contains("| `" + axis + "` |"));
  }
}

TEST_CASE("documents: docs/data.md defines every transform and its parameters") {
  const std::string page = text_of("docs/data.md");

  for (const auto& row : espalier::task::transforms()) {
    const auto at = page.find("| `" + row.kind + "` |");
    REQUIRE(at != std::string::npos);
    const auto line = page.substr(at, page.find('\n', at) - at);
    for (const auto& one : row.parameters) CHECK_THAT(line, Catch::Contains("`" + one.name + "`"));
    for (const auto& one : row.parameters) {
      for (const auto& word : one.words) CHECK_THAT(line, Catch::Contains("`\"" + word + "\"`"));
    }
  }
}

TEST_CASE("documents: the examples of README.md and docs/study.md are studies") {
  for (const char* file : {"README.md", "docs/study.md"}) {
    const auto result = parse(toml_blocks(text_of(file)).at(0));

    for (const auto& diagnostic : result.diagnostics) UNSCOPED_INFO(format(diagnostic, file));
    CHECK(result.diagnostics.empty());
  }
}

TEST_CASE("documents: the paper's study has 1,036 runs before selections are known") {
  const Study study = job("plested-imagenet.toml");

  CHECK(cells(study) == 1036);
  CHECK(study.networks.at(0).spec.depth() == 8);
  CHECK(study.train.frozen_dropout == "on");
}

TEST_CASE("documents: every job is a study without a finding") {
  CHECK(cells(job("quickstart.toml")) == 144);
  CHECK(cells(job("plested-cifar100.toml")) == 1008);
  CHECK(job("plested-omniglot.toml").experiments.size() == 6);
  CHECK(cells(job("chu-imagenet.toml")) == 258);
  CHECK(cells(job("chu-small.toml")) == 304);
  CHECK(cells(job("chu-small-squeezenet.toml")) == 450);
  CHECK(cells(job("chadha-small.toml")) == 120);
  CHECK(cells(job("flex.toml")) == 114);
  CHECK(cells(job("flex-digits.toml")) == 2540);
  CHECK(cells(job("flex-cifar.toml")) == 2148);
  CHECK(cells(job("flex-imagenet.toml")) == 8456);
  CHECK(cells(job("huh-imagenet.toml")) == 69);
  CHECK(cells(job("huh-cifar100.toml")) == 183);
  CHECK(cells(job("huh-omniglot.toml")) == 45);
}
