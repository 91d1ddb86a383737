// Puts the names by which ids and tables know axes in the place of newer ones that a study may use.
#include "study/parse/stored_names.hpp"

#include "espalier/study/parse.hpp"

namespace espalier::study {
namespace {

void rename(std::string& axis) { axis = stored_axis_name(axis); }

void rename(std::vector<std::string>& axes) {
  for (auto& axis : axes) rename(axis);
}

void rename(std::optional<Start>& start) {
  if (start) rename(start->same);
}

void rename(std::vector<std::pair<std::string, Value>>& fixed) {
  for (auto& [axis, value] : fixed) rename(axis);
}

void rename(std::vector<Take>& takes) {
  for (auto& take : takes) {
    rename(take.values);
    rename(take.mean_over);
    rename(take.per);
  }
}

void rename(RatioSpec& ratio) {
  for (auto* side : {&ratio.over, &ratio.under}) {
    for (auto& condition : *side) rename(condition.axis);
  }
}

void rename(Experiment& experiment) {
  rename(experiment.start);
  for (auto& units : experiment.units_from) rename(units.run);
  for (auto& axis : experiment.axes) {
    rename(axis.name);
    rename(axis.by);
  }
  for (auto& zip : experiment.zips) rename(zip);
  rename(experiment.fixed);
  rename(experiment.takes);
  for (auto& one : experiment.cases) {
    rename(one.fixed);
    rename(one.takes);
  }
}

}  // namespace

void use_stored_axis_names(Study& study) {
  for (auto& experiment : study.experiments) rename(experiment);
  for (auto& figure : study.figures) {
    rename(figure.x);
    rename(figure.series);
    if (figure.ratio) rename(*figure.ratio);
  }
  for (auto& table : study.tables) {
    rename(table.by);
    rename(table.ratio);
  }
}

}  // namespace espalier::study
