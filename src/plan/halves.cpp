#include "plan/halves.hpp"

#include <algorithm>
#include <set>

#include "espalier/core/seed.hpp"
#include "plan/findings.hpp"

namespace espalier::plan {
namespace {

using Halves = study::Split::Halves;

Halves drawn(const study::Study& study, std::int32_t classes, std::int32_t split) {
  const auto order = permutation(
      classes, seed_of(static_cast<std::uint64_t>(study.seed), {std::string_view("split"), std::int64_t{split}}));
  const auto middle = order.begin() + study.split.source;
  Halves halves{{order.begin(), middle}, {middle, middle + study.split.target}};
  std::sort(halves.source.begin(), halves.source.end());
  std::sort(halves.target.begin(), halves.target.end());
  return halves;
}

void check_listed(const Halves& halves, std::int32_t classes, std::size_t split) {
  for (const auto* half : {&halves.source, &halves.target}) {
    std::set<std::int32_t> seen;
    for (const auto index : *half) {
      if (index < 0 || index >= classes) {
        throw Refusal{"split " + std::to_string(split) + " lists class " + std::to_string(index),
                      "there are " + std::to_string(classes) + " classes, numbered from 0", "Correct the list."};
      }
      if (!seen.insert(index).second) {
        throw Refusal{"split " + std::to_string(split) + " lists class " + std::to_string(index) + " twice",
                      "each class is one label", "Remove it once."};
      }
    }
  }
}

std::vector<Halves> random_halves(const study::Study& study, const std::string& data, std::int32_t classes) {
  const auto& split = study.split;
  if (split.source + split.target > classes) {
    throw Refusal{"a split wants " + std::to_string(split.source) + " source and " + std::to_string(split.target) +
                      " target classes",
                  "data '" + data + "' has " + std::to_string(classes), "Lower split.source or split.target."};
  }
  std::vector<Halves> all;
  for (std::int32_t s = 1; s <= split.count; ++s) all.push_back(drawn(study, classes, s));
  return all;
}

}  // namespace

std::string divided_data(const study::Study& study) {
  if (!study.split.data.empty()) return study.split.data;
  if (!study.sources.empty()) return study.sources.front().data;
  return study.targets.empty() ? "" : study.targets.front().data;
}

std::vector<Halves> halves_of(const study::Study& study, const Facts& facts) {
  const auto& split = study.split;
  if (split.kind == study::Split::Kind::none) return std::vector<Halves>(static_cast<std::size_t>(split.count));
  const std::string data = divided_data(study);
  const auto known = facts.data.find(data);
  if (known == facts.data.end()) {
    throw Refusal{"nothing is known of data '" + data + "', whose classes are divided", "", "Name it under [data]."};
  }
  const auto classes = static_cast<std::int32_t>(known->second.class_counts.size());
  if (split.kind == study::Split::Kind::random) return random_halves(study, data, classes);
  for (std::size_t s = 0; s < split.listed.size(); ++s) check_listed(split.listed[s], classes, s + 1);
  return split.listed;
}

}  // namespace espalier::plan
