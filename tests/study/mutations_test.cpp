#include <rapidcheck.h>

#include <catch2/catch.hpp>

#include "espalier/study/parse.hpp"
#include "study/study_texts.hpp"

using namespace espalier::study;
using testing::design_study;
using testing::kSmallStudy;

namespace {

/// Bytes cut out, doubled or overwritten at random places.
std::string mutated(std::string text) {
  const int changes = *rc::gen::inRange(1, 4);
  for (int i = 0; i < changes && !text.empty(); ++i) {
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
    const auto length = *rc::gen::inRange<std::size_t>(1, 40);
    switch (*rc::gen::inRange(0, 4)) {
      case 0: text.erase(at, length); break;
      case 1: text.insert(at, text.substr(at, length)); break;
      case 2:
        text[at] = *rc::gen::element('"', '[', ']', '{', '}', '=', ',', '.', '-', '9', '\n', 'x', '\0', '\xff');
        break;
      default:
        text.insert(at, *rc::gen::element<std::string>("[]", "{}", "1e999", "-1", "\"all\"", "9223372036854775807",
                                                       "2020-01-01", "nan"));
        break;
    }
  }
  return text;
}

}  // namespace

TEST_CASE("study: a study cut, doubled or overwritten anywhere is read or refused, never more") {
  const std::string whole = design_study();

  const bool holds = rc::check([&] {
    const auto result = parse(mutated(whole));
    for (const auto& diagnostic : result.diagnostics) RC_ASSERT(!format(diagnostic, "s").empty());
  });
  CHECK(holds);
}

TEST_CASE("study: a deep nest is refused, not followed") {
  const auto result = parse("a = " + std::string(100'000, '['));
  CHECK(has_errors(result.diagnostics));
}

TEST_CASE("study: the longest axes a file can hold are checked in time that grows with the file") {
  std::string numbers;
  for (int i = 0; i < 120'000; ++i) numbers += std::to_string(i % 10'000) + ",";
  std::string text = kSmallStudy;
  text.replace(text.find("0, 6"), 4, numbers);

  const auto result = parse(text);

  CHECK(result.diagnostics.size() > 100'000);
}
