#pragma once
// Expands an experiment into cells: axes, zips, dependent axes, cases, fixed and default values, exclusions.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "espalier/study/axes.hpp"
#include "espalier/study/diagnostic.hpp"
#include "espalier/study/study.hpp"

namespace espalier::grid {

/// What expanding needs to know from outside the experiment.
using study::GridContext;

/// Where a cell's value comes from.
enum class Origin : std::uint8_t { axis, in_case, fixed, taken, fallback, absent };

/// How the columns of one case (or of an experiment without cases) get their values.
struct CellShape {
  std::string case_name;
  std::vector<Origin> origins;            ///< one per column
  std::vector<const study::Take*> takes;  ///< the case's, then the experiment's; point into the study
};

/// One value per column; none where it is taken later, or absent.
struct Cell {
  std::int32_t shape = 0;
  std::vector<std::optional<study::Value>> values;
};

struct Grid {
  std::vector<std::string> columns;  ///< own axes in file order, then further training values, then protocol axes
  std::vector<CellShape> shapes;
  std::vector<Cell> cells;                             ///< in the order of the axes, the first varying slowest
  std::map<std::string, std::int64_t> excluded;        ///< rule -> cells removed; every rule is listed
  std::int32_t column(const std::string& axis) const;  ///< -1 if there is none
};

/// Number of cells before exclusion, as a double, so that a typo such as 10^30 does not overflow.
double product(const study::Experiment& experiment, const GridContext& context);

/// Multiplies the axes and removes cells that a rule excludes. A rule that mentions a value still to be taken is
/// skipped for now. Findings (unequal zips, an unknown case, a malformed condition) go to `diagnostics`; errors leave
/// the grid empty.
Grid expand(const study::Experiment& experiment, const GridContext& context,
            std::vector<study::Diagnostic>& diagnostics);

}  // namespace espalier::grid
