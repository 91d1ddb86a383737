#pragma once
// The six experiments of Plested and Gedeon (PROTOCOLS part 1) on a small network of 8 units.
#include "support/study_builder.hpp"

namespace espalier::support {

inline const std::vector<study::Value> kPlestedSizes = {1, 2, 3, 4, 6, 8, "all"};

inline study::Study plested_study() {
  auto made = small_study(4, 8);
  const auto sizes = axis("per_class", kPlestedSizes);
  auto frozen = experiment("3.5", {axis("frozen", {0, 1, 2, 3, 4, 5, 6}), sizes}, {{"high_units", 1}});
  frozen.takes = {take({"transferred", "decay_epoch"}, {"3.3", "3.4"}, {"per_class"})};
  frozen.excludes = {{{}, "frozen beyond transferred", "frozen > transferred"}};
  auto optimum = experiment("3.6", {axis("case", {"optimal", "common", "scratch"}), sizes});
  study::Case optimal, common, scratch;
  optimal.name = "optimal";
  optimal.takes = {take({"transferred", "high_units", "decay_epoch", "frozen"}, {"3.5"}, {"per_class"})};
  common.name = "common";
  common.fixed = {{"transferred", 7}, {"high_units", "all"}, {"decay_epoch", 30}, {"frozen", 0}};
  scratch.name = "scratch";
  scratch.fixed = {{"transferred", 0}, {"high_units", "all"}, {"decay_epoch", 30}, {"frozen", 0}};
  optimum.cases = {optimal, common, scratch};
  made.experiments = {
      experiment("3.1", {axis("transferred", {4, 5, 6, 7}), sizes}, {{"high_units", "all"}, {"decay_epoch", 30}}),
      experiment("3.2", {axis("high_units", {1, 2, 3, 4, 5, 6, 7, 8}), sizes},
                 {{"transferred", 6}, {"decay_epoch", 30}}),
      experiment("3.3", {axis("transferred", {4, 5, 6, 7}), sizes, axis("decay_epoch", {5, 30})}, {{"high_units", 1}}),
      experiment("3.4", {axis("decay_epoch", {0, 1, 3, 5, 10, 20, 30}), sizes},
                 {{"transferred", 6}, {"high_units", 1}}),
      frozen,
      optimum,
  };
  return made;
}

/// A selection made by hand for one size, as the paper's Table 2 gives it.
inline plan::SelectionOutcome given(const std::string& experiment, const study::Value& size,
                                    std::vector<plan::Label> chosen) {
  plan::SelectionOutcome outcome;
  outcome.experiment = experiment;
  outcome.per = {{"per_class", to_string(size)}};
  outcome.chosen = std::move(chosen);
  return outcome;
}

}  // namespace espalier::support
