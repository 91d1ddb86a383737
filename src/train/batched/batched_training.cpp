// How replicas of a batched training begin, fork and end; batched_steps.cpp holds their steps.
#include "train/batched/batched_training.hpp"

#include <algorithm>

#include "espalier/task/sharing.hpp"
#include "train/prepare_network.hpp"

namespace espalier::train {

BatchedTraining::BatchedTraining(BundleState& bundle, const std::vector<Members>& families)
    : bundle_(bundle),
      timeline_(bundle.timeline(families.front().front())),
      network_(bundle.job(families.front().front()).network,
               bundle.job(families.front().front()).task.form.cached_units,
               task::training(bundle.job(families.front().front()).task)) {
  for (const auto& members : families) {  // all count as started, whichever of them ends first
    if (!bundle_.job(members.front()).resume.empty()) continue;
    for (const std::size_t m : members) bundle_.sink().started(m, {});
  }
  for (const auto& members : families) add(members);
}

void BatchedTraining::add(const Members& members) {
  const Job& job = bundle_.job(members.front());
  model::UnitNetwork network = prepare_network(job, bundle_.device_context().device());
  Optimiser optimiser(network, task::training(job.task));
  Replica replica;
  replica.family = families_.size();
  if (!job.resume.empty()) {
    const auto prefix_state = [&](task::Moment at) {
      return task::prefix_state_id(task::training(job.task), timeline_, at);
    };
    const Snapshot state = load(job.artifact_dir, job.resume, prefix_state);
    restore(state, network, optimiser);
    at_ = state.position.at;
    replica.running = state.position.running;
  }
  std::vector<task::Trajectory> family;
  for (const std::size_t m : members) family.push_back({&task::training(bundle_.job(m).task), bundle_.timeline(m)});
  network_.append(network, optimiser);
  families_.push_back({members, task::stage_tree(family, index()), stream_of(members, network)});
  replicas_.push_back(std::move(replica));
  if (job.resume.empty()) return;
  for (const std::size_t m : members) bundle_.sink().started(m, at_);
}

std::size_t BatchedTraining::stream_of(const Members& members, const model::UnitNetwork& network) {
  const Job& job = bundle_.job(members.front());
  const auto& spec = task::training(job.task);
  frame::Writer key;
  key& task::prefix_key(spec, job.task.form.cached_units) & spec.images & spec.order_seed & spec.augment_seed &
      spec.augment.flip;
  const auto [known, is_new] = stream_index_.try_emplace(key.take(), streams_.size());
  if (is_new) {
    auto sets = std::make_unique<ImageSets>(job);
    auto inputs = std::make_unique<FeatureInputs>(job, *sets, bundle_.device_context().features(), network);
    streams_.push_back({std::move(sets), std::move(inputs), spec.order_seed, {}});
  }
  for (const std::size_t m : members) streams_[known->second].sets->add(bundle_.job(m));
  return known->second;
}

ControlFlag BatchedTraining::run() {
  ControlFlag flag = ControlFlag::go_on;
  while (fill_features(flag) && !replicas_.empty() && flag == ControlFlag::go_on) {
    if (at_.step == timeline_.steps_per_epoch() || any_due()) flag = measure_all();
    if (flag == ControlFlag::go_on) flag = pass_stage_ends();
    if (flag == ControlFlag::go_on && !replicas_.empty()) flag = train_some();
  }
  bundle_.charge(all_open(), 0);
  if (flag == ControlFlag::stop) save_all(false);
  return flag;
}

bool BatchedTraining::fill_features(ControlFlag& flag) {
  for (Stream& stream : streams_) {
    const auto go_on = [&] { return (flag = bundle_.ask(all_open(), at_)) == ControlFlag::go_on; };
    if (!stream.inputs->is_filled() && !stream.inputs->fill(go_on)) return false;
  }
  return true;
}

Members BatchedTraining::members_of(const Replica& replica, const std::vector<std::size_t>& indices) const {
  Members members;
  for (const std::size_t i : indices) members.push_back(families_[replica.family].members[i]);
  return members;
}

Members BatchedTraining::all_open() const {
  Members all;
  for (const Replica& replica : replicas_) {
    const Members open = bundle_.open_of(members_of(replica));
    all.insert(all.end(), open.begin(), open.end());
  }
  return all;
}

/// At the end of a replica's stage: ends the members that end there, and forks the replica for those that go on.
ControlFlag BatchedTraining::pass_stage_ends() {
  const auto at_end = [this](const Replica& replica) { return stage_of(replica).end <= index(); };
  while (std::any_of(replicas_.begin(), replicas_.end(), at_end)) {
    std::vector<std::int64_t> from;
    std::vector<Replica> replicas;
    for (std::size_t i = 0; i < replicas_.size(); ++i) {
      if (!at_end(replicas_[i])) {
        from.push_back(static_cast<std::int64_t>(i));
        replicas.push_back(replicas_[i]);
        continue;
      }
      const ControlFlag flag = end_members(i);
      if (flag != ControlFlag::go_on) return flag;
      for (const std::size_t next : stage_of(replicas_[i]).next) {
        from.push_back(static_cast<std::int64_t>(i));
        replicas.push_back(replicas_[i]);
        replicas.back().stage = next;
      }
    }
    replace(from, std::move(replicas));
  }
  keep_open();
  return ControlFlag::go_on;
}

ControlFlag BatchedTraining::end_members(std::size_t replica) {
  const Members ended = bundle_.open_of(members_of(replicas_[replica], stage_of(replicas_[replica]).ended));
  if (ended.empty()) return ControlFlag::go_on;
  if (!measured_) {
    const ControlFlag flag = measure(replica, ended);
    if (flag != ControlFlag::go_on) return flag;
  }
  for (const std::size_t member : bundle_.open_of(ended)) {
    finish(bundle_, member, timeline_.normalised(at_), *stream_of(replicas_[replica]).sets,
           replicas_[replica].predicted, [&] { return network_of(replica); });
  }
  return ControlFlag::go_on;
}

/// Drops replicas without open members; the other replicas' numbers do not change.
void BatchedTraining::keep_open() {
  std::vector<std::int64_t> from;
  std::vector<Replica> replicas;
  for (std::size_t i = 0; i < replicas_.size(); ++i) {
    if (bundle_.open_of(members_of(replicas_[i])).empty()) continue;
    from.push_back(static_cast<std::int64_t>(i));
    replicas.push_back(replicas_[i]);
  }
  if (replicas.size() < replicas_.size()) replace(from, std::move(replicas));
}

void BatchedTraining::replace(const std::vector<std::int64_t>& from, std::vector<Replica> replicas) {
  replicas_ = std::move(replicas);
  if (!replicas_.empty()) network_.select(from);
}

model::UnitNetwork BatchedTraining::network_of(std::size_t replica, std::unique_ptr<Optimiser>* optimiser) const {
  const Job& job = leader(replicas_[replica]);
  model::UnitNetwork network = prepare_network(job, bundle_.device_context().device());
  auto own = std::make_unique<Optimiser>(network, task::training(job.task));
  network_.extract(static_cast<std::int64_t>(replica), network, *own);
  if (optimiser) *optimiser = std::move(own);
  return network;
}

void BatchedTraining::save_all(bool only_going) {
  if (index() == 0) return;  // nothing to save yet
  for (std::size_t i = 0; i < replicas_.size(); ++i) {
    Members members = bundle_.open_of(members_of(replicas_[i]));
    if (only_going) std::erase_if(members, [&](std::size_t m) { return bundle_.timeline(m).is_end(at_); });
    if (members.empty()) continue;
    std::unique_ptr<Optimiser> optimiser;
    const model::UnitNetwork network = network_of(i, &optimiser);
    bundle_.save(members, snapshot_of(network, *optimiser, {at_, replicas_[i].running}));
  }
  saved_ = Clock::now();
}

}  // namespace espalier::train
