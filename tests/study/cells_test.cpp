// What experiments say of an axis, and how many cells they have.
#include "study/cells.hpp"

#include <catch2/catch.hpp>

#include "study/study_texts.hpp"

using namespace espalier::study;
using testing::kSmallStudy;
using testing::parsed;

namespace {

const std::string kGrid = R"toml([[experiment]]
name = "grid"
axes = { transferred = [0, 3, 6], per_class = [1, 2], case = ["x", "y"] }
fixed = { high_units = 2 }
case.x = { train.batch = 8 }
case.y = { train.batch = 16 }
)toml";

}  // namespace

TEST_CASE("cells: an axis is varied, fixed or nowhere, and its plain values include those of the cases") {
  const Study study = parsed(kSmallStudy + kGrid);
  const Experiment& grid = *find_experiment(study, "grid");

  CHECK((given_by(grid, "transferred") == Given::axis));
  CHECK((given_by(grid, "high_units") == Given::fixed));
  CHECK((given_by(grid, "frozen") == Given::nowhere));
  CHECK(plain_values(grid, "train.batch") == std::vector<Value>{Value(8), Value(16)});
  CHECK(plain_values(grid, "frozen").empty());
  CHECK(find_axis(grid, "per_class")->values.size() == 2);
  CHECK(find_axis(grid, "frozen") == nullptr);
  CHECK(has_axis(study, grid, "per_class"));
  CHECK_FALSE(has_axis(study, grid, "fold"));
  CHECK(experiment_names(study) == std::vector<std::string>{"a", "grid"});
  CHECK(find_experiment(study, "none") == nullptr);
}

TEST_CASE("cells: axes that are zipped count once, and products that are too large to count end at a bound") {
  Study study = parsed(kSmallStudy);
  Experiment& one = study.experiments[0];
  const auto before = cell_count(study, one);  // of two values
  one.axes[0].values = {0, 3, 6};
  one.axes.push_back(one.axes[0]);
  one.axes[1].name = "frozen";
  CHECK(cell_count(study, one) * 2 == before * 9);
  one.zips = {{"transferred", "frozen"}};
  CHECK(cell_count(study, one) * 2 == before * 3);

  Study large = study;
  auto& axes = large.experiments[0].axes;
  large.experiments[0].zips.clear();
  for (int i = 0; i < 8; ++i) {
    axes.push_back(axes[0]);
    axes.back().name = "axis " + std::to_string(i);
    for (int value = 0; value < 1000; ++value) axes.back().values.emplace_back(value + 1);
  }
  CHECK(cell_count(large, large.experiments[0]) == std::int64_t{1} << 62);
}

TEST_CASE("cells: depth is that of the networks that an experiment may use") {
  const Study study = parsed(kSmallStudy);
  const Depth depth = depth_of(study, study.experiments[0]);
  CHECK(depth.least == 7);
  CHECK(depth.most == 7);
  CHECK(names_of(study, "target") == std::vector<std::string>{"t"});
  CHECK(names_of(study, "frozen").empty());
}
