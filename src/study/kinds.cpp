// Holds the table of kinds of experiments.
#include "espalier/study/kinds.hpp"

#include <algorithm>

namespace espalier::study {

const std::vector<KindRow>& kinds() {
  static const std::vector<KindRow> rows = {{.name = "train", .trains = true}, {.name = "evaluate", .trains = false}};
  return rows;
}

std::vector<std::string> kind_names() {
  std::vector<std::string> names;
  for (const auto& row : kinds()) names.push_back(row.name);
  return names;
}

bool trains(const Experiment& experiment) {
  const auto& rows = kinds();
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const KindRow& row) { return row.name == experiment.kind; });
  return found == rows.end() || found->trains;
}

}  // namespace espalier::study
