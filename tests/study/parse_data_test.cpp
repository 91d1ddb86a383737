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
  std::string text = testing::kSmallStudy;
  const auto data = text.find("format = \"made\"");
  const auto with = [&](const std::string& added) {
    std::string made = text;
    return parse(made.insert(data, added + "\n")).diagnostics;
  };
  for (const char* added : {"test = { per_clas = 5 }", "test = { imges = \"test\" }"}) {
    const auto said = with(added);
    INFO(added);
    REQUIRE(said.size() == 1);
    CHECK_THAT(said[0].problem.problem, Catch::Contains("unknown key"));
  }
  CHECK_THAT(with("test = {}").at(0).problem.problem, Catch::Contains("neither per_class nor images"));
}
