#include "espalier/core/utf8.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>

using namespace espalier;

TEST_CASE("utf8: a text is cut between characters, whatever their bytes") {
  CHECK(first_bytes("häuser", 2) == "h");
  CHECK(first_bytes("häuser", 3) == "hä");
  CHECK(first_bytes("öö", 3) == "ö");
  CHECK(first_bytes("日本", 5) == "日");
  CHECK(first_bytes("abc", 3) == "abc");
  CHECK(first_bytes("ä", 0).empty());
}

TEST_CASE("utf8: what was cut out of a longer text loses its halves of characters") {
  const std::string text = "ä日😀";

  CHECK(whole_characters(std::string_view(text).substr(1)) == "日😀");
  CHECK(whole_characters(std::string_view(text).substr(0, 7)) == "ä日");
  CHECK(whole_characters(text) == text);
  CHECK(whole_characters("").empty());
  CHECK(whole_characters("\xC3").empty());
}

TEST_CASE("utf8: columns are those of a terminal") {
  CHECK(display_width("gültig") == 6);
  CHECK(display_width("日本") == 4);
  CHECK(display_width("e\u0301") == 1);
  CHECK(display_width("😀") == 2);
  CHECK(display_width("\xFF\xFE") == 2);
}

TEST_CASE("utf8: a line that is too wide ends in an ellipsis within the columns") {
  CHECK(cut_to_width("12345", 5) == "12345");
  CHECK(cut_to_width("123456", 5) == "1234…");
  CHECK(cut_to_width("日本日本", 6) == "日本…");
  CHECK(cut_to_width("日本", 1) == "…");
  CHECK(cut_to_width("ab", 0).empty());
}

TEST_CASE("utf8: control characters are shown, not sent") {
  CHECK(without_controls("a\x1b[2Jb\n\tc\x7f") == "a?[2Jb??c?");
  CHECK(without_controls("ü — 日") == "ü — 日");
  CHECK(without_controls("\u009b2J") == "?2J");  // the one-character form of "escape, bracket"
}

TEST_CASE("utf8: any bytes may be cut and measured, and a cut keeps its bound") {
  CHECK(rc::check([](const std::string& text) {
    const auto most = *rc::gen::inRange<std::size_t>(0, 12);
    const auto cut = first_bytes(text, most);
    RC_ASSERT(cut.size() <= most && text.starts_with(cut));
    RC_ASSERT(display_width(cut_to_width(text, most)) <= most);
    RC_ASSERT(whole_characters(text).size() <= text.size());
  }));
}
