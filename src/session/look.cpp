// Asks espalier-trainer to look at a folder of images or a network's file.
#include "espalier/session/look.hpp"

#include <nlohmann/json.hpp>

#include "espalier/core/errors.hpp"
#include "espalier/process/capture.hpp"
#include "espalier/session/study_input.hpp"
#include "session/study_input_resolve.hpp"

namespace espalier::session {
namespace {

using nlohmann::json;

Problem problem_from(const json& said) {
  return {said.value("problem", ""), said.value("why", ""), said.value("suggestion", "")};
}

/// Throws what the trainer found wrong.
json without_error(json answer) {
  if (answer.contains("error")) throw UsageError(problem_from(answer.at("error")));
  return answer;
}

Sides sides_from(const json& sides) { return {sides.at(0).get<std::int32_t>(), sides.at(1).get<std::int32_t>()}; }

FolderLook folder_from(const json& answer) {
  FolderLook look;
  for (const auto& one : answer.at("classes")) {
    look.classes.push_back({one.at("name").get<std::string>(), one.at("images").get<std::int64_t>()});
  }
  answer.at("images").get_to(look.images);
  answer.at("looked").get_to(look.looked);
  answer.at("grey").get_to(look.grey);
  answer.at("sizes").get_to(look.sizes);
  look.least = sides_from(answer.at("least"));
  look.median = sides_from(answer.at("median"));
  look.most = sides_from(answer.at("most"));
  for (const auto& note : answer.at("notes")) look.notes.push_back(problem_from(note));
  return look;
}

NetworkLook network_from(const json& answer) {
  NetworkLook look;
  answer.at("has_our_names").get_to(look.has_our_names);
  answer.at("has_feature_means").get_to(look.has_feature_means);
  answer.at("mean").get_to(look.mean);
  answer.at("std").get_to(look.std);
  answer.at("digest").get_to(look.digest);
  answer.at("name").get_to(look.name);
  answer.at("width").get_to(look.width);
  answer.at("table").get_to(look.table);
  const auto input = answer.at("input").get<std::vector<std::int32_t>>();
  look.input = {input.at(0), input.at(1), input.at(2)};
  answer.at("classes").get_to(look.classes);
  for (const auto& unit : answer.at("units")) {
    look.units.push_back(unit.at("name").get<std::string>());
    look.linear.push_back(unit.at("linear").get<bool>());
  }
  return look;
}

void require_folder(const std::filesystem::path& folder) {
  const auto status = std::filesystem::status(folder);
  if (!std::filesystem::exists(status))
    throw UsageError("'" + folder.string() + "' is not there",
                     "a folder with a folder of images for each class is asked", "Check the path.");
  if (!std::filesystem::is_directory(status))
    throw UsageError("'" + folder.string() + "' is a file", "a folder with a folder of images for each class is asked",
                     "Name the folder.");
}

/// What `espalier-trainer model` with these words says of a network's file, in JSON.
json ask_about(const std::filesystem::path& file, const std::vector<std::string>& words) {
  std::vector<std::string> command{trainer_path().string(), "model"};
  command.insert(command.end(), words.begin(), words.end());
  const auto answer = process::capture(command, "");
  json reply = json::parse(answer.out, nullptr, false);
  if (reply.is_discarded() || !reply.is_object()) {
    throw EnvironmentError("espalier-trainer did not look at '" + file.string() + "'",
                           "exit code " + std::to_string(answer.exit_code) + ": " + answer.err, "");
  }
  return without_error(std::move(reply));
}

}  // namespace

FolderLook look_at_folder(const std::filesystem::path& folder) {
  require_folder(folder);
  auto look = folder_from(without_error(ask_trainer("look", {{"folder", std::filesystem::absolute(folder).string()}})));
  if (look.classes.size() > 1) return look;
  throw UsageError("'" + folder.string() + "' has one class only",
                   "its only sub-folder is '" + look.classes.front().name + "'; a classifier tells two or more apart",
                   "Give each class a folder of its own in it.");
}

NetworkLook look_at_network(const std::filesystem::path& file) {
  return network_from(ask_about(file, {"look", file.string()}));
}

UnitDistance distance_from(const std::filesystem::path& network, const NetworkLook& look,
                           const std::filesystem::path& folder) {
  require_folder(folder);
  const json answer = ask_about(network, {"distance", network.string(), folder.string()});
  const json& last = answer.at("units").back();
  UnitDistance distance;
  distance.network = look.name;
  distance.digest = look.digest;
  last.at("name").get_to(distance.unit);
  answer.at("images").get_to(distance.images);
  if (last.at("cosine").is_null() || last.at("cosine_floor").is_null())
    throw UsageError("the distance from '" + network.string() + "' is not defined",
                     "all features after " + distance.unit + " are 0 for one of the sets", "Name another source.");
  last.at("cosine").get_to(distance.cosine);
  last.at("cosine_floor").get_to(distance.floor);
  return distance;
}

void import_network(const std::filesystem::path& file, const NetworkLook& look, const std::filesystem::path& out) {
  const auto& input = look.input;
  const auto done = process::capture(
      {trainer_path().string(), "model", "import", file.string(), "--network", look.name, "--input",
       std::to_string(input.channels) + "," + std::to_string(input.height) + "," + std::to_string(input.width),
       "--classes", std::to_string(look.classes), "--out", out.string()},
      "");
  if (done.exit_code != 0) throw UsageError("'" + file.string() + "' cannot be imported", done.err, "");
}

}  // namespace espalier::session
