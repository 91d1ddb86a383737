#pragma once
// Finds the finished run that a run of another experiment starts from: the one with equal labels.
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "espalier/plan/plan.hpp"
#include "plan/findings.hpp"

namespace espalier::plan {

struct FoundRun {
  std::size_t index = 0;  ///< into the parent's runs
};
struct NoRun {
  std::vector<Label> wanted;  ///< the labels that no run has; an absent one is left out
};
struct SeveralRuns {
  std::size_t runs = 0;
  std::vector<std::string> differ;  ///< axes in which they differ, in the order of their labels
};
using ParentRun = std::variant<FoundRun, NoRun, SeveralRuns>;

/// The runs of one experiment by their labels on the axes `same`. Values are equal where their texts are: write them in
/// one form before ("all" and the number it comes to are two texts). A label that is absent equals only an absent one.
/// Ask only once the child's labels on `same` are known: "later" is found nowhere, unless a parent's is "later" too.
class ParentRuns {
 public:
  ParentRuns(const std::vector<PlannedRun>& runs, std::vector<std::string> same);
  /// The run whose labels on `same` equal these; takes time of one hash, whatever the number of runs.
  ParentRun of(const std::vector<Label>& labels) const;

 private:
  struct Equals {
    std::size_t first = 0, runs = 0;
    std::vector<std::string> differ;
  };
  std::string key_of(const std::vector<Label>& labels) const;

  std::vector<std::string> same_;
  std::unordered_map<std::string, Equals> groups_;
};

/// What is wrong where it is not one run, for the study's reader.
CompileError error_of(const NoRun& none, const study::Start& start);
CompileError error_of(const SeveralRuns& several, const study::Start& start);

}  // namespace espalier::plan
