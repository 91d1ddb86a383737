#pragma once
#include <vector>

#include "sched/task_queue.hpp"

namespace espalier::sched {

/// Seconds of a bundle on one worker by its tasks' estimates: what members of one family share is counted once.
class BundleCost {
 public:
  /// What the bundle costs with `entry` in it, too.
  double with(const Entry& entry) const;
  void add(const Entry& entry);
  double seconds() const { return seconds_; }

 private:
  double family_s(const std::vector<const Entry*>& family) const;

  std::map<std::uint64_t, std::vector<const Entry*>> families_;
  double seconds_ = 0;
};

}  // namespace espalier::sched
