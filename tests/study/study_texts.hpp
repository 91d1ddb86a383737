#pragma once
// Study texts that several tests start from.
#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <string>

#include "espalier/study/parse.hpp"

namespace espalier::study::testing {

/// The small Plested study as the design shows it, word for word.
inline std::string design_study() {
  std::ifstream file(std::string(ESPALIER_SOURCE_DIR) + "/tests/study/design_example.toml");
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// About the least a study says.
inline const std::string kSmallStudy = R"toml([study]
name = "small"
[data.d]
format = "made"
test = { per_class = 5 }
valid = { per_class = 3 }
[source.s]
data = "d"
[target.t]
data = "d"
[network]
name = "cifar7"
[[experiment]]
name = "a"
axes = { transferred = [0, 6] }
)toml";

/// An experiment with two targets and two sizes, and one whose runs start from its runs: to be added to the small
/// study.
inline const std::string kTwoSteps = R"toml([target.u]
data = "d"
[[experiment]]
name = "first"
axes = { per_class = [1, 2], frozen = [0] }
[[experiment]]
name = "second"
start = { experiment = "first", same = ["target", "per_class", "split"] }
axes = { per_class = [1, 2], transferred = [3, 6] }
)toml";

/// To be added to those two: an experiment that evaluates networks put together of several runs' units.
inline const std::string kSwap = R"toml([[experiment]]
name = "swap"
kind = "evaluate"
start = { experiment = "first", same = ["target", "per_class"] }
units_from = [
  { units = "1-2,5", experiment = "second", same = ["per_class", "transferred", "target"] },
  { units = 7, source = "s" },
]
axes = { per_class = [1, 2], transferred = [3, 6] }
)toml";

/// A study whose text must bring no message.
inline Study parsed(const std::string& text) {
  const auto result = parse(text);
  for (const auto& diagnostic : result.diagnostics) UNSCOPED_INFO(format(diagnostic, "study.toml"));
  REQUIRE(result.diagnostics.empty());
  return result.study;
}

/// A change to a text with the one message it must bring, and the line of the changed text it points at.
struct BadChange {
  std::string was, now;
  const char* says;
  std::string at;  ///< the first line that begins so after the change is meant
};

/// `good`, changed so, must bring exactly this message.
inline void check_one_message(const std::string& good, const BadChange& bad) {
  std::string text = good;
  const auto at = text.rfind(bad.was);
  REQUIRE(at != std::string::npos);
  text.replace(at, bad.was.size(), bad.now);

  const auto result = parse(text);

  INFO(bad.now);
  for (const auto& diagnostic : result.diagnostics) UNSCOPED_INFO(format(diagnostic, "study.toml"));
  REQUIRE(result.diagnostics.size() == 1);
  CHECK_THAT(format(result.diagnostics[0], "study.toml"), Catch::Contains(bad.says));
  const auto line = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(text.rfind(bad.at)), '\n') + 1;
  CHECK(result.diagnostics[0].where.line == line);
}

}  // namespace espalier::study::testing
