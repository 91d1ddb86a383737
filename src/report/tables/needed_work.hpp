#pragma once
// Finds the tasks that a run would not be there without: its own, and what it was chosen from or takes units from.
#include <map>
#include <set>
#include <string>
#include <vector>

#include "espalier/report/run_view.hpp"
#include "espalier/study/study.hpp"

namespace espalier::report {

using TaskStates = std::set<const store::TaskState*>;

/// Follows picks, takes, `start` and `units_from`; the sources that networks are copied from are not followed.
class NeededWork {
 public:
  /// Both must outlive this.
  NeededWork(const std::vector<RunView>& views, const study::Study& study);
  /// Every task once, however many of the runs need it.
  TaskStates of(const std::vector<RunView>& runs);

 private:
  struct Link {
    std::string experiment;
    std::vector<std::string> same;  ///< axes in which its runs agree with the one that needs them
  };
  std::vector<Link> links_of(const std::string& experiment) const;
  const std::vector<const RunView*>& equal_runs(const Link& link, const RunView& run);
  void add(const RunView& run, std::set<const plan::PlannedRun*>& seen, TaskStates& tasks);

  const std::vector<RunView>& views_;
  const study::Study& study_;
  /// By experiment and axes, then by the values of these.
  std::map<std::string, std::map<std::string, std::vector<const RunView*>>> known_;
};

}  // namespace espalier::report
