// Answers `espalier-trainer data check`: whether packs are as written, and whether raw images still give them.
#include "data/request_json.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/data/pack_content.hpp"
#include "espalier/data/resolve.hpp"

namespace espalier::data {
namespace {

using Json = nlohmann::json;

/// What is wrong with a pack; empty where it is sound.
std::string pack_fault(const std::string& path, const std::string& digest) {
  if (!std::filesystem::is_regular_file(path)) return "is not there";
  if (const std::string fault = content_fault(path); !fault.empty()) return "is damaged: " + fault;
  return open_pack(path).digest == digest ? "" : "holds other images";
}

/// Decodes images again. Returns the classes' names, or adds a fault and returns none.
std::vector<std::string> check_images(const ImportSpec& spec, const std::string& root, const std::string& digest,
                                      const std::string& name, Json& faults) {
  try {
    Pack pack = import_images(spec, root);
    if (pack.digest == digest) return std::move(pack.class_names);
    faults.push_back("the files of data set '" + name + "' give other images now than when the study began");
  } catch (const UsageError& error) {
    faults.push_back("the files of data set '" + name + "': " + error.what());
  }
  return {};
}

void check_set(const Json& data, const std::string& root, Json& faults) {
  const auto name = data.at("name").get<std::string>();
  auto names = check_images(spec_of(data, data.at("files")), root, data.at("digest").get<std::string>(), name, faults);
  if (names.empty() || !data.contains("test_files") || data.at("test_files").is_null()) return;
  ImportSpec test = spec_of(data, data.at("test_files"));
  test.class_names = std::move(names);
  check_images(test, root, data.at("test_digest").get<std::string>(), name, faults);
}

Json answer_of(const Json& request) {
  Json faults = Json::array();
  for (const Json& one : request.at("packs")) {
    const auto path = one.at("path").get<std::string>();
    const std::string fault = pack_fault(path, one.at("digest").get<std::string>());
    if (!fault.empty()) faults.push_back("pack '" + path + "' " + fault);
  }
  for (const Json& one : request.at("data")) check_set(one, request.at("root").get<std::string>(), faults);
  return {{"faults", faults}};
}

}  // namespace

std::string check_request(const std::string& request) {
  try {
    return answer_of(Json::parse(request)).dump(-1, ' ', false, Json::error_handler_t::replace);
  } catch (const Json::exception& error) {
    throw UsageError("the request to 'data check' is malformed", error.what(), "docs/data.md says what it holds.");
  }
}

}  // namespace espalier::data
