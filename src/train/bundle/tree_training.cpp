// Walks the stage tree depth first, with snapshots at forks, measurements and checkpoints.
#include "train/bundle/tree_training.hpp"

#include <algorithm>
#include <set>

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
    const auto prefix_state = [&](task::Moment at) {
      return task::prefix_state_id(task::training(leader().task), timeline_, at);
    };
    const Snapshot state = load(leader().artifact_dir, leader().resume, prefix_state);
    restore(state, engine_->network(), engine_->optimiser());
    position_ = state.position;
    stops_ = state.stops;
  }
  begin_tracks();
  std::vector<task::Trajectory> family;
  for (const std::size_t m : members_) family.push_back({&task::training(bundle.job(m).task), bundle.timeline(m)});
  tree_ = task::stage_tree(family, index());
  for (const std::size_t m : members_) bundle_.sink().started(m, position_.at);
}

ControlFlag TreeTraining::run() {
  stage_members_ = members_;
  ControlFlag flag = ControlFlag::go_on;
  const bool prepared =
      engine_->prepare([&] { return (flag = bundle_.ask(members_, position_.at)) == ControlFlag::go_on; });
  bundle_.charge(members_, 0);
  if (prepared) flag = walk(0);
  bundle_.charge(stage_members_, 0);
  if (flag == ControlFlag::stop) save_all(stage_members_);
  return flag;
}

Members TreeTraining::of(const Members& indices) const {
  Members members;
  for (const std::size_t i : indices) members.push_back(members_[i]);
  return members;
}

/// Runs the stage and all that follow it; the network must be in the stage's first state.
ControlFlag TreeTraining::walk(std::size_t stage_index) {
  const task::Stage& stage = tree_[stage_index];
  if (!any_open(stage)) return ControlFlag::go_on;
  stage_members_ = of(stage.members);
  measured_.reset();
  keep_tracks_of(stage);
  ControlFlag flag = advance(stage);
  if (flag == ControlFlag::go_on && any_open(stage)) flag = end_members(stage);
  if (flag != ControlFlag::go_on || !any_open(stage)) return flag;
  return branch(stage);
}

ControlFlag TreeTraining::branch(const task::Stage& stage) {
  if (stage.next.size() > 1) forks_.push_back({snapshot(), {}});
  for (std::size_t i = 0; i < stage.next.size(); ++i) {
    if (i > 0) {
      restore(forks_.back().state, engine_->network(), engine_->optimiser());
      position_ = forks_.back().state.position;
      stops_ = forks_.back().state.stops;
      measurement_.reset();
    }
    if (stage.next.size() > 1) {
      forks_.back().members.clear();
      for (std::size_t later = i + 1; later < stage.next.size(); ++later) {
        const Members more = of(tree_[stage.next[later]].members);
        forks_.back().members.insert(forks_.back().members.end(), more.begin(), more.end());
      }
    }
    const ControlFlag flag = walk(stage.next[i]);
    if (flag != ControlFlag::go_on) return flag;
  }
  if (stage.next.size() > 1) forks_.pop_back();
  return ControlFlag::go_on;
}

/// Trains to the stage's last step, measuring where it is due.
ControlFlag TreeTraining::advance(const task::Stage& stage) {
  for (;;) {
    ControlFlag flag = measure_where_due(stage);
    if (flag != ControlFlag::go_on || !any_open(stage)) return flag;
    flag = end_stopped();
    if (flag != ControlFlag::go_on || !any_open(stage)) return flag;
    if (index() >= stage.end) return ControlFlag::go_on;
    flag = train_epoch(stage);
    bundle_.charge(stage_members_, 0);
    if (flag != ControlFlag::go_on || !any_open(stage)) return flag;
  }
}

/// Measures at the end of an epoch, and where a rule to stop evaluates or a set is due by its steps.
ControlFlag TreeTraining::measure_where_due(const task::Stage& stage) {
  const bool epoch_ends = position_.at.step == timeline_.steps_per_epoch();
  if (!epoch_ends && !any_due()) return ControlFlag::go_on;
  const ControlFlag flag = measure(stage_members_);
  if (flag != ControlFlag::go_on) return flag;
  judge();
  measured_ = index();
  if (!epoch_ends) return ControlFlag::go_on;
  position_ = {timeline_.normalised(position_.at), {}};
  if (any_open(stage)) save_if_due(stage);
  return ControlFlag::go_on;
}

/// Trains to the end of the epoch, or of the stage, or to where it is measured.
ControlFlag TreeTraining::train_epoch(const task::Stage& stage) {
  measurement_.reset();
  engine_->start_epoch(task::training(bundle_.job(stage_members_.front()).task), position_.at, position_.running);
  const ControlFlag flag = take_steps(stage);
  if (const auto lost = engine_->settle(position_.running)) {
    bundle_.end_all(of(stage.members), task::End::diverged, divergence_text("the training loss", lost->loss, lost->at));
  }
  return flag;
}

ControlFlag TreeTraining::take_steps(const task::Stage& stage) {
  const auto images = leader().images->size(), batch = std::int64_t{task::training(leader().task).batch};
  const std::int64_t until = next_due(stage.end);
  while (position_.at.step < timeline_.steps_per_epoch() && index() < until) {
    if (!engine_->step()) break;
    bundle_.charge(stage_members_, std::min(batch, images - position_.at.step * batch));
    ++position_.at.step;
    if (!any_open(stage)) break;
    const ControlFlag flag = bundle_.ask(stage_members_, position_.at);
    if (flag != ControlFlag::go_on || !any_open(stage)) return flag;
  }
  return ControlFlag::go_on;
}

/// Members with a rule are not at their end before it has been asked.
ControlFlag TreeTraining::measure(const Members& members) {
  const task::Moment at = timeline_.normalised(position_.at);
  std::set<std::size_t> judged;  // as it is now: the rules are told before this measurement is asked again
  for (const std::size_t member : members) {
    if (is_judged(member)) judged.insert(member);
  }
  const Occasion occasion{
      [this, at](std::size_t member) { return !bundle_.rule(member) && bundle_.timeline(member).is_end(at); },
      [judged](std::size_t member) { return judged.contains(member); },
      /*only_judges=*/index() == 0,
      {}};
  measurement_.emplace(bundle_, sets_, members, at, position_.running, occasion);
  const ControlFlag flag = measurement_->run(
      [&](SetNumber number, const EvaluationLimits& limits) { return engine_->evaluate(number, limits); });
  bundle_.charge(members, 0);
  predicted_ = measurement_->predictions();
  return flag;
}

/// Ends the members whose training ends with the stage.
ControlFlag TreeTraining::end_members(const task::Stage& stage) {
  const Members ended = bundle_.open_of(of(stage.ended));
  if (ended.empty()) return ControlFlag::go_on;
  if (measured_ != index()) {
    const ControlFlag flag = measure(ended);
    if (flag != ControlFlag::go_on) return flag;
  }
  for (const std::size_t member : bundle_.open_of(ended)) {
    finish(bundle_, member, timeline_.normalised(position_.at), sets_, predicted_, [&] { return engine_->network(); });
  }
  return ControlFlag::go_on;
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

Snapshot TreeTraining::snapshot() const {
  return snapshot_of(engine_->network(), engine_->optimiser(), position_, stops_);
}

}  // namespace espalier::train
