// Study files as text: what is none is refused, each for its own reason.
#include "session/study_input_text.hpp"

#include <catch2/catch.hpp>
#include <fstream>

#include "espalier/core/errors.hpp"
#include "store/scratch.hpp"

using namespace espalier;
using namespace espalier::session;

namespace {

std::string read(const std::string& text) {
  const store::Scratch folder;
  std::ofstream(folder.path() / "study.toml", std::ios::binary) << text;
  return read_study_text(folder.path() / "study.toml");
}

}  // namespace

TEST_CASE("study text: is read as it stands, in any script") {
  for (const std::string text : {"a = 1\n", "n = \"\u00e4\u20ac\U0001F332\"", "\r\n#\r\n"}) CHECK(read(text) == text);
}

TEST_CASE("study text: bytes that are no UTF-8 are refused with their line") {
  for (const char* bad : {"\xff", "\xc0\x80", "\xc3", "\xe2\x82", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                          "\xf5\x80\x80\x80", "\x80"}) {
    CHECK_THROWS_WITH(read(std::string("a = 1\n# ") + bad), Catch::Contains(":2: this is not UTF-8"));
  }
}

TEST_CASE("study text: what is empty, too long, a folder or not there is no study") {
  CHECK_THROWS_WITH(read(" \n\t\r\n"), Catch::Contains("is empty"));
  CHECK(read(std::string(1 << 20, '#')).size() == 1 << 20);
  CHECK_THROWS_WITH(read(std::string((1 << 20) + 1, '#')), Catch::Contains("at most 1048576 are read"));
  const store::Scratch folder;
  CHECK_THROWS_WITH(read_study_text(folder.path()), Catch::Contains("it is no file"));
  CHECK_THROWS_WITH(read_study_text(folder.path() / "none"), Catch::Contains("there is no such file"));
}
