#pragma once
// Study texts that several tests start from.
#include <fstream>
#include <iterator>
#include <string>

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

}  // namespace espalier::study::testing
