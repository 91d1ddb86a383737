// Copies trained units, and writes tracks as lines of metadata and states as named tensors of a checkpoint.
#include "train/bundle/stop_tracks.hpp"

#include <algorithm>
#include <cstdio>
#include <set>
#include <sstream>
#include <utility>

#include "espalier/core/errors.hpp"

namespace espalier::train {

namespace {

constexpr const char* kTrack = "stop.";  ///< key of metadata: "stop.<task>"
constexpr const char* kState = "best.";  ///< name of a tensor: "best.<step>.<its name in the network>"

/// "<evaluations> <last> <best> <worse> <best value in hexadecimal, so that reading it gives the same bits>".
std::string text_of(const task::StopTrack& track) {
  char value[64];
  std::snprintf(value, sizeof value, "%a", track.best_value);
  std::ostringstream text;
  text << track.evaluations << ' ' << track.last << ' ' << track.best << ' ' << track.worse << ' ' << value;
  return text.str();
}

task::StopTrack track_of(const std::string& text) {
  task::StopTrack track;
  std::istringstream words(text);
  std::string value;
  if (!(words >> track.evaluations >> track.last >> track.best >> track.worse >> value))
    throw UsageError("'" + text + "' is no record of evaluations", "five numbers were expected", "");
  track.best_value = std::strtod(value.c_str(), nullptr);
  return track;
}

/// Step and name of a tensor "best.12.conv1.weight".
std::pair<std::int64_t, std::string> state_tensor(const std::string& name) {
  const std::size_t begin = std::string_view(kState).size(), dot = name.find('.', begin);
  if (dot == std::string::npos) throw UsageError("tensor '" + name + "' names no step", "", "");
  return {std::strtoll(name.substr(begin, dot - begin).c_str(), nullptr, 10), name.substr(dot + 1)};
}

}  // namespace

data::NamedTensors trained_state(const model::UnitNetwork& network, const task::TrainSpec& spec) {
  std::set<std::string> trained;  // "conv1."
  for (std::int32_t u = 1; u <= network.depth(); ++u) {
    const bool is_trained = spec.units[static_cast<std::size_t>(u - 1)].trained != task::Trained::no;
    if (is_trained) trained.insert(network.unit_name(u) + ".");
  }
  data::NamedTensors state = network.state();
  std::erase_if(state, [&](const auto& tensor) {
    return std::none_of(trained.begin(), trained.end(),
                        [&](const std::string& unit) { return tensor.first.starts_with(unit); });
  });
  return state;
}

void restore_units(const data::NamedTensors& state, model::UnitNetwork& network) {
  data::TensorFile all{network.state(), {}, {}};
  for (auto& [name, value] : all.tensors) {
    const auto kept = std::find_if(state.begin(), state.end(), [&](const auto& one) { return one.first == name; });
    if (kept != state.end()) value = kept->second;
  }
  network.restore(all);
}

void check_best_state(const StopTracks& stops, const TaskId& task) {
  const auto& track = stops.tracks.at(task);
  if (track.best < 0 || stops.states.contains(track.best)) return;
  throw UsageError("the state after step " + std::to_string(track.best) + " is missing",
                   "it is the best one of task " + task.brief(), "");
}

void forget_unneeded(StopTracks& stops) {
  std::set<std::int64_t> needed;
  for (const auto& [task, track] : stops.tracks) needed.insert(track.best);
  std::erase_if(stops.states, [&](const auto& state) { return !needed.contains(state.first); });
}

void add_stop_tracks(const StopTracks& stops, data::NamedTensors& tensors, data::Metadata& metadata) {
  for (const auto& [task, track] : stops.tracks) metadata[kTrack + task.hex.str()] = text_of(track);
  for (const auto& [step, state] : stops.states) {
    for (const auto& [name, value] : *state) tensors.emplace_back(kState + std::to_string(step) + "." + name, value);
  }
}

StopTracks stop_tracks_of(const data::TensorFile& file) {
  StopTracks stops;
  for (const auto& [key, text] : file.metadata) {
    if (key.starts_with(kTrack)) stops.tracks[TaskId{key.substr(std::string_view(kTrack).size())}] = track_of(text);
  }
  std::map<std::int64_t, data::NamedTensors> states;
  for (const auto& [name, value] : file.tensors) {
    if (!name.starts_with(kState)) continue;
    const auto [step, own_name] = state_tensor(name);
    states[step].emplace_back(own_name, value);
  }
  for (auto& [step, state] : states) stops.states[step] = std::make_shared<const data::NamedTensors>(std::move(state));
  return stops;
}

}  // namespace espalier::train
