#pragma once
// What requests of planning say about a data set's files.
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "espalier/data/import.hpp"
#include "espalier/task/transforms.hpp"

namespace espalier::data {

/// `files` is the "files" or "test_files" of the data set `json`. Throws UsageError for an unknown format.
ImportSpec spec_of(const nlohmann::json& json, const nlohmann::json& files);

/// The transforms of the derived data set `json`, in their order. They are not checked.
std::vector<task::TransformSpec> transforms_of(const nlohmann::json& json);

/// The data sets of a request by name, and what is asked of each. A derived one names the set that it is made `from`,
/// and is worked out after that and after those that its transforms take images of.
template <class Answer>
class RequestedSets {
 public:
  explicit RequestedSets(const nlohmann::json& sets) {
    for (const auto& one : sets) sets_[one.at("name").get<std::string>()] = &one;
  }
  /// What `work` gives for a set, once; null where it gave nothing, or the request has no such set. Planning has
  /// refused circles; here they give nothing.
  template <class Work>
  const Answer* of(const std::string& name, const Work& work) {
    const auto set = sets_.find(name);
    if (set == sets_.end()) return nullptr;
    const auto [known, is_new] = answers_.try_emplace(name);
    if (is_new) known->second = work(*set->second);
    return answers_.at(name) ? &*answers_.at(name) : nullptr;
  }

 private:
  std::map<std::string, const nlohmann::json*> sets_;
  std::map<std::string, std::optional<Answer>> answers_;
};

}  // namespace espalier::data
