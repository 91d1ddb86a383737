// Answers `espalier-trainer data resolve`: JSON request in, facts and problems per data set out (docs/data.md).
#include "data/facts_json.hpp"
#include "data/request_json.hpp"
#include "espalier/core/errors.hpp"

namespace espalier::data {
namespace {

using Json = nlohmann::json;

Json problem_json(const Problem& problem) {
  return {{"problem", problem.problem}, {"why", problem.why}, {"suggestion", problem.suggestion}};
}

void add_remark(Json& answer, const PackFacts& facts) {
  if (facts.remark) answer["remarks"].push_back(problem_json(*facts.remark));
}

Json resolve_one(const Json& json, const DataFolders& folders) {
  const PackFacts facts = resolve(spec_of(json, json.value("files", Json::object())), folders);
  Json answer = json_of(facts);
  answer["pack_path"] = facts.file.string();
  answer["remarks"] = Json::array();
  add_remark(answer, facts);
  answer["test_digest"] = answer["test_pack_path"] = "";
  answer["test_counts"] = Json::array();
  if (!json.contains("test_files") || json.at("test_files").is_null()) return answer;

  ImportSpec test_spec = spec_of(json, json.at("test_files"));
  if (task::row_of(test_spec.format).paths == task::ImagePaths::none)
    throw UsageError("made images have no test files", "they are made", "Write test = { per_class = n }.");
  test_spec.class_names = facts.class_names;
  const PackFacts test = resolve(test_spec, folders);
  if (test.shape != facts.shape)
    throw UsageError("test images have another size than the training images", "one network sees both",
                     "Set resize, or name other files.");
  answer["test_digest"] = test.digest;
  answer["test_counts"] = test.class_counts;
  answer["test_pack_path"] = test.file.string();
  std::vector<Problem> notes = facts.notes;
  for (Problem note : test.notes) notes.push_back({"test images: " + note.problem, note.why, note.suggestion});
  for (Problem& note : notes_on_both(facts, test, folders)) notes.push_back(std::move(note));
  if (!notes.empty()) answer["notes"] = json_of(notes);
  add_remark(answer, test);
  return answer;
}

Json answer_of(const Json& request) {
  std::set<std::filesystem::path> checked;
  const DataFolders folders{request.at("root").get<std::string>(), request.at("cache").get<std::string>(),
                            request.value("want_images", false) ? &checked : nullptr};
  Json data = Json::object(), errors = Json::array();
  for (const Json& one : request.at("data")) {
    const auto name = one.at("name").get<std::string>();
    try {
      data[name] = resolve_one(one, folders);
    } catch (const EnvironmentError&) {
      throw;
    } catch (const Error& error) {
      errors.push_back(problem_json(error.problem()));
      errors.back()["name"] = name;
    }
  }
  return {{"data", data}, {"errors", errors}};
}

}  // namespace

std::string resolve_request(const std::string& request) {
  try {
    return answer_of(Json::parse(request)).dump(-1, ' ', false, Json::error_handler_t::replace);
  } catch (const Json::exception& error) {
    throw UsageError("the request to 'data resolve' is malformed", error.what(), "docs/data.md says what it holds.");
  }
}

}  // namespace espalier::data
