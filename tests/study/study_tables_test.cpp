#include <catch2/catch.hpp>

#include "espalier/study/axes.hpp"
#include "espalier/study/parse.hpp"
#include "espalier/study/train_table.hpp"
#include "study/study_texts.hpp"

using namespace espalier;
using namespace espalier::study;

TEST_CASE("axes: what a row gives an experiment that leaves it out passes the row's own check") {
  GridContext context{3, {"s"}, {"t"}, {"net"}, {{"net", 4}}, {{"t", Value(5)}}};
  const Value target("t"), network("net");
  for (const auto& row : axes()) {
    INFO(row.name);
    CHECK(!row.meaning.empty());
    CHECK((row.fallback != nullptr) == (row.left_out == LeftOut::one));
    if (row.left_out == LeftOut::every) REQUIRE(row.known != nullptr);
    const auto given = row.fallback ? row.fallback({context, &target, &network}) : std::nullopt;
    if (given) CHECK(!row.check(*given));
    for (const auto& value : row.known ? row.known(context) : std::vector<Value>{}) CHECK(!row.check(value));
  }
}

TEST_CASE("training values: what show says of a default sets the same default again") {
  const TrainValues defaults = train_defaults();
  for (const auto& row : train_rows()) {
    INFO(row.key);
    const auto text = row.text(defaults);
    if (!row.set || !text) continue;
    TrainValues again;
    CHECK(!row.set(again, parse_value(*text)));
    CHECK(row.text(again) == text);
  }
}

TEST_CASE("training values: of two sets the second counts where it says something") {
  TrainValues over;
  for (const auto& row : train_rows()) {
    if (!row.set_default) continue;
    TrainValues base;
    row.set_default(base);
    row.merge(base, over);
    INFO(row.key);
    CHECK(row.text(base).has_value());
    row.merge(over, base);
    CHECK(row.text(over) == row.text(base));
  }
}

TEST_CASE("study: a key that only another image format reads is warned of") {
  std::string text = testing::kSmallStudy;
  text.replace(text.find("format = \"made\""), 15, "format = \"made\"\nresize = 32");

  const auto result = parse(text);

  REQUIRE(result.diagnostics.size() == 1);
  CHECK(!has_errors(result.diagnostics));
  CHECK_THAT(format(result.diagnostics[0], "s"),
             Catch::Contains("data.d.resize: 'resize' belongs to format = \"folder\""));
}
