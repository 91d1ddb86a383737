// Asks the members' rules after each evaluation, and ends members with the state that is their result.
#include <algorithm>
#include <functional>
#include <map>

#include "espalier/core/errors.hpp"
#include "espalier/task/stop_rule.hpp"
#include "train/bundle/tree_training.hpp"

namespace espalier::train {

namespace {

void check_is_measured(const Job& job) {
  const auto& images = task::training(job.task).stop.images;
  for (const MeasuredSet& measured : job.evaluations) {
    if (measured.id == images) return;
  }
  throw UsageError("the rule to stop reads images that the task is not measured on", "the plan is wrong", "");
}

}  // namespace

/// Every member with a rule has a track from its first step on. Throws DamagedArtifact where a checkpoint has none, or
/// lacks a state that the rule restores.
void TreeTraining::begin_tracks() {
  for (const std::size_t member : members_) {
    const auto* rule = bundle_.rule(member);
    if (!rule) continue;
    const TaskId& task = bundle_.job(member).task.id;
    check_is_measured(bundle_.job(member));
    if (index() > 0 && !stops_.tracks.contains(task)) {
      throw data::DamagedArtifact(
          leader().resume,
          {"artifact " + leader().resume.hex + " does not say what task " + task.brief() + "'s rule to stop has seen",
           "", ""},
          true);
    }
    stops_.tracks[task];
    if (!rule->restores_best) continue;
    try {
      check_best_state(stops_, task);
    } catch (const UsageError& error) {
      const std::string& hex = leader().resume.hex;
      throw data::DamagedArtifact(leader().resume, {"artifact " + hex + " is of no use: " + error.what(), "", ""},
                                  true);
    }
  }
}

/// Forgets what only members of other branches, or members that have ended, need.
void TreeTraining::keep_tracks_of(const task::Stage& stage) {
  const Members open = bundle_.open_of(of(stage.members));
  std::erase_if(stops_.tracks, [&](const auto& track) {
    return std::none_of(open.begin(), open.end(),
                        [&](std::size_t member) { return bundle_.job(member).task.id == track.first; });
  });
  forget_unneeded(stops_);
}

/// Whether the member's rule evaluates here and has not yet.
bool TreeTraining::is_judged(std::size_t member) const {
  const auto* rule = bundle_.rule(member);
  if (!rule || !bundle_.is_open(member)) return false;
  return task::is_due(*rule, bundle_.timeline(member), index()) &&
         stops_.tracks.at(bundle_.job(member).task.id).last < index();
}

/// Whether a rule evaluates here, or a set is due by its steps. What was measured at the end of an epoch is not due
/// again at the start of the next one.
bool TreeTraining::any_due() const {
  const auto is_due_here = [this](std::size_t member) {
    return is_judged(member) || (position_.at.step > 0 && is_due_by_steps(bundle_.job(member), index()));
  };
  return std::any_of(stage_members_.begin(), stage_members_.end(), is_due_here);
}

/// The first step behind this one at which a rule evaluates or a set is due by its steps, but no later than `most`.
std::int64_t TreeTraining::next_due(std::int64_t most) const {
  for (const std::size_t member : bundle_.open_of(stage_members_)) {
    most = next_due_by_steps(bundle_.job(member), index(), most);
    if (const auto* rule = bundle_.rule(member))
      most = std::min(most, task::next_due(*rule, bundle_.timeline(member), index()));
  }
  return most;
}

/// Tells the rules what was measured, and keeps the state where it is the best so far.
void TreeTraining::judge() {
  for (const std::size_t member : stage_members_) {
    if (!is_judged(member)) continue;
    const auto& rule = *bundle_.rule(member);
    auto& track = stops_.tracks.at(bundle_.job(member).task.id);
    const auto row = measurement_->judged(member);
    task::note(track, rule, index(), task::value_of(rule, row));
    const bool keeps = rule.restores_best && track.best == index() && !stops_.states.contains(index());
    if (!keeps) continue;
    stops_.states[index()] = std::make_shared<const data::NamedTensors>(
        trained_state(engine_->network(), task::training(bundle_.job(member).task)));
  }
  forget_unneeded(stops_);
}

/// Open members of the stage whose rule ends them here.
Members TreeTraining::stopped_members() const {
  Members stopped;
  for (const std::size_t member : bundle_.open_of(stage_members_)) {
    const auto* rule = bundle_.rule(member);
    if (!rule) continue;
    const auto& track = stops_.tracks.at(bundle_.job(member).task.id);
    if (track.last == index() && task::ends(track, *rule, bundle_.timeline(member))) stopped.push_back(member);
  }
  return stopped;
}

/// The step of the state that is the member's result.
std::int64_t TreeTraining::result_of(std::size_t member) const {
  const auto& track = stops_.tracks.at(bundle_.job(member).task.id);
  return bundle_.rule(member)->restores_best && track.best >= 0 ? track.best : index();
}

ControlFlag TreeTraining::end_stopped() {
  std::map<std::int64_t, Members, std::greater<>> by_result;  // first those of this very state, while it is measured
  for (const std::size_t member : stopped_members()) by_result[result_of(member)].push_back(member);
  for (const auto& [result, members] : by_result) {
    const ControlFlag flag = end_with(result, members);
    if (flag != ControlFlag::go_on) return flag;
  }
  return ControlFlag::go_on;
}

/// Ends members with the state after step `result`; afterwards the network is in the state in which it was.
ControlFlag TreeTraining::end_with(std::int64_t result, const Members& members) {
  if (result == index()) return measure_ended(timeline_.normalised(position_.at), members);
  const Snapshot here = snapshot();
  restore_units(*stops_.states.at(result), engine_->network());
  measurement_.reset();
  const ControlFlag flag = measure_ended(timeline_.moment(result), members);
  restore(here, engine_->network(), engine_->optimiser());
  return flag;
}

/// What was measured of an earlier state when the training was there is not given out again.
Occasion TreeTraining::end_at(task::Moment at) const {
  const bool is_here = at == timeline_.normalised(position_.at);
  const auto given = [this, at](std::size_t member, const MeasuredSet& measured) {
    return is_due(measured, bundle_.timeline(member), at) || measured.id == bundle_.rule(member)->images;
  };
  return {.ends = [](std::size_t) { return true; },
          .judges = {},
          .given = is_here ? nullptr : decltype(Occasion::given)(given)};
}

/// Here, where the training was measured and has gone no further, or with a state from before.
ControlFlag TreeTraining::measure_ended(task::Moment at, const Members& members) {
  const Score running = at == timeline_.normalised(position_.at) ? position_.running : Score{};
  Measurement measurement = measurement_ ? Measurement(*measurement_, members)
                                         : Measurement(bundle_, sets_, members, at, running, end_at(at));
  const ControlFlag flag = measurement.run(
      [&](SetNumber number, const EvaluationLimits& limits) { return engine_->evaluate(number, limits); });
  bundle_.charge(members, 0);
  if (flag != ControlFlag::go_on) return flag;
  for (const std::size_t member : bundle_.open_of(members)) {
    bundle_.set_stopped(member, {timeline_.normalised(position_.at), at});
    finish(bundle_, member, at, sets_, measurement.predictions(), [&] { return engine_->network(); });
  }
  return ControlFlag::go_on;
}

}  // namespace espalier::train
