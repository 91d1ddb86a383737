// Answers `espalier-trainer data look`: a folder in, what its images are like out, both in JSON (docs/data.md).
#include <set>

#include "data/facts_json.hpp"
#include "data/read/look_folder.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/data/resolve.hpp"

namespace espalier::data {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMostDecoded = 4000;  ///< enough to know what sizes there are, and seconds at most

Json sides_json(const ImageSides& sides) { return {sides.height, sides.width}; }

Json folder_json(const FolderFacts& facts) {
  Json classes = Json::array();
  std::int64_t images = 0;
  for (std::size_t i = 0; i < facts.classes.size(); ++i) {
    classes.push_back({{"name", facts.classes[i]}, {"images", facts.counts[i]}});
    images += facts.counts[i];
  }
  std::set<std::pair<std::int64_t, std::int64_t>> sizes;
  for (const auto& one : facts.sides) sizes.insert({one.height, one.width});
  return {{"classes", classes},
          {"images", images},
          {"looked", facts.sides.size()},
          {"grey", facts.grey},
          {"sizes", sizes.size()},
          {"least", sides_json(facts.sides.front())},
          {"median", sides_json(facts.sides[facts.sides.size() / 2])},
          {"most", sides_json(facts.sides.back())},
          {"notes", json_of(facts.notes)}};
}

Json answer_of(const Json& request) {
  try {
    return folder_json(look_at_folder(request.at("folder").get<std::string>(), kMostDecoded));
  } catch (const EnvironmentError&) {
    throw;
  } catch (const Error& error) {
    const auto& problem = error.problem();
    return {{"error", {{"problem", problem.problem}, {"why", problem.why}, {"suggestion", problem.suggestion}}}};
  }
}

}  // namespace

std::string look_request(const std::string& request) {
  try {
    return answer_of(Json::parse(request)).dump(-1, ' ', false, Json::error_handler_t::replace);
  } catch (const Json::exception& error) {
    throw UsageError("the request to 'data look' is malformed", error.what(), "docs/data.md says what it holds.");
  }
}

}  // namespace espalier::data
