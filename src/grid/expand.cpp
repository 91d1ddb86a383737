// Multiplies an experiment's axes into cells and drops those that an exclusion rule removes.
#include <algorithm>

#include "espalier/core/errors.hpp"
#include "espalier/grid/grid.hpp"
#include "espalier/grid/rules.hpp"
#include "grid/axis_defaults.hpp"
#include "grid/dimensions.hpp"
#include "grid/shapes.hpp"

namespace espalier::grid {
namespace {

class Expander {
 public:
  Expander(const study::Experiment& experiment, const GridContext& context) : dimensions_(experiment, context) {
    grid_.columns = columns_of(experiment, context);
    shapes_ = shapes_of(experiment, grid_.columns, context);
    for (const auto& one : shapes_) grid_.shapes.push_back(one.shape);
    for (const auto& rule : experiment.excludes) grid_.excluded[rule.name] = 0;
    values_.resize(grid_.columns.size());
    case_column_ = grid_.column("case");
    defaults_.emplace(experiment, grid_.columns, context);
    rules_.emplace(experiment.excludes, grid_.columns);
    check_cases_vary_no_axis(experiment);
  }

  Grid run() {
    visit(0);
    return std::move(grid_);
  }

 private:
  void check_cases_vary_no_axis(const study::Experiment& experiment) const {
    for (const auto& one : experiment.cases) {
      for (const auto& [name, value] : one.fixed) {
        for (const auto& axis : experiment.axes) {
          if (axis.name != name) continue;
          throw UsageError("case '" + one.name + "' fixes '" + name + "'", "the experiment varies it",
                           "Remove it from the case or from the axes.");
        }
      }
    }
  }

  void visit(std::size_t at) {
    if (at == dimensions_.all().size()) return leaf();
    const auto& dimension = dimensions_.all()[at];
    const std::string followed = dimension.by.empty() ? "" : to_string(*values_[column_of(dimension.by)]);
    const auto size = dimension.size(followed);
    if (size < 0) {
      throw UsageError("zipped axes '" + dimension.axes[0]->name + "' and others differ in length",
                       "they advance together", "Give them equally many values.");
    }
    if (size == 0 && !dimension.by.empty()) {
      throw UsageError(
          "axis '" + dimension.axes[0]->name + "' has no values where " + dimension.by + " is '" + followed + "'",
          "it follows '" + dimension.by + "'", "Add '" + followed + " = [...]'.");
    }
    for (std::int64_t i = 0; i < size; ++i) {
      for (std::size_t a = 0; a < dimension.axes.size(); ++a) {
        values_[column_of(dimension.axes[a]->name)] = dimension.values(a, followed)[static_cast<std::size_t>(i)];
      }
      visit(at + 1);
    }
  }

  std::size_t column_of(const std::string& axis) const { return static_cast<std::size_t>(grid_.column(axis)); }

  std::int32_t shape_now() const {
    if (case_column_ < 0) return 0;
    const auto at = static_cast<std::size_t>(case_column_);
    const auto& value = values_[at] ? values_[at] : shapes_.front().values[at];  // an axis, or fixed
    if (!value) {
      throw UsageError("a selection takes 'case'", "a case says what is fixed and taken before anything is chosen",
                       "Take the axes that the cases fix.");
    }
    const std::string name = to_string(*value);
    for (std::size_t i = 0; i < shapes_.size(); ++i) {
      if (shapes_[i].shape.case_name == name) return static_cast<std::int32_t>(i);
    }
    throw UsageError("there is no case '" + name + "'", "the axis 'case' names it",
                     "Add 'case." + name + " = { ... }'.");
  }

  void leaf() {
    Cell cell;
    cell.shape = shape_now();
    const auto& shape = shapes_[static_cast<std::size_t>(cell.shape)];
    cell.values = shape.values;
    for (std::size_t i = 0; i < values_.size(); ++i) {
      if (values_[i]) cell.values[i] = values_[i];
    }
    defaults_->fill(cell.values, shape.shape.origins);
    if (const auto* rule = rules_->excluding(cell.values)) ++grid_.excluded[*rule];
    else grid_.cells.push_back(std::move(cell));
  }

  Dimensions dimensions_;
  Grid grid_;
  std::vector<ShapeValues> shapes_;
  std::vector<std::optional<study::Value>> values_;  ///< of the axes that vary
  std::int32_t case_column_ = -1;
  std::optional<AxisDefaults> defaults_;
  std::optional<Rules> rules_;
};

study::Diagnostic finding(const study::Experiment& experiment, const Problem& problem) {
  return {study::Diagnostic::Severity::error, experiment.where, "experiment." + experiment.name, problem};
}

}  // namespace

std::int32_t Grid::column(const std::string& axis) const {
  const auto found = std::find(columns.begin(), columns.end(), axis);
  return found == columns.end() ? -1 : static_cast<std::int32_t>(found - columns.begin());
}

double product(const study::Experiment& experiment, const GridContext& context) {
  return Dimensions(experiment, context).product();
}

Grid expand(const study::Experiment& experiment, const GridContext& context,
            std::vector<study::Diagnostic>& diagnostics) {
  try {
    return Expander(experiment, context).run();
  } catch (const MalformedRule& rule) {
    auto found = finding(experiment, rule.problem);
    found.where = rule.where;
    found.key += ".exclude.when";
    diagnostics.push_back(std::move(found));
  } catch (const UsageError& error) {
    diagnostics.push_back(finding(experiment, error.problem()));
  }
  return {};
}

}  // namespace espalier::grid
