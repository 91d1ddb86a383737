#pragma once
// Aggregates runs into cells: replicates and folds are averaged within a split first, so n is the number of splits.
#include <cstdint>
#include <string>

#include "espalier/metrics/share.hpp"
#include "espalier/stats/summary.hpp"

namespace espalier::stats {

enum class Presence : std::uint8_t { measured, missing, diverged };

/// One run as statistics see it. Runs with equal group, split and setting are replicates of each other.
struct Observation {
  std::vector<std::string> group;  ///< values of the axes that a cell stands for
  std::string split;
  std::string setting;  ///< values of axes averaged over within a split; "" where there are none
  std::string replicate;
  Presence presence = Presence::missing;
  metrics::Share value;    ///< of measured runs; finite
  std::string fold;        ///< of a division of its training images; "" where there is none
  bool at_chance = false;  ///< measured, but it learnt nothing: its training loss is that of a guess
};

struct RunCounts {
  int runs = 0, measured = 0, diverged = 0, missing = 0;
  int at_chance = 0;  ///< of the measured
  void add(Presence presence);
  bool complete() const { return measured == runs; }
};
/// "4" where all were measured, else "3 of 4, 1 diverged" or "1 of 4, 1 diverged, 2 missing"; "4, 2 at chance".
std::string to_string(const RunCounts& counts);

struct SplitMean {
  std::string split;
  double mean = 0;
  int runs = 0;  ///< number of measured runs in the mean
};

struct CellSummary {
  std::vector<std::string> group;
  RunCounts counts;
  std::vector<SplitMean> splits;        ///< by name
  std::vector<std::string> incomplete;  ///< splits left out because a setting or a fold has no value there
  Summary summary;                      ///< over the splits' means, or the folds of the one split
  std::optional<double> sd_within;      ///< pooled over replicates of one split; none without replicates
};

/// One cell per group, in order of first appearance. Folds of a split are averaged to its one value. Where a cell has
/// one split only and folds, the spread of these stands for that of splits (Over::folds).
std::vector<CellSummary> aggregate(const std::vector<Observation>& observations, double confidence = kConfidence);

}  // namespace espalier::stats
