// Holds the table of kinds of experiments.
#include "espalier/study/kinds.hpp"

#include <algorithm>

namespace espalier::study {

const std::vector<KindRow>& kinds() {
  static const std::vector<KindRow> rows = {
      {Kind::train, "train", "train networks"},
      {Kind::evaluate, "evaluate", "measure finished networks"},
      {Kind::linear, "linear", "fit linear classifiers to features"},
      {Kind::distance, "distance", "compare a source's and a target's images"},
      {Kind::retrieval, "retrieval", "look a target's images up among a source's"},
      {Kind::neighbours, "neighbours", "find the nearest neighbours of images by their features"},
      {Kind::pick, "pick", "choose among finished runs"},
  };
  return rows;
}

std::vector<std::string> kind_names() {
  std::vector<std::string> names;
  for (const auto& row : kinds()) {
    if (row.kind != Kind::pick) names.push_back(row.name);  // it has a table of its own
  }
  return names;
}

Kind kind_of(const Experiment& experiment) {
  const auto& rows = kinds();
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const KindRow& row) { return row.name == experiment.kind; });
  return found == rows.end() ? Kind::train : found->kind;
}

bool trains(const Experiment& experiment) { return kind_of(experiment) == Kind::train; }

}  // namespace espalier::study
