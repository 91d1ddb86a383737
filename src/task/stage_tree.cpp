// Merges the rate sequences of a family into a tree of stages.
#include "espalier/task/stage_tree.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace espalier::task {

namespace {

using Members = std::vector<std::size_t>;

/// The rates of one training from some step on: numbers of rate settings, the steps at which they change, and the end.
struct RateSequence {
  struct Change {
    std::int64_t from = 0;
    std::size_t rates = 0;
  };
  std::vector<Change> changes;  ///< neighbours have different rates
  std::int64_t end = 0;

  std::size_t rates_at(std::int64_t step) const { return after(step)[-1].rates; }
  /// The first step after `step` at which the rates change, or the end.
  std::int64_t next_event(std::int64_t step) const {
    const auto next = after(step);
    return next == changes.end() ? end : std::min(end, next->from);
  }

 private:
  std::vector<Change>::const_iterator after(std::int64_t step) const {
    return std::upper_bound(changes.begin(), changes.end(), step,
                            [](std::int64_t at, const Change& change) { return at < change.from; });
  }
};

/// Numbers the rate settings of all trainings, so that equal settings of all units get equal numbers.
class RateSequences {
 public:
  RateSequence of(const Trajectory& one, std::int64_t begin) {
    steps_.assign(1, begin);
    for (const auto& row : one.spec->units) {
      for (const auto& point : row.rates) steps_.push_back(std::max(begin, one.timeline.index(point.from)));
    }
    std::sort(steps_.begin(), steps_.end());
    steps_.erase(std::unique(steps_.begin(), steps_.end()), steps_.end());
    RateSequence sequence{{}, std::max(begin, one.timeline.total_steps())};
    for (const std::int64_t step : steps_) {
      const std::size_t rates = number_of(one, step);
      if (sequence.changes.empty() || sequence.changes.back().rates != rates) sequence.changes.push_back({step, rates});
    }
    return sequence;
  }

 private:
  std::size_t number_of(const Trajectory& one, std::int64_t step) {
    rates_.clear();
    for (const auto& row : one.spec->units) rates_.push_back(rate_at(row, one.timeline, one.timeline.moment(step)));
    return numbers_.try_emplace(rates_, numbers_.size()).first->second;
  }

  std::map<std::vector<float>, std::size_t> numbers_;
  std::vector<std::int64_t> steps_;
  std::vector<float> rates_;
};

class Builder {
 public:
  Builder(const std::vector<Trajectory>& family, std::int64_t begin) {
    RateSequences sequences;
    sequences_.reserve(family.size());
    for (const auto& one : family) sequences_.push_back(sequences.of(one, begin));
  }

  /// Adds the stages of `members` from `begin` on and returns the index of the first.
  std::size_t add(Members members, std::int64_t begin) {
    const std::size_t index = tree_.size();
    const std::int64_t end = parting(members, begin);
    tree_.push_back({begin, end, {}, {}, {}});
    std::vector<std::pair<std::size_t, Members>> branches;  // by the next step's rates, in order of first members
    for (const std::size_t member : members) {
      if (sequences_[member].end <= end) tree_[index].ended.push_back(member);
      else branch_of(branches, sequences_[member].rates_at(end)).push_back(member);
    }
    tree_[index].members = std::move(members);
    for (auto& [rates, branch] : branches) {
      const std::size_t next = add(std::move(branch), end);
      tree_[index].next.push_back(next);
    }
    return index;
  }

  StageTree take() { return std::move(tree_); }

 private:
  /// The first step from `step` on at which the members have different rates or one of them ends.
  std::int64_t parting(const Members& members, std::int64_t step) const {
    while (true) {
      const RateSequence& first = sequences_[members.front()];
      const auto parts = [&](std::size_t member) {
        const RateSequence& sequence = sequences_[member];
        return sequence.end <= step || sequence.rates_at(step) != first.rates_at(step);
      };
      if (std::any_of(members.begin(), members.end(), parts)) return step;
      std::int64_t next = first.end;
      for (const std::size_t member : members) next = std::min(next, sequences_[member].next_event(step));
      step = next;
    }
  }

  static Members& branch_of(std::vector<std::pair<std::size_t, Members>>& branches, std::size_t rates) {
    for (auto& [known, members] : branches) {
      if (known == rates) return members;
    }
    return branches.emplace_back(rates, Members{}).second;
  }

  std::vector<RateSequence> sequences_;
  StageTree tree_;
};

}  // namespace

StageTree stage_tree(const std::vector<Trajectory>& family, std::int64_t from) {
  if (family.empty()) return {};
  Members all(family.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  Builder builder(family, from);
  builder.add(std::move(all), from);
  return builder.take();
}

std::int64_t steps_of(const StageTree& tree) {
  std::int64_t steps = 0;
  for (const auto& stage : tree) steps += stage.end - stage.begin;
  return steps;
}

}  // namespace espalier::task
