// Cells and pairs over test images, from predictions made by hand.
#include "espalier/report/image_cells.hpp"

#include <catch2/catch.hpp>

#include "espalier/core/errors.hpp"
#include "support/state_builder.hpp"

using namespace espalier;
using testing::StateBuilder;

namespace {

using Words = std::vector<std::string>;

/// Two settings with two replicates each. Test image i is right for setting n where i < right(n, replicate).
int right(int n, int replicate) { return n == 6 ? 60 + replicate : 40; }

struct Fixture {
  std::vector<report::Directory> directories;
  std::map<std::string, report::Predictions> files;

  Fixture() {
    StateBuilder builder;
    for (const int n : {0, 6}) {
      for (int replicate = 1; replicate <= 2; ++replicate)
        builder.done(
            "e", {{"transferred", std::to_string(n)}, {"split", "1"}, {"replicate", std::to_string(replicate)}}, {});
    }
    for (auto& entry : builder.state().runs) {
      const auto n = std::stoi(*entry.run.label("transferred")), replicate = std::stoi(*entry.run.label("replicate"));
      ArtifactId artifact;
      artifact.hex = std::to_string(n) + "/" + std::to_string(replicate);
      builder.state().tasks.at(entry.run.task).predictions.artifact = artifact;
      auto& file = files[artifact.hex];
      for (int i = 0; i < 100; ++i) {
        file.labels.push_back(i % 2);
        file.predicted.push_back(i < right(n, replicate) ? i % 2 : 1 - i % 2);
      }
    }
    directories.push_back({"out", builder.state()});
  }

  report::ReadPredictions read() const {
    return [this](const report::Directory&, const ArtifactId& artifact) { return files.at(artifact.hex); };
  }
};

report::Query by_transferred() {
  report::Query query;
  query.by = {"transferred"};
  return query;
}

}  // namespace

TEST_CASE("image cells: runs are averaged image by image, and the interval holds their mean") {
  const Fixture fixture;
  const auto cells =
      report::image_cells(report::runs_of(fixture.directories), by_transferred(), fixture.read(), {2000});

  REQUIRE(cells.size() == 2);
  CHECK(cells[1].group == Words{"6"});
  CHECK(cells[1].runs == 2);
  CHECK(cells[1].images == 100);
  CHECK(cells[1].mean == Approx(0.615));
  CHECK(cells[1].interval.low < 0.55);
  CHECK(cells[1].interval.high > 0.68);
}

TEST_CASE("image cells: pairs are of equal replicates, and McNemar counts images that one side alone gets right") {
  const Fixture fixture;
  const auto views = report::runs_of(fixture.directories);
  const auto side = [&](const char* n) {
    return report::select(views, report::parse_conditions(std::string("transferred=") + n));
  };
  const auto pairs = report::image_pairs(side("6"), side("0"), {}, fixture.read(), {2000});

  REQUIRE(pairs.size() == 2);
  CHECK(pairs[1].repetition == Words{"1", "2", ""});
  CHECK(pairs[1].difference == Approx(0.22));
  CHECK(pairs[1].mcnemar.only_a == 22);
  CHECK(pairs[1].mcnemar.only_b == 0);
  CHECK(pairs[1].interval.low > 0.1);
}

TEST_CASE("image cells: other test images in one cell, and no predictions at all, are refused") {
  Fixture fixture;
  fixture.files.begin()->second.labels[0] = 5;
  CHECK_THROWS_WITH(report::image_cells(report::runs_of(fixture.directories), {}, fixture.read(), {100}),
                    Catch::Contains("tested on different images"));
  for (auto& [id, task] : fixture.directories[0].state.tasks) task.predictions = {};
  CHECK_THROWS_WITH(report::image_cells(report::runs_of(fixture.directories), {}, fixture.read(), {100}),
                    Catch::Contains("no run has stored predictions"));
}
