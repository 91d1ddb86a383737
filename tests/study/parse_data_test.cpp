// What a table of data may say.
#include <catch2/catch.hpp>

#include "study/study_texts.hpp"

using namespace espalier::study;

TEST_CASE("study: a key that only another image format reads is warned of") {
  std::string text = testing::kSmallStudy;
  text.replace(text.find("format = \"made\""), 15, "format = \"made\"\nresize = 32");

  const auto result = parse(text);

  REQUIRE(result.diagnostics.size() == 1);
  CHECK(!has_errors(result.diagnostics));
  CHECK_THAT(format(result.diagnostics[0], "s"),
             Catch::Contains("data.d.resize: 'resize' belongs to format = \"idx\", \"cifar\" or \"folder\""));
}

TEST_CASE("study: a misspelt required key is one message, not two") {
  const std::string good = testing::kSmallStudy, test = "test = { per_class = 5 }";
  testing::check_one_message(good, {test, "test = { per_clas = 5 }", "unknown key 'per_clas'", "test ="});
  testing::check_one_message(good, {test, "test = { imges = \"test\" }", "unknown key 'imges'", "test ="});
  testing::check_one_message(good, {test, "test = {}", "neither per_class nor images", "test ="});
  testing::check_one_message(good, {"valid = { per_class", "valid = { per_clas", "unknown key 'per_clas'", "valid ="});
}
