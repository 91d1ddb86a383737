#pragma once
#include <map>
#include <vector>

#include "sched/task_queue.hpp"

namespace espalier::sched {

/// Seconds of a bundle on one worker by its tasks' estimates: what members of one family share is counted once.
class BundleCost {
 public:
  void add(const std::vector<Entry*>& entries);
  /// Adds all of `more`, or those that keep the bundle within `limit_s`, first come first. Returns what it added.
  std::vector<Entry*> fitting(const std::vector<Entry*>& more, double limit_s);
  double seconds() const { return seconds_; }

 private:
  static double family_s(const std::vector<const Entry*>& family);

  std::map<std::uint64_t, std::vector<const Entry*>> families_;
  double seconds_ = 0;
};

}  // namespace espalier::sched
