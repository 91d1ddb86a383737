// Looks up an experiment's axis and the data set that is divided.
#include "espalier/study/study.hpp"

namespace espalier::study {

const Axis* find_axis(const Experiment& experiment, const std::string& name) {
  for (const auto& axis : experiment.axes) {
    if (axis.name == name) return &axis;
  }
  return nullptr;
}

std::string divided_data(const Study& study) {
  if (!study.split.data.empty()) return study.split.data;
  if (!study.sources.empty()) return study.sources.front().data;
  return study.targets.empty() ? "" : study.targets.front().data;
}

}  // namespace espalier::study
