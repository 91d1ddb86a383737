#include <catch2/catch.hpp>

#include "espalier/study/parse.hpp"
#include "study/study_texts.hpp"

using namespace espalier::study;
using testing::kSmallStudy;

TEST_CASE("study: --set changes a value, makes tables where they are missing, and takes bare words") {
  const auto result = parse(kSmallStudy, {"train.batch=32", "train.augment.flip=true", "network.name=mnist4",
                                          "study.name=two words", "experiment.a.axes.transferred=[0, 3]"});

  REQUIRE(result.diagnostics.empty());
  CHECK(result.study.train.batch == 32);
  CHECK(result.study.train.augment->flip);
  CHECK(result.study.networks.at(0).spec.depth() == 4);
  CHECK(result.study.name == "two words");
  CHECK(result.study.experiments.at(0).axes.at(0).values == std::vector<Value>{0, 3});
  CHECK(result.study.text == kSmallStudy);
}

TEST_CASE("study: --set of an unknown key is an error as in the file, without a line") {
  const auto result = parse(kSmallStudy, {"train.bacth=32"});

  REQUIRE(result.diagnostics.size() == 1);
  CHECK(format(result.diagnostics.at(0), "s.toml").starts_with("s.toml: error: train.bacth: unknown key 'bacth'"));
}

TEST_CASE("study: --set that leads nowhere says so") {
  for (const char* text : {"batch", "=3", "train..batch=3", "experiment.none.kind=train", "study.name.first=x"}) {
    const auto result = parse(kSmallStudy, {text});
    INFO(text);
    REQUIRE(result.diagnostics.size() == 1);
    CHECK(result.diagnostics.at(0).key == "--set");
  }
}
