#pragma once
// The axes of an experiment, a row each: all that study, grid, plan, show and report know of them stands here once.
// The training values (`train.KEY`, `source.KEY`) are axes too; their table is train_table.hpp.
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "espalier/study/kinds.hpp"
#include "espalier/study/study.hpp"
#include "espalier/study/train_values.hpp"

namespace espalier::study {

/// What the defaults of axes depend on outside the experiment.
struct GridContext {
  std::int32_t splits = 1;
  std::vector<std::string> sources, targets;  ///< names, in file order
  std::vector<std::string> networks;          ///< the first is the default
  std::map<std::string, std::int32_t> depth;  ///< units, by network name
  std::map<std::string, Value> decay_epoch;   ///< the top group's `first`, by target; "never" where it does not decay
  std::int32_t folds = 0;                     ///< 0: there is no axis `fold`
};
/// Of the study, but for decay_epoch, which needs its merged training values.
GridContext grid_context_of(const Study& study);

/// How many first units a word for `units` copies and freezes; none: it copies or freezes other than the first ones.
struct UnitsPrefix {
  std::optional<Value> transferred, frozen;
};

/// A cell while its defaults are filled in; null: the cell has no such value.
struct CellSoFar {
  const GridContext& context;
  const Value *target = nullptr, *network = nullptr;
  const UnitsPrefix* units = nullptr;
  bool starts_from_run = false;  ///< its units are copied from another experiment's run, not from a source
};

/// What an axis is in an experiment that leaves it out.
enum class LeftOut : std::uint8_t {
  absent,  ///< it has no value
  one,     ///< it has the value of `fallback`
  every,   ///< it takes every value in `known`
  cases,   ///< it takes every case of the experiment
};

struct AxisRow {
  std::string name;
  std::string meaning;  ///< in words, for readers of a report
  std::string methods;  ///< a clause of a report's protocol paragraph; "": it has none
  std::optional<Problem> (*check)(const Value& value);
  LeftOut left_out = LeftOut::absent;
  std::optional<Value> (*fallback)(const CellSoFar& cell) = nullptr;
  std::vector<Value> (*known)(const GridContext& context) = nullptr;  ///< the values there are; null: any that `check`
                                                                      ///< allows
  bool repeats = false;       ///< repeats a setting: means are over it, and `axis = n` means 1 to n
  bool counts_units = false;  ///< a number of units: at most those of the network
  bool in_run_id = false;     ///< part of a run's id even where the experiment does not vary it
  std::vector<Kind> only_in;  ///< kinds of experiments that have it; empty: all
  bool is_in(Kind kind) const;
};

/// In the order in which they become columns of a grid; those that may be left out come after what their default needs.
const std::vector<AxisRow>& axes();
/// Null: no such axis, or a training value.
const AxisRow* axis_row(const std::string& name);
/// What the axis is in this experiment where that leaves it out. Differs from `row.left_out` where nothing is trained,
/// and for `source` where units come from another experiment's run: it is absent then, unless runs are found by it. So
/// is `fold` in a study without folds.
LeftOut left_out_in(const AxisRow& row, const Experiment& experiment, const GridContext& context);
/// The kinds of experiments that have the axis: of `train.KEY` those that train.
std::vector<Kind> kinds_with(const std::string& axis);
/// "split", "replicate" and "fold".
bool repeats(const std::string& axis);

}  // namespace espalier::study
