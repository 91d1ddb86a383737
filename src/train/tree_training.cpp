#include "train/tree_training.hpp"

#include <algorithm>
#include <cmath>

#include "espalier/core/seed.hpp"
#include "espalier/task/sharing.hpp"
#include "train/prepare_network.hpp"

namespace espalier::train {

namespace {

std::unique_ptr<Inputs> inputs_of(BundleState& bundle, const Job& job, const model::UnitNetwork& network) {
  if (job.task.form.cached_units == 0) return std::make_unique<ImageInputs>(job);
  return std::make_unique<FeatureInputs>(job, bundle.features(), network);
}

}  // namespace

TreeTraining::TreeTraining(BundleState& bundle, const Members& members)
    : bundle_(bundle),
      members_(members),
      timeline_(bundle.timeline(members.front())),
      network_(prepare_network(leader())),
      inputs_(inputs_of(bundle, leader(), network_)),
      stepper_(network_, leader().task.train, timeline_, leader().task.form.cached_units, bundle.group()) {
  if (!leader().resume.empty()) {
    const auto trunk = [&](task::Moment at) { return task::trunk_id(leader().task.train, timeline_, at); };
    const Snapshot state = load(leader().artifact_dir, leader().resume, trunk);
    restore(state, network_, stepper_.optimiser());
    position_ = state.position;
  }
  std::vector<task::Trajectory> family;
  for (const std::size_t m : members_) family.push_back({&bundle.job(m).task.train, bundle.timeline(m)});
  tree_ = task::stage_tree(family, index());
  for (const std::size_t m : members_) bundle_.sink().started(m, position_.at);
}

Order TreeTraining::run() {
  stage_members_ = members_;
  Order order = Order::go_on;
  if (auto* features = dynamic_cast<FeatureInputs*>(inputs_.get())) {
    const bool filled = features->fill([&] { return (order = bundle_.ask(members_, position_.at)) == Order::go_on; });
    bundle_.charge(members_, 0);
    if (filled) order = walk(0);
  } else {
    order = walk(0);
  }
  bundle_.charge(stage_members_, 0);
  if (order == Order::stop) save_all(stage_members_);
  return order;
}

Members TreeTraining::of(const Members& places) const {
  Members members;
  for (const std::size_t place : places) members.push_back(members_[place]);
  return members;
}

/// The stage and all that follow it; the network is in the stage's first state.
Order TreeTraining::walk(std::size_t place) {
  const task::Stage& stage = tree_[place];
  if (!any_open(stage)) return Order::go_on;
  stage_members_ = of(stage.members);
  measured_.reset();
  stepper_.follow(bundle_.job(stage_members_.front()).task.train);
  Order order = advance(stage);
  if (order == Order::go_on && any_open(stage)) order = end_members(stage);
  if (order != Order::go_on || !any_open(stage)) return order;
  return branch(stage);
}

Order TreeTraining::branch(const task::Stage& stage) {
  if (stage.next.size() > 1) forks_.push_back({snapshot(), {}});
  for (std::size_t i = 0; i < stage.next.size(); ++i) {
    if (i > 0) {
      restore(forks_.back().state, network_, stepper_.optimiser());
      position_ = forks_.back().state.position;
    }
    if (stage.next.size() > 1) {
      forks_.back().members.clear();
      for (std::size_t later = i + 1; later < stage.next.size(); ++later) {
        const Members more = of(tree_[stage.next[later]].members);
        forks_.back().members.insert(forks_.back().members.end(), more.begin(), more.end());
      }
    }
    const Order order = walk(stage.next[i]);
    if (order != Order::go_on) return order;
  }
  if (stage.next.size() > 1) forks_.pop_back();
  return Order::go_on;
}

/// To the stage's last step, with what is measured on the way.
Order TreeTraining::advance(const task::Stage& stage) {
  for (;;) {
    if (position_.at.step == timeline_.steps_per_epoch()) {
      const Order order = measure(stage_members_);
      if (order != Order::go_on || !any_open(stage)) return order;
      measured_ = index();
      position_ = {timeline_.normalised(position_.at), {}};
      save_if_due(stage);
    }
    if (index() >= stage.end) return Order::go_on;
    const Order order = train_epoch(stage);
    bundle_.charge(stage_members_, 0);
    if (order != Order::go_on || !any_open(stage)) return order;
  }
}

/// To the end of the epoch, or of the stage.
Order TreeTraining::train_epoch(const task::Stage& stage) {
  const auto& job = bundle_.job(stage_members_.front());
  const auto order = permutation(static_cast<std::int32_t>(job.images->train.size()),
                                 derive(job.task.train.order_seed, static_cast<std::uint64_t>(position_.at.epoch)));
  while (position_.at.step < timeline_.steps_per_epoch() && index() < stage.end) {
    step(stage, order);
    if (!any_open(stage)) return Order::go_on;
    const Order wish = bundle_.ask(stage_members_, position_.at);
    if (wish != Order::go_on || !any_open(stage)) return wish;
  }
  return Order::go_on;
}

void TreeTraining::step(const task::Stage& stage, const std::vector<std::int32_t>& order) {
  const auto& set = leader().images->train;
  const std::size_t batch = static_cast<std::size_t>(leader().task.train.batch);
  const std::size_t first = static_cast<std::size_t>(position_.at.step) * batch;
  const std::size_t last = std::min(first + batch, order.size());
  const auto whole = static_cast<std::int64_t>(last - first);
  const auto* group = bundle_.group();
  const Shard shard = group ? shard_of(whole, group->rank(), group->size()) : Shard{0, whole, whole};
  const auto from = order.begin() + static_cast<std::ptrdiff_t>(first) +
                    static_cast<std::ptrdiff_t>(std::min(shard.first, whole - 1));
  const std::vector<std::int64_t> positions(from, from + std::max<std::int64_t>(1, shard.rows));
  const at::Tensor inputs = inputs_->training(positions, position_.at, shard.first);
  const at::Tensor labels = labels_at(set, positions);
  const double loss = group ? stepper_.step(inputs, labels, position_.at, position_.running, shard, bundle_.wishes())
                            : stepper_.step(inputs, labels, position_.at, position_.running);
  if (group) bundle_.agree();
  if (!std::isfinite(loss)) {
    return bundle_.end_all(of(stage.members), End::diverged, divergence_text("the training loss", loss, position_.at));
  }
  bundle_.charge(stage_members_, whole);
  ++position_.at.step;
}

Order TreeTraining::measure(const Members& members) {
  Measurement measurement(bundle_, members, timeline_.normalised(position_.at), position_.running);
  const auto cached = leader().task.form.cached_units;
  const Order order = measurement.run([&](const at::Tensor& x) { return network_.eval_forward(x, cached); }, *inputs_);
  bundle_.charge(members, 0);
  predicted_ = measurement.predicted();
  return order;
}

/// Those whose training ends with the stage.
Order TreeTraining::end_members(const task::Stage& stage) {
  const Members ended = bundle_.open_of(of(stage.ended));
  if (ended.empty()) return Order::go_on;
  if (measured_ != index()) {
    const Order order = measure(ended);
    if (order != Order::go_on) return order;
  }
  for (const std::size_t member : bundle_.open_of(ended)) {
    finish(bundle_, member, timeline_.normalised(position_.at), predicted_, [&] { return network_; });
  }
  return Order::go_on;
}

void TreeTraining::save_if_due(const task::Stage& stage) {
  if (seconds_since(saved_) < leader().checkpoint_s) return;
  Members going;
  for (const std::size_t member : of(stage.members)) {
    if (!bundle_.timeline(member).is_end(position_.at)) going.push_back(member);
  }
  save_all(going);
}

/// The state at hand for `members`, and those that wait at forks.
void TreeTraining::save_all(const Members& members) {
  if (index() > 0 && !bundle_.open_of(members).empty()) bundle_.save(members, snapshot());
  for (Fork& fork : forks_) {
    if (timeline_.index(fork.state.position.at) == 0) continue;  // nothing to lose yet
    if (!std::exchange(fork.saved, true)) bundle_.save(fork.members, fork.state);
  }
  saved_ = Clock::now();
}

Snapshot TreeTraining::snapshot() const { return snapshot_of(network_, stepper_.optimiser(), position_); }

}  // namespace espalier::train
