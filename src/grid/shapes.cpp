// Works out which columns an experiment has, and for each case whether axis, case, fixed value or selection fills them.
#include "grid/shapes.hpp"

#include <algorithm>

namespace espalier::grid {
namespace {

/// Whether it has a column where the experiment leaves it out.
bool has_default(const study::Experiment& experiment, const study::AxisRow& row, const GridContext& context) {
  const auto left_out = left_out_in(row, experiment, context);
  return left_out == study::LeftOut::one || left_out == study::LeftOut::every;
}

void add_once(std::vector<std::string>& all, const std::string& name) {
  if (std::find(all.begin(), all.end(), name) == all.end()) all.push_back(name);
}

class ShapeMaker {
 public:
  ShapeMaker(const study::Experiment& experiment, const std::vector<std::string>& columns, const GridContext& context)
      : experiment_(experiment), columns_(columns), context_(context) {
    made_.shape.origins.assign(columns.size(), Origin::absent);
    made_.values.resize(columns.size());
  }
  void fixed(const std::vector<std::pair<std::string, study::Value>>& entries, Origin origin) {
    for (const auto& [name, value] : entries) set(name, origin, value);
  }
  void takes(const std::vector<study::Take>& takes) {
    for (const auto& take : takes) {
      made_.shape.takes.push_back(&take);
      for (const auto& name : take.values) set(name, Origin::taken, std::nullopt);
    }
  }
  void axis(const std::string& name) { set(name, Origin::axis, std::nullopt); }
  ShapeValues finish(const std::string& case_name) {
    made_.shape.case_name = case_name;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const auto* row = study::axis_row(columns_[i]);
      if (row && made_.shape.origins[i] == Origin::absent && has_default(experiment_, *row, context_))
        made_.shape.origins[i] = Origin::fallback;
    }
    return std::move(made_);
  }

 private:
  void set(const std::string& name, Origin origin, std::optional<study::Value> value) {
    const auto at = static_cast<std::size_t>(std::find(columns_.begin(), columns_.end(), name) - columns_.begin());
    made_.shape.origins[at] = origin;
    made_.values[at] = std::move(value);
  }
  const study::Experiment& experiment_;
  const std::vector<std::string>& columns_;
  const GridContext& context_;
  ShapeValues made_;
};

/// Values of the most specific origin win: axes, then the case's own, then the experiment's.
ShapeValues shape_of(const study::Experiment& experiment, const std::vector<std::string>& columns,
                     const GridContext& context, const study::Case* one) {
  ShapeMaker maker(experiment, columns, context);
  maker.fixed(experiment.fixed, Origin::fixed);
  if (one) maker.takes(one->takes);
  maker.takes(experiment.takes);
  if (one) maker.fixed(one->fixed, Origin::in_case);
  for (const auto& axis : experiment.axes) maker.axis(axis.name);
  return maker.finish(one ? one->name : "");
}

}  // namespace

std::vector<std::string> columns_of(const study::Experiment& experiment, const GridContext& context) {
  std::vector<std::string> columns;
  for (const auto& axis : experiment.axes) add_once(columns, axis.name);
  if (!experiment.cases.empty()) add_once(columns, "case");
  for (const auto& [name, value] : experiment.fixed) add_once(columns, name);
  for (const auto& take : experiment.takes) {
    for (const auto& name : take.values) add_once(columns, name);
  }
  for (const auto& one : experiment.cases) {
    for (const auto& [name, value] : one.fixed) add_once(columns, name);
    for (const auto& take : one.takes) {
      for (const auto& name : take.values) add_once(columns, name);
    }
  }
  for (const auto& row : study::axes()) {
    if (has_default(experiment, row, context)) add_once(columns, row.name);
  }
  return columns;
}

std::vector<ShapeValues> shapes_of(const study::Experiment& experiment, const std::vector<std::string>& columns,
                                   const GridContext& context) {
  std::vector<ShapeValues> all;
  if (experiment.cases.empty()) all.push_back(shape_of(experiment, columns, context, nullptr));
  for (const auto& one : experiment.cases) all.push_back(shape_of(experiment, columns, context, &one));
  return all;
}

}  // namespace espalier::grid
