// Checks whether image files exist, and makes provisional facts from `expect` where they do not.
#include "session/study_input_expect.hpp"

#include <algorithm>
#include <numeric>

#include "espalier/task/transform_table.hpp"

namespace espalier::session {
namespace {

bool all_there(const study::DataFiles& files, const std::filesystem::path& root) {
  auto there = [&](const std::string& file) {
    std::error_code error;
    return std::filesystem::exists(root / file, error);
  };
  return !files.images.empty() && std::all_of(files.images.begin(), files.images.end(), there) &&
         (files.labels.empty() || there(files.labels));
}

std::string number_key(const study::ExpectedData& expect) {
  std::string key;
  for (const std::int64_t number :
       {std::int64_t{expect.classes}, expect.per_class, expect.test_per_class, std::int64_t{expect.shape.channels},
        std::int64_t{expect.shape.height}, std::int64_t{expect.shape.width}}) {
    key += ":" + std::to_string(number);
  }
  return key;
}

/// The sets that a derived one is made of.
std::vector<std::string> made_of(const study::DataSet& data) {
  std::vector<std::string> names{data.from};
  for (const auto& one : data.transforms) {
    if (const std::string other = task::other_data(one); !other.empty()) names.push_back(other);
  }
  return names;
}

bool is_absent(const study::Study& study, const study::DataSet& data, const std::filesystem::path& root) {
  if (data.from.empty()) return data.expect && !files_are_there(data, root);
  const auto names = made_of(data);
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& name) { return is_absent(study, study.data.at(name), root); });
}

/// The facts of the origin with other images.
plan::DataFacts derived_facts(const study::DataSet& data, const plan::Facts& facts) {
  plan::DataFacts made = facts.data.at(data.from);
  std::string transforms;
  for (const auto& one : data.transforms) {
    task::OtherImages other;
    if (const std::string name = task::other_data(one); !name.empty()) {
      const auto& counts = facts.data.at(name).class_counts;
      other = {facts.data.at(name).shape, std::accumulate(counts.begin(), counts.end(), std::int64_t{0})};
    }
    made.shape = task::shape_after(one, made.shape, &other);
    transforms += ":" + task::text_of(one);
  }
  made.provisional = true;
  made.digest = "expected:" + data.name + transforms + ":" + made.digest;
  if (!made.test_digest.empty()) made.test_digest = "expected-test:" + data.name + transforms + ":" + made.test_digest;
  made.mean.assign(static_cast<std::size_t>(made.shape.channels), 0.5F);
  made.std.assign(static_cast<std::size_t>(made.shape.channels), 0.25F);
  made.pack_path = made.test_pack_path = "";
  return made;
}

}  // namespace

bool files_are_there(const study::DataSet& data, const std::filesystem::path& root) {
  if (task::row_of(data.format).paths == task::ImagePaths::none) return true;
  return all_there(data.files, root) && (!data.test_files || all_there(*data.test_files, root));
}

plan::DataFacts expected_facts(const study::DataSet& data) {
  const study::ExpectedData& expect = *data.expect;
  plan::DataFacts facts;
  facts.provisional = true;
  facts.digest = "expected:" + data.name + number_key(expect);
  facts.shape = expect.shape;
  for (std::int32_t i = 0; i < expect.classes; ++i) facts.class_names.push_back("class " + std::to_string(i));
  // With several labels an image, each label is of all images, of which there are per_class a label on average.
  const std::int64_t shared = data.multi_label ? expect.classes : 1;
  facts.class_counts.assign(static_cast<std::size_t>(expect.classes), shared * expect.per_class);
  if (data.label_kind != "fine") {  // a coarser class stands for its finest ones, which are not known yet
    auto& level = facts.levels[data.label_kind];
    level.names = facts.class_names;
    for (std::int32_t i = 0; i < expect.classes; ++i) level.of.push_back(i);
  }
  facts.mean.assign(static_cast<std::size_t>(expect.shape.channels), 0.5F);
  facts.std.assign(static_cast<std::size_t>(expect.shape.channels), 0.25F);
  if (data.test_files) {
    facts.test_digest = "expected-test:" + data.name + number_key(expect);
    facts.test_counts.assign(static_cast<std::size_t>(expect.classes), shared * expect.test_per_class);
  }
  return facts;
}

std::set<std::string> absent_data(const study::Study& study, const std::filesystem::path& root) {
  std::set<std::string> absent;
  for (const auto& [name, data] : study.data) {
    if (is_absent(study, data, root)) absent.insert(name);
  }
  return absent;
}

void add_expected(const study::Study& study, const std::string& name, plan::Facts& facts) {
  if (facts.data.contains(name)) return;
  const auto& data = study.data.at(name);
  if (data.from.empty()) {
    if (data.expect) facts.data[name] = expected_facts(data);
    return;
  }
  const auto needed = made_of(data);
  for (const auto& one : needed) add_expected(study, one, facts);
  if (std::all_of(needed.begin(), needed.end(), [&](const std::string& one) { return facts.data.contains(one); }))
    facts.data[name] = derived_facts(data, facts);
}

}  // namespace espalier::session
