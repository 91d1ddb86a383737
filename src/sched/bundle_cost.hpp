#pragma once
// Estimates the seconds of a bundle, counting shared steps once.
#include <map>
#include <vector>

#include "sched/task_queue.hpp"

namespace espalier::sched {

/// Seconds that these members of one family take on one worker, with shared steps counted once.
double family_seconds(const std::vector<const Entry*>& members);

/// Adds up the estimated seconds of a bundle on one worker; steps shared within a family count once.
class BundleCost {
 public:
  void add(const Entry& entry);
  /// Adds the task unless the bundle would then take more than `limit_s`; returns whether it did.
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
