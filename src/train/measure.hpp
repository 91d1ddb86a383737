#pragma once
// Measures once for all members of a stage that share a state, and gives the rows to those that want them.
#include <map>

#include "train/bundle_state.hpp"

namespace espalier::train {

/// A measurement made once for all members that want it.
class Measurement {
 public:
  /// `at` must be normalised; `members` are in one state there, and `running` holds the epoch's sums so far.
  Measurement(BundleState& bundle, const Members& members, task::Moment at, const Score& running);

  /// Measures at the end of an epoch, or of the training of members that end within one. Rows are given out together,
  /// or not at all if interrupted, since a training resumed from here measures again. A loss that is not finite ends
  /// the members.
  Order run(const Evaluate& evaluate);

  /// Predictions on the test images; empty unless measured.
  const std::vector<std::int32_t>& predicted() const { return predicted_; }

 private:
  bool ends(std::size_t member) const { return bundle_.timeline(member).is_end(at_); }
  bool due(std::size_t member) const;
  bool wants(std::size_t member, metrics::Subset subset) const;
  void give_out(const std::map<metrics::Subset, metrics::Row>& rows);

  BundleState& bundle_;
  Members members_;
  task::Moment at_;
  Score running_;
  std::vector<std::int32_t> predicted_;
};

/// Writes the files of a member that has ended; `network` is called only if the network is kept.
void finish(BundleState& bundle, std::size_t member, task::Moment at, const std::vector<std::int32_t>& predicted,
            const std::function<model::UnitNetwork()>& network);

}  // namespace espalier::train
