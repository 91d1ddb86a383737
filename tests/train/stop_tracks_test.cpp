// What rules to stop have seen, written into a checkpoint and read back.
#include "train/bundle/stop_tracks.hpp"

#include "espalier/core/errors.hpp"
#include "espalier/network/networks.hpp"
#include "support/catch_after_torch.hpp"

using namespace espalier;
using namespace espalier::train;

namespace {

const TaskId kOne{"1111"}, kOther{"2222"};

StopTracks some_tracks() {
  StopTracks stops;
  stops.tracks[kOne] = {5, 20, 12, 0.1, 2};
  stops.tracks[kOther] = {1, 4, 4, -1.0 / 3, 0};
  for (const std::int64_t step : {4, 12}) {
    stops.states[step] = std::make_shared<const data::NamedTensors>(
        data::NamedTensors{{"fc.weight", at::full({2, 3}, static_cast<double>(step))}});
  }
  return stops;
}

data::TensorFile written(const StopTracks& stops) {
  data::TensorFile file;
  add_stop_tracks(stops, file.tensors, file.metadata);
  return file;
}

}  // namespace

TEST_CASE("stop tracks: what is written is read back to the bit") {
  const auto stops = some_tracks();

  const auto read = stop_tracks_of(written(stops));

  CHECK((read.tracks == stops.tracks));
  REQUIRE(read.states.size() == 2);
  CHECK(read.states.at(12)->front().first == "fc.weight");
  CHECK(read.states.at(12)->front().second.equal(stops.states.at(12)->front().second));
}

TEST_CASE("stop tracks: a checkpoint without rules has none of it") {
  CHECK(written({}).tensors.empty());
  CHECK(stop_tracks_of({}).tracks.empty());
}

TEST_CASE("stop tracks: a best state that is missing, and numbers that are none, are refused") {
  auto file = written(some_tracks());
  CHECK_NOTHROW(check_best_state(stop_tracks_of(file), kOne));
  file.tensors.pop_back();  // the state after step 12
  CHECK_THROWS_AS(check_best_state(stop_tracks_of(file), kOne), UsageError);
  CHECK_NOTHROW(check_best_state(stop_tracks_of(file), kOther));

  file = written(some_tracks());
  file.metadata.begin()->second = "five 20 12 2 0";
  CHECK_THROWS_AS(stop_tracks_of(file), UsageError);
}

TEST_CASE("stop tracks: states that are nobody's best are forgotten") {
  auto stops = some_tracks();
  stops.tracks.erase(kOne);

  forget_unneeded(stops);

  CHECK(stops.states.size() == 1);
  CHECK(stops.states.contains(4));
}

TEST_CASE("stop tracks: the trained units' tensors come back, and others stay") {
  model::UnitNetwork network(*network::named("mnist4", {.width = 0.125}), {1, 8, 8}, 3);
  for (std::int32_t u = 1; u <= 4; ++u) network.reinitialise(u, 7);
  task::TrainSpec spec;
  spec.units.resize(4);
  spec.units[0].trained = spec.units[2].trained = task::Trained::no;
  const auto state = trained_state(network, spec), all = network.state();
  CHECK(state.size() == all.size() / 2);
  for (std::int32_t u = 1; u <= 4; ++u) network.reinitialise(u, 8);
  const auto other = network.state();

  restore_units(state, network);

  const auto after = network.state();
  for (std::size_t i = 0; i < after.size(); ++i) {
    INFO(after[i].first);
    const bool is_trained = after[i].first.starts_with(network.unit_name(2) + ".") ||
                            after[i].first.starts_with(network.unit_name(4) + ".");
    CHECK(after[i].second.equal((is_trained ? all : other)[i].second));
  }
}
