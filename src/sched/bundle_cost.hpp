#pragma once
// Estimates the seconds of a bundle, counting shared steps once.
#include <map>
#include <vector>

#include "sched/task_queue.hpp"

namespace espalier::sched {

/// Seconds of these members of one family on one worker: steps that several take are counted once.
double family_seconds(const std::vector<const Entry*>& members);

/// Seconds of a bundle on one worker by its tasks' estimates: what members of one family share is counted once.
class BundleCost {
 public:
  void add(const Entry& entry);
  /// Adds it unless the bundle would then take more than `limit_s`; says whether it did.
  bool add_within(const Entry& entry, double limit_s);
  double seconds() const { return seconds_; }

 private:
  struct Family {
    std::vector<const Entry*> members;
    double seconds = 0;
  };
  std::map<std::uint64_t, Family> families_;
  double seconds_ = 0;
};

}  // namespace espalier::sched
