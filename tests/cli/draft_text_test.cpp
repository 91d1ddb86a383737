// Drafts as study files: they parse without an error or a warning, and say what was seen and cut.
#include "cli/init/draft_text.hpp"

#include <catch2/catch.hpp>

#include "espalier/study/parse.hpp"
#include "init_looks.hpp"

using namespace espalier;
using Catch::Contains;
using testing::network_of;
using testing::seen_of;

namespace {

study::Study parsed(const std::string& text) {
  auto read = study::parse(text, {});
  for (const auto& found : read.diagnostics) UNSCOPED_INFO(study::format(found, "draft"));
  CHECK(read.diagnostics.empty());
  return std::move(read.study);
}

cli::Seen with_checkpoint(const std::vector<std::int64_t>& counts) {
  auto seen = seen_of(counts);
  seen.network = network_of(10);
  seen.checkpoint_path = "net \"1\".safetensors";
  return seen;
}

}  // namespace

TEST_CASE("draft text: from scratch, from a checkpoint and from a pretraining it is a study without errors") {
  CHECK(parsed(study_text(cli::make_draft(seen_of({100, 100}), "a"))).sources.empty());

  const auto copied = parsed(study_text(cli::make_draft(with_checkpoint({100, 100}), "b")));
  REQUIRE(copied.sources.size() == 1);
  CHECK(copied.sources[0].checkpoint == "net \"1\".safetensors");
  CHECK(copied.data.at("images").resize == 64);
  CHECK(copied.experiments[0].cases.size() == 7);

  auto seen = seen_of({100, 100});
  seen.pretrain = testing::look_of({300, 300, 4, 2});
  seen.pretrain_path = "others";
  const auto trained = parsed(study_text(cli::make_draft(seen, "c")));
  CHECK(trained.data.at("pretrain").files.images.front() == "others");
  CHECK(trained.sources[0].class_list == std::vector<std::int32_t>{0, 1});
  CHECK(trained.split.folds == 5);
  REQUIRE(trained.experiments.size() == 3);
  CHECK(trained.experiments[1].kind == "linear");
  CHECK(trained.experiments[2].kind == "distance");
}

TEST_CASE("draft text: a network without a name is listed by its units") {
  auto seen = with_checkpoint({100, 100});
  seen.network->name = "";
  seen.network->units = {"a", "b"};
  seen.network->table =
      "[network]\nname = \"source\"\nunits = [\n  { name = \"a\", layers = [\n    { kind = \"linear\" },\n  ] },\n"
      "  { name = \"b\", layers = [\n    { kind = \"linear\" },\n  ] },\n]\n";

  CHECK(parsed(study_text(cli::make_draft(seen, "d"))).networks[0].spec.units.size() == 2);
}

TEST_CASE("draft text: the head says images, cost and what was cut") {
  auto draft = cli::make_draft(seen_of({100, 3, 90}), "mine");
  draft.cut = {"epochs 60 -> 26"};

  const auto text = study_text(draft, {600, 2});

  CHECK_THAT(text, Contains("# Images:   193 images of 3 classes, 3 to 100 each"));
  CHECK_THAT(text, Contains("32 x 32 pixels"));
  CHECK_THAT(text, Contains("too small a class, left out: class1"));
  CHECK_THAT(text, Contains("about 10 min on 2 workers"));
  CHECK_THAT(text, Contains("# Cut to fit the budget: epochs 60 -> 26"));
  CHECK_THAT(text, Contains("--pretrain FOLDER"));
}

TEST_CASE("draft text: a line break in a name ends no comment") {
  auto seen = seen_of({100, 100, 2});
  seen.images_path = "a\nb";
  seen.images.classes[2].name = "c\n[evil]";

  parsed(study_text(cli::make_draft(seen, "mine")));
}

TEST_CASE("draft text: sizes and greys are said") {
  auto look = testing::look_of({10, 10});
  look.sizes = 7;
  look.least = {20, 30};
  look.most = {200, 100};
  look.grey = 5;
  const auto data = cli::data_of(look, "images", false);

  const auto lines = cli::look_lines(data);

  CHECK(lines.at(1) == "7 sizes, 20 x 30 to 200 x 100 pixels (height x width), usually 32 x 32");
  CHECK(lines.at(2) == "5 of 20 are grey");
}

TEST_CASE("draft text: names of folders may hold quotes, backslashes and control characters") {
  CHECK(cli::toml_string("a\"b\\c\n") == "\"a\\\"b\\\\c\\u000A\"");
}
