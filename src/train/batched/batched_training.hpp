#pragma once
// Trains jobs that differ in numbers only as replicas of one batched network after their cached units.
#include <map>
#include <memory>

#include "espalier/task/stage_tree.hpp"
#include "train/batched/batched_network.hpp"
#include "train/bundle/bundle_state.hpp"
#include "train/bundle/measure.hpp"

namespace espalier::train {

class BatchedTraining {
 public:
  /// Each of `families` holds members that share family, form and resume artifact. All jobs have one shape and equally
  /// many images. Either no job resumes, or there is only one family. Throws UsageError where a task is impossible.
  BatchedTraining(BundleState& bundle, const std::vector<Members>& families);

  /// Runs until all members have ended, or until a flag says to stop (states are saved) or cancel (they are not).
  ControlFlag run();

 private:
  struct Family {
    Members members;  ///< of the bundle; stages index this list
    task::StageTree tree;
    std::size_t stream = 0;
  };
  /// The source of minibatches of replicas; replicas of one replicate share a stream.
  struct Stream {
    std::unique_ptr<ImageSets> sets;  ///< of all its members; the inputs refer to them
    std::unique_ptr<FeatureInputs> inputs;
    std::uint64_t order_seed = 0;
    std::vector<std::int32_t> order;  ///< of the epoch's images
  };
  struct Replica {
    std::size_t family = 0, stage = 0;
    Score running;
    Predictions predicted;
  };
  struct Batch {
    at::Tensor inputs;
    std::vector<at::Tensor> labels;  ///< by replica
    std::int64_t images = 0;
  };

  void add(const Members& members);
  std::size_t stream_of(const Members& members, const model::UnitNetwork& network);
  bool fill_features(ControlFlag& flag);
  ControlFlag train_some();
  void start_epoch();
  ControlFlag step();
  Batch next_batch();
  std::vector<ReplicaStep> replica_steps() const;
  ControlFlag measure(std::size_t replica, const Members& members);
  bool any_due() const;
  ControlFlag measure_all();
  ControlFlag pass_stage_ends();
  ControlFlag end_members(std::size_t replica);
  void keep_open();
  void replace(const std::vector<std::int64_t>& from, std::vector<Replica> replicas);
  void save_all(bool only_going);
  model::UnitNetwork network_of(std::size_t replica, std::unique_ptr<Optimiser>* optimiser = nullptr) const;

  const Stream& stream_of(const Replica& replica) const { return streams_[families_[replica.family].stream]; }
  const task::Stage& stage_of(const Replica& replica) const { return families_[replica.family].tree[replica.stage]; }
  Members members_of(const Replica& replica, const std::vector<std::size_t>& indices) const;
  Members members_of(const Replica& replica) const { return members_of(replica, stage_of(replica).members); }
  Members all_open() const;
  const Job& leader(const Replica& replica) const { return bundle_.job(members_of(replica).front()); }
  std::int64_t index() const { return timeline_.index(at_); }

  BundleState& bundle_;
  task::Timeline timeline_;
  task::Moment at_;
  std::vector<Family> families_;
  std::vector<Stream> streams_;
  std::map<std::string, std::size_t> stream_index_;
  std::vector<Replica> replicas_;
  BatchedNetwork network_;
  bool measured_ = false;  ///< whether all replicas are measured at this moment
  Clock::time_point saved_ = Clock::now();
};

}  // namespace espalier::train
