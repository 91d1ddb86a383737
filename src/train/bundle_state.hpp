#pragma once
// Bookkeeping of the bundle in work: which members have ended, orders, costs, checkpoints.
#include <chrono>

#include "espalier/model/reducer.hpp"
#include "espalier/task/timeline.hpp"
#include "espalier/train/place.hpp"
#include "espalier/train/training.hpp"
#include "train/evaluate.hpp"
#include "train/snapshot.hpp"

namespace espalier::train {

using Clock = std::chrono::steady_clock;

inline double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Of a smoke run, one step.
task::Timeline timeline_of(const Job& job);

class BundleState {
 public:
  BundleState(const std::vector<Job>& jobs, Place& place, Control& control, Sink& sink,
              model::Reducer* group = nullptr);

  const Job& job(std::size_t member) const { return jobs_[member]; }
  const task::Timeline& timeline(std::size_t member) const { return timelines_[member]; }
  std::size_t size() const { return jobs_.size(); }
  Place& place() { return place_; }
  Sink& sink() { return sink_; }
  model::Reducer* group() { return group_; }  ///< null: alone
  /// Writes files.
  bool leads() const { return !group_ || group_->rank() == 0; }

  bool is_open(std::size_t member) const { return !closed_[member]; }
  Members open_of(const Members& members) const;
  void end(std::size_t member, End end, const std::string& text = "");
  void end_all(const Members& members, End end, const std::string& text = "");

  /// What others want, and a heartbeat when one is due. Members that are cancelled end here. In a group this is what
  /// its members have agreed on: a wish that is new here travels with the next step.
  Order ask(const Members& members, task::Moment at);
  /// What this trainer wishes: a number for each order, one for each task to be cancelled; 0: no.
  std::vector<double>& wishes() { return wishes_; }
  /// The wishes are those of the whole group now.
  void agree();
  /// Time since the last call is spent by `members` in equal parts; images count for the first of them.
  void charge(const Members& members, std::int64_t images);
  void count_images(std::size_t member, std::int64_t images) { spent_[member].epoch_images += images; }

  /// Writes a training checkpoint for all of `members`, which are in this state.
  void save(const Members& members, const Snapshot& snapshot);

 private:
  const std::vector<Job>& jobs_;
  Place& place_;
  Control& control_;
  Sink& sink_;
  std::vector<task::Timeline> timelines_;
  std::vector<bool> closed_;
  std::vector<Outcome> spent_;
  model::Reducer* group_;
  std::vector<double> wishes_;
  Order agreed_ = Order::go_on;
  Clock::time_point told_ = Clock::now(), charged_ = told_;
};

/// The labels of the images at `positions`.
at::Tensor labels_at(const data::ImageSet& set, const std::vector<std::int64_t>& positions);

/// "the training loss is not a number at epoch 3, step 2".
std::string divergence_text(const std::string& what, double loss, task::Moment at);

}  // namespace espalier::train
