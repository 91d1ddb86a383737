#pragma once
// Trains jobs of one family: shared steps are taken once, and the state is copied where they part.
#include <memory>
#include <optional>

#include "espalier/task/stage_tree.hpp"
#include "train/bundle/bundle_state.hpp"
#include "train/bundle/measure.hpp"
#include "train/bundle/stop_tracks.hpp"
#include "train/engine.hpp"

namespace espalier::train {

class TreeTraining {
 public:
  /// `members` share family, form and resume artifact. Throws UsageError where their task is impossible.
  TreeTraining(BundleState& bundle, const Members& members);

  /// Runs until all members have ended, or until a flag says to stop (states are saved) or cancel (they are not).
  ControlFlag run();

 private:
  /// The state at a fork, and the members of branches that have not been trained yet.
  struct Fork {
    Snapshot state;
    Members members;
    bool saved = false;
  };

  ControlFlag walk(std::size_t stage);
  ControlFlag branch(const task::Stage& stage);
  ControlFlag advance(const task::Stage& stage);
  ControlFlag train_epoch(const task::Stage& stage);
  ControlFlag take_steps(const task::Stage& stage);
  ControlFlag measure(const Members& members);
  ControlFlag measure_where_due(const task::Stage& stage);
  ControlFlag end_members(const task::Stage& stage);
  // Rules to stop (tree_training_stops.cpp).
  void begin_tracks();
  void keep_tracks_of(const task::Stage& stage);
  bool is_judged(std::size_t member) const;
  bool any_due() const;
  std::int64_t next_due(std::int64_t most) const;
  void judge();
  Members stopped_members() const;
  std::int64_t result_of(std::size_t member) const;
  ControlFlag end_stopped();
  ControlFlag end_with(std::int64_t result, const Members& members);
  Occasion end_at(task::Moment at) const;
  ControlFlag measure_ended(task::Moment at, const Members& members);
  void save_if_due(const task::Stage& stage);
  void save_all(const Members& members);
  Snapshot snapshot() const;

  Members of(const Members& indices) const;
  const Job& leader() const { return bundle_.job(members_.front()); }
  std::int64_t index() const { return timeline_.index(position_.at); }
  bool any_open(const task::Stage& stage) const { return !bundle_.open_of(of(stage.members)).empty(); }

  BundleState& bundle_;
  Members members_;  ///< of the bundle; stages index this list
  task::Timeline timeline_;
  task::StageTree tree_;
  ImageSets sets_;
  std::unique_ptr<Engine> engine_;
  Position position_;
  Members stage_members_;
  std::vector<Fork> forks_;
  StopTracks stops_;                        ///< of the trajectory that is being trained
  std::optional<Measurement> measurement_;  ///< of this very state
  Predictions predicted_;
  std::optional<std::int64_t> measured_;  ///< the last step at which all members of the stage were measured
  Clock::time_point saved_ = Clock::now();
};

}  // namespace espalier::train
