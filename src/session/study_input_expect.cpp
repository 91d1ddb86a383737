// Checks whether image files exist, and makes provisional facts from `expect` where they do not.
#include "session/study_input_expect.hpp"

#include <algorithm>

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
  facts.class_counts.assign(static_cast<std::size_t>(expect.classes), expect.per_class);
  if (data.label_kind != "fine") {  // a coarser class stands for its finest ones, which are not known yet
    auto& level = facts.levels[data.label_kind];
    level.names = facts.class_names;
    for (std::int32_t i = 0; i < expect.classes; ++i) level.of.push_back(i);
  }
  facts.mean.assign(static_cast<std::size_t>(expect.shape.channels), 0.5F);
  facts.std.assign(static_cast<std::size_t>(expect.shape.channels), 0.25F);
  if (data.test_files) {
    facts.test_digest = "expected-test:" + data.name + number_key(expect);
    facts.test_counts.assign(static_cast<std::size_t>(expect.classes), expect.test_per_class);
  }
  return facts;
}

}  // namespace espalier::session
