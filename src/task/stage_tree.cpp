#include "espalier/task/stage_tree.hpp"

#include <algorithm>
#include <map>

namespace espalier::task {

namespace {

using Members = std::vector<std::size_t>;

std::vector<float> rates_at(const Trajectory& one, std::int64_t step) {
  std::vector<float> rates;
  for (const auto& row : one.spec->units) rates.push_back(rate_at(row, one.timeline, one.timeline.moment(step)));
  return rates;
}

class Builder {
 public:
  explicit Builder(const std::vector<Trajectory>& family) : family_(family) {}

  /// Adds the stages of `members` from `begin` on and returns the place of the first.
  std::size_t add(const Members& members, std::int64_t begin) {
    const std::size_t place = tree_.size();
    tree_.push_back({begin, begin, members, {}, {}});
    for (const std::int64_t step : events_after(members, begin)) {
      Parts parts = parts_at(members, step);
      if (parts.ended.empty() && parts.going.size() == 1) continue;
      finish(place, step, std::move(parts));
      break;
    }
    return place;
  }

  StageTree take() { return std::move(tree_); }

 private:
  struct Parts {
    Members ended;
    std::map<std::vector<float>, Members> going;  ///< by the rates of the next step
  };

  /// Steps at which something may change, `begin` first.
  std::vector<std::int64_t> events_after(const Members& members, std::int64_t begin) const {
    std::vector<std::int64_t> steps{begin};
    for (const std::size_t member : members) {
      const auto& [spec, timeline] = family_[member];
      steps.push_back(std::max(begin, timeline.total_steps()));
      for (const auto& row : spec->units) {
        for (const auto& point : row.rates) steps.push_back(std::max(begin, timeline.index(point.from)));
      }
    }
    std::sort(steps.begin(), steps.end());
    steps.erase(std::unique(steps.begin(), steps.end()), steps.end());
    return steps;
  }

  Parts parts_at(const Members& members, std::int64_t step) const {
    Parts parts;
    for (const std::size_t member : members) {
      if (family_[member].timeline.total_steps() <= step) parts.ended.push_back(member);
      else parts.going[rates_at(family_[member], step)].push_back(member);
    }
    return parts;
  }

  void finish(std::size_t place, std::int64_t end, Parts parts) {
    tree_[place].end = end;
    tree_[place].ended = std::move(parts.ended);
    std::vector<Members> branches;
    for (auto& [rates, members] : parts.going) branches.push_back(std::move(members));
    std::sort(branches.begin(), branches.end());  // by first member, not by rates
    for (const auto& members : branches) {
      const std::size_t next = add(members, end);
      tree_[place].next.push_back(next);
    }
  }

  const std::vector<Trajectory>& family_;
  StageTree tree_;
};

}  // namespace

StageTree stage_tree(const std::vector<Trajectory>& family, std::int64_t from) {
  if (family.empty()) return {};
  Members all(family.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  Builder builder(family);
  builder.add(all, from);
  return builder.take();
}

std::int64_t steps_of(const StageTree& tree) {
  std::int64_t steps = 0;
  for (const auto& stage : tree) steps += stage.end - stage.begin;
  return steps;
}

}  // namespace espalier::task
