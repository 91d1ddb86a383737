#pragma once
// The dimensions of a grid, each an axis or several zipped ones; dependent ones come after those they follow.
#include <string>
#include <vector>

#include "espalier/grid/grid.hpp"

namespace espalier::grid {

struct Dimension {
  std::vector<const study::Axis*> axes;  ///< these advance together
  std::string by;                        ///< name of the axis it follows; empty: none

  /// The number of values where `by` has the value `followed` (ignored unless dependent); -1 where zipped axes differ
  /// in length.
  std::int64_t size(const std::string& followed) const;
  const std::vector<study::Value>& values(std::size_t axis, const std::string& followed) const;
};

/// The axes of an experiment, and those that it leaves out and that default to several values. Throws UsageError for
/// dependences that cannot be ordered, or a zip of axes that follow different ones.
class Dimensions {
 public:
  Dimensions(const study::Experiment& experiment, const GridContext& context);
  const std::vector<Dimension>& all() const { return dimensions_; }
  double product() const;

 private:
  void add_own(const study::Experiment& experiment);
  void add_default(const study::Experiment& experiment, const std::string& name, std::vector<study::Value> values);
  void order();
  double product_from(std::size_t at, std::vector<std::pair<std::string, std::string>>& chosen) const;

  std::vector<study::Axis> defaults_;
  std::vector<Dimension> dimensions_;
};

/// Whether the experiment gives the axis a value anywhere: an axis, fixed, taken, or in one of its cases.
bool gives(const study::Experiment& experiment, const std::string& axis);

}  // namespace espalier::grid
