#pragma once
// Checks the content of packs before the first of their images is used.
#include <functional>
#include <set>
#include <string>

#include "espalier/data/pack.hpp"

namespace espalier::trainer {

/// Remembers which packs this process has checked.
class PackChecks {
 public:
  /// Reads the pack of `digest` whole, the first time that it is asked for; `alive` is called now and then meanwhile.
  /// Waits while another trainer of this machine does so, and reads it then. Throws EnvironmentError where it is
  /// damaged: no task is to blame.
  void check(const std::string& digest, const data::PackPaths& packs, const std::function<void()>& alive);

 private:
  std::set<std::string> checked_;
};

}  // namespace espalier::trainer
