#include "cli/run_options.hpp"

#include <catch2/catch.hpp>

#include "espalier/core/errors.hpp"

using namespace espalier;
using namespace espalier::cli;

namespace {

session::RunArguments parsed(const std::string& line) {
  CLI::App verb;
  session::RunArguments arguments;
  add_options(verb, arguments);
  verb.parse(line);
  return arguments;
}

}  // namespace

TEST_CASE("run options: study and OUT, and nothing else asked for") {
  const auto arguments = parsed("study.toml --out results");
  CHECK(arguments.study.file == "study.toml");
  CHECK(arguments.out == "results");
  CHECK(arguments.launch.workers == 0);
  CHECK(arguments.launch.without.empty());
  CHECK(arguments.launch.device == "auto");
}

TEST_CASE("run options: lists by commas, sizes with units, values of the study one by one") {
  const auto arguments =
      parsed("--without stages,fuse --feature-memory 2GB --set a=1 --set b=2 --out o --workers 3 study.toml");
  CHECK(arguments.launch.without == std::vector<std::string>{"stages", "fuse"});
  CHECK(arguments.launch.feature_bytes == std::uint64_t{2} << 30);
  CHECK(arguments.study.overrides == std::vector<std::string>{"a=1", "b=2"});
  CHECK(arguments.study.file == "study.toml");
}

TEST_CASE("run options: a shard and how many there are") {
  CHECK(parsed("study.toml --out o").launch.shards == 0);
  const auto third = parsed("study.toml --out o --shard 3/5").launch;
  CHECK(third.shard == 3);
  CHECK(third.shards == 5);
  CHECK(parsed("study.toml --out o --shard 0/2").launch.shards == 2);
  for (const char* wrong : {"3", "3/", "/3", "4/3", "-1/3", "1/0", "0/0", "1/2/3", "a/b", "1 /2"})
    CHECK_THROWS_AS(parsed(std::string("study.toml --out o --shard '") + wrong + "'"), UsageError);
  CHECK_THROWS_AS(parsed("study.toml --out o --shard 1/2 --smoke"), CLI::ExcludesError);
}

TEST_CASE("run options: what cannot be is refused") {
  CHECK_THROWS_AS(parsed("study.toml"), CLI::RequiredError);
  CHECK_THROWS_AS(parsed("study.toml --out o --workers 0"), CLI::ValidationError);
  CHECK_THROWS_AS(parsed("study.toml --out o --without feature"), CLI::ValidationError);
  CHECK_THROWS_AS(parsed("study.toml --out o --device gpu"), CLI::ValidationError);
  CHECK_THROWS_AS(parsed("study.toml --out o --noop-tasks 3"), CLI::ExcludesError);
  CHECK_THROWS_AS(parsed("study.toml --out o --noop-trainer t"), CLI::ExcludesError);
}

TEST_CASE("run options: what is handed on to a job reads back as it was given") {
  const auto given = parsed(
      "study.toml --out o --only a --threads 3 --device cpu --checkpoint-s 0.1 --max-fails 2 --without stages,groups "
      "--feature-memory 2GB --take-over --new-form --accept-loss --replace-study --set a=1 --set b=2 --data-root d");
  std::string line = "--out o";
  for (const auto& word : study_words(given.study)) line += " " + word;
  for (const auto& word : launch_words(given)) line += " " + word;
  const auto again = parsed(line);
  CHECK(study_words(again.study) == study_words(given.study));
  CHECK(launch_words(again) == launch_words(given));
  CHECK(again.launch.checkpoint_s == 0.1);
  CHECK(again.launch.feature_bytes == given.launch.feature_bytes);
  CHECK(again.study.file.is_absolute());
  CHECK(launch_words(parsed("study.toml --out o")).empty());
}
