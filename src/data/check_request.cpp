// Answers `espalier-trainer data check`: whether packs are as written, and whether raw images still give them.
#include "data/derive/derive.hpp"
#include "data/request_json.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/data/pack_content.hpp"
#include "espalier/data/resolve.hpp"
#include "espalier/task/transform_table.hpp"

namespace espalier::data {
namespace {

using Json = nlohmann::json;

/// What is wrong with a pack; empty where it is sound.
std::string pack_fault(const std::string& path, const std::string& digest) {
  if (!std::filesystem::is_regular_file(path)) return "is not there";
  if (const std::string fault = content_fault(path); !fault.empty()) return "is damaged: " + fault;
  return open_pack(path).digest == digest ? "" : "holds other images";
}

/// The packs of a data set, made again of its files.
struct PacksAgain {
  Pack train;
  std::optional<Pack> test;
};

/// Makes the packs of one request again, and notes those that are other ones now.
class PackChecker {
 public:
  PackChecker(const Json& sets, std::string root, Json& faults) : sets_(sets), root_(std::move(root)), faults_(faults) {
    for (const Json& set : sets) {
      if (!set.contains("from")) continue;
      needed_.insert(set.at("from").get<std::string>());
      for (const auto& one : transforms_of(set)) needed_.insert(task::other_data(one));
    }
  }

  /// Null where there is a fault, which is noted, and where no other set is made of this one: its images are given
  /// back.
  const PacksAgain* of(const std::string& name) {
    return sets_.of(name, [&](const Json& set) -> std::optional<PacksAgain> {
      try {
        auto packs = set.contains("from") ? derived(set) : imported(set);
        const bool is_other = packs && !is_as_before(set, *packs);
        if (packs && !is_other && needed_.contains(name)) return packs;
        if (is_other)
          faults_.push_back("the files of data set '" + name + "' give other images now than when the study began");
      } catch (const UsageError& error) {
        faults_.push_back("the files of data set '" + name + "': " + error.what());
      }
      return std::nullopt;
    });
  }

 private:
  static bool is_as_before(const Json& set, const PacksAgain& packs) {
    return packs.train.digest == set.at("digest").get<std::string>() &&
           (!packs.test || packs.test->digest == set.at("test_digest").get<std::string>());
  }

  std::optional<PacksAgain> imported(const Json& set) const {
    PacksAgain packs{import_images(spec_of(set, set.at("files")), root_), std::nullopt};
    if (!set.contains("test_files") || set.at("test_files").is_null()) return packs;
    ImportSpec test = spec_of(set, set.at("test_files"));
    test.class_names = packs.train.class_names;
    packs.test = import_images(test, root_);
    return packs;
  }

  std::optional<PacksAgain> derived(const Json& set) {
    const PacksAgain* from = of(set.at("from").get<std::string>());
    const auto transforms = transforms_of(set);
    std::map<std::string, Pack> others;
    for (const auto& one : transforms) {
      const std::string name = task::other_data(one);
      if (name.empty()) continue;
      const PacksAgain* other = of(name);
      if (!other) return std::nullopt;
      others[name] = other->train;
    }
    if (!from) return std::nullopt;
    PacksAgain packs{derive(from->train, transforms, others), std::nullopt};
    if (from->test) packs.test = derive(*from->test, transforms, others);
    return packs;
  }

  RequestedSets<PacksAgain> sets_;
  std::set<std::string> needed_;  ///< sets that others are made of
  std::string root_;
  Json& faults_;
};

Json answer_of(const Json& request) {
  Json faults = Json::array();
  for (const Json& one : request.at("packs")) {
    const auto path = one.at("path").get<std::string>();
    const std::string fault = pack_fault(path, one.at("digest").get<std::string>());
    if (!fault.empty()) faults.push_back("pack '" + path + "' " + fault);
  }
  PackChecker checker(request.at("data"), request.at("root").get<std::string>(), faults);
  for (const Json& one : request.at("data")) checker.of(one.at("name").get<std::string>());
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
