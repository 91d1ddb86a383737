#include "report/html.hpp"

#include <catch2/catch.hpp>

using namespace espalier::report;

TEST_CASE("html: text cannot become markup, and control characters vanish") {
  CHECK(escape("<b a=\"1\" c='2'>&\x01\n") == "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp; \n");
  CHECK(paragraph("a < b") == "<p>a &lt; b</p>\n");
  CHECK(element("td", "<i>x</i>", "n") == "<td class=\"n\"><i>x</i></td>");
}

TEST_CASE("html: columns of figures are marked, columns with a word are not") {
  WordTable table;
  table.header = {"setting", "mean", "words"};
  table.rows = {{"1", "53.1", "a"}, {"2", "<0.001", "7"}, {"3", "-", "[b]"}};

  const auto text = html_table(table, "a & b");

  CHECK_THAT(text, Catch::Contains("<caption>a &amp; b</caption>"));
  CHECK_THAT(text, Catch::Contains("<th scope=\"col\" class=\"n\">mean</th>"));
  CHECK_THAT(text, Catch::Contains("<th scope=\"col\">words</th>"));
  CHECK_THAT(text, Catch::Contains("<td class=\"n\">&lt;0.001</td>"));
}

TEST_CASE("html: a section without content is none") {
  CHECK(section("id", "Title", "").empty());
  CHECK_THAT(section("id", "A & B", "x"), Catch::Contains("<section id=\"id\"><h2>A &amp; B</h2>"));
  CHECK_THAT(folded("more", "x"), Catch::Contains("<details><summary>more</summary>"));
}

TEST_CASE("html: words and settings are listed as a person lists them") {
  CHECK(listed({}).empty());
  CHECK(listed({"a", "b"}) == "a and b");
  CHECK(listed({"a", "b", "c"}) == "a, b and c");
  CHECK(setting_text({{"transferred", "4"}, {"high_units", "3"}}) == "transferred\u00a04, high_units\u00a03");
  CHECK(ties_text({}) == "nothing");
}
