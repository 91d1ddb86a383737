#pragma once
// Bookkeeping of the bundle in work: which members have ended, control flags, costs, checkpoints.
#include <chrono>
#include <map>
#include <set>

#include "espalier/model/reducer.hpp"
#include "espalier/task/timeline.hpp"
#include "espalier/train/device_context.hpp"
#include "espalier/train/training.hpp"
#include "train/bundle/snapshot.hpp"
#include "train/evaluate.hpp"

namespace espalier::train {

using Clock = std::chrono::steady_clock;

inline double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// The steps of a job; only one in a smoke run.
task::Timeline timeline_of(const Job& job);

class BundleState {
 public:
  BundleState(const std::vector<Job>& jobs, DeviceContext& context, Control& control, Sink& sink,
              model::Reducer* group = nullptr);

  const Job& job(std::size_t member) const { return jobs_[member]; }
  const task::Timeline& timeline(std::size_t member) const { return timelines_[member]; }
  std::size_t size() const { return jobs_.size(); }
  DeviceContext& device_context() { return device_context_; }
  Sink& sink() { return sink_; }
  model::Reducer* group() { return group_; }  ///< null where the trainer works alone
  /// Whether this trainer writes files.
  bool leads() const { return !group_ || group_->rank() == 0; }

  bool is_open(std::size_t member) const { return !closed_[member]; }
  Members open_of(const Members& members) const;
  void end(std::size_t member, task::End end, const std::string& text = "");
  /// What a reader of the member's results should know: told with its end if it is done.
  void remark(std::size_t member, const std::string& text);
  /// The rule by which the member may end before its length; null where it has none, and in a smoke run.
  const task::StopSpec* rule(std::size_t member) const;
  /// Where the member's rule ended it: told with its end.
  void set_stopped(std::size_t member, const task::Stopped& stopped) { spent_[member].stopped = stopped; }
  const task::Stopped& stopped(std::size_t member) const { return spent_[member].stopped; }
  void end_all(const Members& members, task::End end, const std::string& text = "");

  /// Returns the control flag to follow after a step, and sends a heartbeat when one is due. Cancelled members end
  /// here. In a group the flag is the one its members have agreed on; a new flag of this trainer travels with the next
  /// step.
  ControlFlag ask(const Members& members, task::Moment at);
  /// This trainer's control flags: one number per flag, then one per task to be cancelled; 0 means no.
  std::vector<double>& control_flags() { return control_flags_; }
  /// Call when control_flags() holds the sums over the group: the members then agree on a flag.
  void agree();
  /// Charges the time since the last call to `members` in equal parts, and `images` to the first of them.
  void charge(const Members& members, std::int64_t images);
  void count_images(std::size_t member, std::int64_t images) { spent_[member].epoch_images += images; }

  /// Writes one training checkpoint for all of `members`, which share this state.
  void save(const Members& members, const Snapshot& snapshot);

 private:
  std::string remarks_of(std::size_t member) const;

  const std::vector<Job>& jobs_;
  DeviceContext& device_context_;
  Control& control_;
  Sink& sink_;
  std::vector<task::Timeline> timelines_;
  std::vector<bool> closed_;
  std::vector<Outcome> spent_;
  std::map<std::size_t, std::set<std::string>> remarks_;
  model::Reducer* group_;
  std::vector<double> control_flags_;
  ControlFlag agreed_ = ControlFlag::go_on;
  Clock::time_point told_ = Clock::now(), charged_ = told_;
};

/// The labels of the images at `positions`: [n] int64, or of several an image [n, outputs] float32.
at::Tensor labels_at(const data::ImageSet& set, const std::vector<std::int64_t>& positions);

/// For example "the training loss is not a number at epoch 3, step 2".
std::string divergence_text(const std::string& what, double loss, task::Moment at);

}  // namespace espalier::train
