#include <algorithm>
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

TEST_CASE("study: keys of very many parts are refused before they are parsed, in the file and by --set") {
  std::string deep = "a";
  for (int i = 0; i < 100'000; ++i) deep += ".a";
  for (const std::string& text : {deep + " = 1", "[" + deep + "]", "x = { " + deep + " = 1 }"}) {
    const auto result = parse(kSmallStudy + ("\n" + text + "\n"), {});
    REQUIRE(result.diagnostics.size() == 1);
    CHECK(result.diagnostics.front().problem.problem == "a key has more than 16 parts");
    CHECK(result.diagnostics.front().where.line > 1);
  }
  for (const std::string& set : {deep + "=1", "train={ " + deep + " = 1 }"}) {
    const auto result = parse(kSmallStudy, {set});
    REQUIRE(result.diagnostics.size() == 1);
    CHECK(result.diagnostics.front().key == "--set");
  }
}

TEST_CASE("study: dots in texts, comments and numbers are no parts of keys") {
  const auto result = parse("# a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r\n" + kSmallStudy,
                            {"study.name='''a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r'''"});

  CHECK(result.diagnostics.empty());
  CHECK(result.study.name == "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r");
}

TEST_CASE("study: branches hold branches sixteen times at most, since a journal could not be read back") {
  const auto refused = [](int depth) {
    std::string units = "{ kind = \"relu\" }";
    for (int i = 0; i < depth; ++i) units = "{ kind = \"add\", branches = [[" + units + "], []] }";
    const auto result = parse(kSmallStudy, {"network.units=[[" + units + "], [{ kind = \"linear\" }]]"});
    return std::any_of(result.diagnostics.begin(), result.diagnostics.end(), [](const Diagnostic& found) {
      return found.problem.problem == "branches are nested too deeply";
    });
  };

  CHECK_FALSE(refused(16));
  CHECK(refused(17));
}
