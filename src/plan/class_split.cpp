// Draws or lists the classes on the source and target side of each split, and checks listed ones.
#include "plan/class_split.hpp"

#include <algorithm>
#include <set>

#include "espalier/core/seed.hpp"
#include "plan/findings.hpp"

namespace espalier::plan {
namespace {

using ClassSplit = study::Split::ClassSplit;

ClassSplit drawn(const study::Study& study, const std::vector<bool>& usable, std::int32_t split) {
  auto order =
      permutation(static_cast<std::int32_t>(usable.size()),
                  seed_of(static_cast<std::uint64_t>(study.seed), {std::string_view("split"), std::int64_t{split}}));
  std::erase_if(order, [&](std::int32_t index) { return !usable[static_cast<std::size_t>(index)]; });
  const auto middle = order.begin() + study.split.source;
  ClassSplit class_split{{order.begin(), middle}, {middle, middle + study.split.target}};
  std::sort(class_split.source.begin(), class_split.source.end());
  std::sort(class_split.target.begin(), class_split.target.end());
  return class_split;
}

void check_listed(const ClassSplit& class_split, std::int32_t classes, std::size_t split) {
  for (const auto index : class_split.source) {
    if (std::find(class_split.target.begin(), class_split.target.end(), index) == class_split.target.end()) continue;
    throw CompileError{{"split " + std::to_string(split) + " lists class " + std::to_string(index) + " on both sides",
                        "the halves do not overlap", "Remove it from one."}};
  }
  for (const auto* half : {&class_split.source, &class_split.target}) {
    std::set<std::int32_t> seen;
    for (const auto index : *half) {
      if (index < 0 || index >= classes) {
        throw CompileError{{"split " + std::to_string(split) + " lists class " + std::to_string(index),
                            "there are " + std::to_string(classes) + " classes, numbered from 0", "Correct the list."}};
      }
      if (!seen.insert(index).second) {
        throw CompileError{{"split " + std::to_string(split) + " lists class " + std::to_string(index) + " twice",
                            "each class is one label", "Remove it once."}};
      }
    }
  }
}

std::vector<ClassSplit> random_class_splits(const study::Study& study, const std::string& data,
                                            const std::vector<bool>& usable) {
  const auto& split = study.split;
  const auto classes = std::count(usable.begin(), usable.end(), true);
  if (split.source + split.target > classes) {
    throw CompileError{{"a split wants " + std::to_string(split.source) + " source and " +
                            std::to_string(split.target) + " target classes",
                        "data '" + data + "' has " + std::to_string(classes) +
                            (classes < static_cast<std::ptrdiff_t>(usable.size()) ? " with enough images" : ""),
                        "Lower split.source or split.target."}};
  }
  std::vector<ClassSplit> all;
  for (std::int32_t s = 1; s <= split.count; ++s) all.push_back(drawn(study, usable, s));
  return all;
}

}  // namespace

std::vector<ClassSplit> class_splits_of(const study::Study& study, std::int32_t classes, std::vector<bool> usable) {
  const auto& split = study.split;
  using Kind = study::Split::Kind;
  const bool divides_classes = split.kind != Kind::none && split.kind != Kind::images;
  if (!divides_classes) return std::vector<ClassSplit>(static_cast<std::size_t>(split.count));
  const std::string data = study::divided_data(study);
  if (classes < 0) {
    throw CompileError{
        {"nothing is known of data '" + data + "', whose classes are divided", "", "Name it under [data]."}};
  }
  usable.resize(static_cast<std::size_t>(classes), true);
  if (split.kind == study::Split::Kind::random) return random_class_splits(study, data, usable);
  for (std::size_t s = 0; s < split.listed.size(); ++s) check_listed(split.listed[s], classes, s + 1);
  return split.listed;
}

}  // namespace espalier::plan
