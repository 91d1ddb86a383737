// Walks the stage tree depth first, with snapshots at forks, measurements and checkpoints.
#include "train/tree_training.hpp"

#include <algorithm>

#include "espalier/task/sharing.hpp"

namespace espalier::train {

namespace {

/// The image sets of all members, whose training images are the same.
ImageSets sets_of(const BundleState& bundle, const Members& members) {
  ImageSets sets(bundle.job(members.front()));
  for (const std::size_t member : members) sets.add(bundle.job(member));
  return sets;
}

}  // namespace

TreeTraining::TreeTraining(BundleState& bundle, const Members& members)
    : bundle_(bundle),
      members_(members),
      timeline_(bundle.timeline(members.front())),
      sets_(sets_of(bundle, members)),
      engine_(make_engine(bundle, leader(), sets_, timeline_)) {
  if (!leader().resume.empty()) {
    const auto trunk = [&](task::Moment at) { return task::trunk_id(task::training(leader().task), timeline_, at); };
    const Snapshot state = load(leader().artifact_dir, leader().resume, trunk);
    restore(state, engine_->network(), engine_->optimiser());
    position_ = state.position;
  }
  std::vector<task::Trajectory> family;
  for (const std::size_t m : members_) family.push_back({&task::training(bundle.job(m).task), bundle.timeline(m)});
  tree_ = task::stage_tree(family, index());
  for (const std::size_t m : members_) bundle_.sink().started(m, position_.at);
}

Order TreeTraining::run() {
  stage_members_ = members_;
  Order order = Order::go_on;
  const bool prepared = engine_->prepare([&] { return (order = bundle_.ask(members_, position_.at)) == Order::go_on; });
  bundle_.charge(members_, 0);
  if (prepared) order = walk(0);
  bundle_.charge(stage_members_, 0);
  if (order == Order::stop) save_all(stage_members_);
  return order;
}

Members TreeTraining::of(const Members& places) const {
  Members members;
  for (const std::size_t place : places) members.push_back(members_[place]);
  return members;
}

/// Runs the stage and all that follow it; the network must be in the stage's first state.
Order TreeTraining::walk(std::size_t place) {
  const task::Stage& stage = tree_[place];
  if (!any_open(stage)) return Order::go_on;
  stage_members_ = of(stage.members);
  measured_.reset();
  Order order = advance(stage);
  if (order == Order::go_on && any_open(stage)) order = end_members(stage);
  if (order != Order::go_on || !any_open(stage)) return order;
  return branch(stage);
}

Order TreeTraining::branch(const task::Stage& stage) {
  if (stage.next.size() > 1) forks_.push_back({snapshot(), {}});
  for (std::size_t i = 0; i < stage.next.size(); ++i) {
    if (i > 0) {
      restore(forks_.back().state, engine_->network(), engine_->optimiser());
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

/// Trains to the stage's last step, measuring where it is due.
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

/// Trains to the end of the epoch, or of the stage.
Order TreeTraining::train_epoch(const task::Stage& stage) {
  engine_->start_epoch(task::training(bundle_.job(stage_members_.front()).task), position_.at, position_.running);
  const Order order = take_steps(stage);
  if (const auto lost = engine_->settle(position_.running)) {
    bundle_.end_all(of(stage.members), task::End::diverged, divergence_text("the training loss", lost->loss, lost->at));
  }
  return order;
}

Order TreeTraining::take_steps(const task::Stage& stage) {
  const auto images = leader().images->size(), batch = std::int64_t{task::training(leader().task).batch};
  while (position_.at.step < timeline_.steps_per_epoch() && index() < stage.end) {
    if (!engine_->step()) break;
    bundle_.charge(stage_members_, std::min(batch, images - position_.at.step * batch));
    ++position_.at.step;
    if (!any_open(stage)) break;
    const Order wish = bundle_.ask(stage_members_, position_.at);
    if (wish != Order::go_on || !any_open(stage)) return wish;
  }
  return Order::go_on;
}

Order TreeTraining::measure(const Members& members) {
  Measurement measurement(bundle_, sets_, members, timeline_.normalised(position_.at), position_.running);
  const Order order = measurement.run(
      [&](SetNumber number, const EvaluationLimits& limits) { return engine_->evaluate(number, limits); });
  bundle_.charge(members, 0);
  predicted_ = measurement.predictions();
  return order;
}

/// Ends the members whose training ends with the stage.
Order TreeTraining::end_members(const task::Stage& stage) {
  const Members ended = bundle_.open_of(of(stage.ended));
  if (ended.empty()) return Order::go_on;
  if (measured_ != index()) {
    const Order order = measure(ended);
    if (order != Order::go_on) return order;
  }
  for (const std::size_t member : bundle_.open_of(ended)) {
    finish(bundle_, member, timeline_.normalised(position_.at), sets_, predicted_, [&] { return engine_->network(); });
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

/// Saves the current state for `members`, and the states of branches that wait at forks.
void TreeTraining::save_all(const Members& members) {
  if (index() > 0 && !bundle_.open_of(members).empty()) bundle_.save(members, snapshot());
  for (Fork& fork : forks_) {
    if (timeline_.index(fork.state.position.at) == 0) continue;  // nothing to save yet
    if (!std::exchange(fork.saved, true)) bundle_.save(fork.members, fork.state);
  }
  saved_ = Clock::now();
}

Snapshot TreeTraining::snapshot() const { return snapshot_of(engine_->network(), engine_->optimiser(), position_); }

}  // namespace espalier::train
