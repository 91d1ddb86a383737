// Sends `data resolve` requests to espalier-trainer and compares its answers with the study's `expect`.
#include "session/study_input_resolve.hpp"

#include <cstdlib>
#include <set>

#include "espalier/core/errors.hpp"
#include "espalier/process/capture.hpp"
#include "session/study_input_expect.hpp"

namespace espalier::session {
namespace {

using nlohmann::json;

json request_of(const study::DataFiles& files) { return {{"images", files.images}, {"labels", files.labels}}; }

plan::DataFacts facts_from(const json& reply) {
  plan::DataFacts facts;
  facts.digest = reply.at("digest").get<std::string>();
  const auto sides = reply.at("shape").get<std::vector<std::int32_t>>();
  facts.shape = {sides.at(0), sides.at(1), sides.at(2)};
  facts.class_names = reply.at("class_names").get<std::vector<std::string>>();
  facts.class_counts = reply.at("class_counts").get<std::vector<std::int64_t>>();
  facts.mean = reply.at("mean").get<std::vector<float>>();
  facts.std = reply.at("std").get<std::vector<float>>();
  facts.test_digest = reply.value("test_digest", "");
  if (reply.contains("test_counts") && reply["test_counts"].is_array())
    facts.test_counts = reply["test_counts"].get<std::vector<std::int64_t>>();
  const json levels = reply.value("levels", json::object());
  for (const auto& [name, level] : levels.items()) {
    facts.levels[name] = {level.at("of").get<std::vector<std::int32_t>>(),
                          level.at("names").get<std::vector<std::string>>()};
  }
  facts.pack_path = reply.value("pack_path", "");
  facts.test_pack_path = reply.value("test_pack_path", "");
  return facts;
}

Problem problem_from(const json& said) {
  return {said.value("problem", ""), said.value("why", ""), said.value("suggestion", "")};
}

study::Diagnostic finding(const study::DataSet& data, const Problem& problem) {
  return {study::Diagnostic::Severity::error, data.where, "data." + data.name, problem};
}

void take_normalisation(const study::DataSet& data, plan::DataFacts& facts,
                        std::vector<study::Diagnostic>& diagnostics) {
  if (data.mean.empty()) return;
  if (static_cast<std::int32_t>(data.mean.size()) != facts.shape.channels) {
    diagnostics.push_back(finding(
        data, {"mean and std have " + std::to_string(data.mean.size()) + " numbers",
               "the images have " + std::to_string(facts.shape.channels) + " channels", "Give one number a channel"}));
    return;
  }
  facts.mean.assign(data.mean.begin(), data.mean.end());
  facts.std.assign(data.std.begin(), data.std.end());
}

void compare_with_expected(const study::DataSet& data, const plan::DataFacts& facts,
                           std::vector<study::Diagnostic>& diagnostics) {
  if (!data.expect || facts.provisional || !data.from.empty()) return;  // what is expected is said of the origin
  const auto level = facts.levels.find(data.label_kind);
  const auto classes =
      static_cast<std::int32_t>(level == facts.levels.end() ? facts.class_counts.size() : level->second.names.size());
  if (classes == data.expect->classes && facts.shape == data.expect->shape) return;
  diagnostics.push_back(
      finding(data, {"the images are not those that expect tells of",
                     std::to_string(classes) + " classes, shape " + std::to_string(facts.shape.channels) + " x " +
                         std::to_string(facts.shape.height) + " x " + std::to_string(facts.shape.width),
                     "Correct expect, or the files"}));
}

/// What the import found ("notes"), or what had to be done about a pack ("remarks"), that the user should know.
void add_warnings(const study::DataSet& data, const json& reply, const char* key,
                  std::vector<study::Diagnostic>& diagnostics) {
  for (const auto& said : reply.value(key, json::array())) {
    study::Diagnostic found = finding(data, problem_from(said));
    found.severity = study::Diagnostic::Severity::warning;
    diagnostics.push_back(std::move(found));
  }
}

void read_reply(const study::Study& study, const json& reply, plan::Facts& facts,
                std::vector<study::Diagnostic>& diagnostics) {
  for (const auto& error : reply.value("errors", json::array())) {
    const auto data = study.data.find(error.value("name", ""));
    study::Diagnostic found{study::Diagnostic::Severity::error, {}, "data", problem_from(error)};
    if (data != study.data.end()) {
      found.where = data->second.where;
      found.key = "data." + data->first;
    }
    diagnostics.push_back(found);
  }
  const json resolved = reply.value("data", json::object());
  for (const auto& [name, one] : resolved.items()) {
    const auto data = study.data.find(name);
    if (data == study.data.end()) continue;
    facts.data[name] = facts_from(one);
    add_warnings(data->second, one, "notes", diagnostics);
    add_warnings(data->second, one, "remarks", diagnostics);
  }
}

json request_head(const std::filesystem::path& root, WantImages images) {
  return {{"root", root.string()},
          {"cache", cache_path().string()},
          {"want_images", images == WantImages::yes},
          {"data", json::array()}};
}

/// What mean and std leave out. Where the split cuts images, each split holds out others, and all are counted.
void add_held_out(const study::Study& study, const study::DataSet& data, json& request) {
  if (study.split.kind == study::Split::Kind::images || !data.mean.empty()) return;
  const std::int64_t tests = data.test_files ? 0 : data.test_per_class + data.test_images;
  const std::int64_t held_out = tests + data.valid_per_class + data.valid_images;
  if (held_out == 0) return;
  request["held_out"] = held_out;
  request["order"] = data.order == task::ImageOrder::file ? "file" : "shuffled";
}

/// The trainer's one sentence on what this machine cannot do; "" where it said something else.
std::string said_by_trainer(const std::string& err) {
  const std::string head = "espalier-trainer: ";
  std::string line = err.substr(0, err.find('\n'));
  return line.starts_with(head) ? line.substr(head.size()) : "";
}

}  // namespace

namespace {

json files_request_of(const study::DataSet& data) {
  if (!data.from.empty()) {
    json transforms = json::array();
    for (const auto& one : data.transforms)
      transforms.push_back({{"kind", one.kind}, {"numbers", one.numbers}, {"words", one.words}});
    return {{"name", data.name}, {"from", data.from}, {"transforms", transforms}};
  }
  return {{"name", data.name},
          {"format", task::row_of(data.format).name},
          {"files", request_of(data.files)},
          {"test_files", data.test_files ? request_of(*data.test_files) : json()},
          {"resize", data.resize},
          {"grey", data.grey},
          {"rgb", data.rgb},
          {"max_pixels", data.max_pixels},
          {"made", data.made}};
}

}  // namespace

json request_of(const study::DataSet& data) {
  json request = files_request_of(data);
  if (data.multi_label && data.from.empty()) request["multi_label"] = true;
  return request;
}

json ask_trainer(const std::string& verb, const json& request) {
  const auto answer = process::capture({trainer_path().string(), "data", verb},
                                       request.dump(-1, ' ', false, json::error_handler_t::replace));
  const json reply = json::parse(answer.out, nullptr, false);
  if (!reply.is_discarded() && reply.is_object()) return reply;
  if (answer.exit_code == static_cast<int>(ExitCode::environment)) {
    if (const std::string said = said_by_trainer(answer.err); !said.empty()) throw EnvironmentError(said);
  }
  const std::string asked = verb == "look" ? "look at the folder" : verb + " the data";
  throw EnvironmentError(
      "espalier-trainer did not " + asked,
      "exit code " + std::to_string(answer.exit_code) + (answer.err.empty() ? "" : ": " + answer.err),
      "Run 'espalier-trainer data " + verb + "' by hand to see more");
}

std::filesystem::path cache_path() {
  if (const char* cache = std::getenv("ESPALIER_CACHE"); cache && *cache) return cache;
  if (const char* xdg = std::getenv("XDG_CACHE_HOME"); xdg && *xdg) return std::filesystem::path(xdg) / "espalier";
  if (const char* home = std::getenv("HOME"); home && *home) return std::filesystem::path(home) / ".cache" / "espalier";
  throw EnvironmentError("no place for packed data", "neither ESPALIER_CACHE, XDG_CACHE_HOME nor HOME is set",
                         "Set ESPALIER_CACHE to a folder");
}

std::filesystem::path trainer_path() {
  std::filesystem::path path;
  if (const char* named = std::getenv("ESPALIER_TRAINER"); named && *named) {
    path = named;
  } else {
    path = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "espalier-trainer";
  }
  if (std::filesystem::exists(path)) return path;
  throw EnvironmentError(path.string() + " is not there", "training and reading images are done by it",
                         "Build it, or name it in ESPALIER_TRAINER");
}

plan::Facts find_facts(const study::Study& study, const std::filesystem::path& root, WantImages images,
                       std::vector<study::Diagnostic>& diagnostics) {
  plan::Facts facts;
  json request = request_head(root, images);
  std::set<std::string> absent;
  if (images == WantImages::no) absent = absent_data(study, root);
  for (const auto& [name, data] : study.data) {
    if (absent.contains(name)) continue;
    request["data"].push_back(request_of(data));
    add_held_out(study, data, request["data"].back());
  }
  if (!request["data"].empty()) read_reply(study, ask_trainer("resolve", request), facts, diagnostics);
  for (const auto& name : absent) {
    try {
      add_expected(study, name, facts);
    } catch (const UsageError& error) {
      diagnostics.push_back(finding(study.data.at(name), error.problem()));
    }
  }
  for (const auto& [name, data] : study.data) {
    const auto found = facts.data.find(name);
    if (found == facts.data.end()) continue;
    compare_with_expected(data, found->second, diagnostics);
    take_normalisation(data, found->second, diagnostics);
  }
  return facts;
}

}  // namespace espalier::session
