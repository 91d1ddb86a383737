// Compares the rows of done tasks with what their attempts were asked to measure.
#include "store/missing_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "espalier/task/timeline.hpp"

namespace espalier::store {

namespace {

/// A no-op task measures nothing, and a smoke test ends after the first step, in epoch 0.
bool ended_early(const TaskState& task) {
  if (task.device == "no-op") return true;
  return !task.rows.empty() && task.rows.back().row.epoch == 0 && end_of(task).epoch > 0;
}

bool has_result(const TaskState& task, const task::EvaluationSpec& wanted) {
  const task::Moment result = result_moment(task);
  return std::any_of(task.rows.rbegin(), task.rows.rend(), [&](const CurrentRow& at) {
    return task::Moment{at.row.epoch, at.row.step} == result && at.row.subset == wanted.name &&
           at.row.set == wanted.images;
  });
}

/// Whole epochs, or steps, before the end at which a training was to be measured, and had no row left.
struct Gap {
  std::int64_t wanted = 0, missing = 0, first = 0, last = 0;
  const char* unit = "epoch";
  void want(std::int64_t at, bool is_there) {
    ++wanted;
    if (is_there) return;
    if (missing++ == 0) first = at;
    last = at;
  }
};

/// Of evaluations by steps.
Gap gap_of_steps(const TaskState& task, const task::EvaluationSpec& asked, task::Moment since) {
  Gap gap{.unit = "step"};
  if (task.task.images == 0 || task::probe_of(task.task)) return gap;
  const auto& spec = task::training(task.task);
  const task::Timeline timeline(task.task.images, spec.batch, spec.length);
  std::set<std::int64_t> measured;
  for (const CurrentRow& at : task.rows) {
    if (at.row.subset == asked.name && at.row.set == asked.images)
      measured.insert(timeline.index({at.row.epoch, at.row.step}));
  }
  const auto end = timeline.index(end_of(task));
  for (auto step = (timeline.index(since) / asked.every_steps + 1) * asked.every_steps; step < end;
       step += asked.every_steps)
    gap.want(step, measured.contains(step));
  return gap;
}

Gap gap_of(const TaskState& task, const task::EvaluationSpec& asked, task::Moment since) {
  if (asked.every_steps > 0) return gap_of_steps(task, asked, since);
  std::vector<std::int32_t> measured;  // ascending
  for (const CurrentRow& at : task.rows) {
    if (at.row.step == 0 && at.row.subset == asked.name && at.row.set == asked.images) measured.push_back(at.row.epoch);
  }
  Gap gap;
  if (asked.every == 0) return gap;  // the end alone
  const task::Moment end = end_of(task);
  for (std::int32_t epoch = (since.epoch / asked.every + 1) * asked.every; epoch < end.epoch; epoch += asked.every) {
    gap.want(epoch, std::binary_search(measured.begin(), measured.end(), epoch));
  }
  return gap;
}

std::string moments_of(const Gap& gap) {
  return gap.first == gap.last ? fmt::format("of {} {}", gap.unit, gap.first)
                               : fmt::format("of {}s {} to {}", gap.unit, gap.first, gap.last);
}

/// The first attempt that is known went on from a checkpoint: where records were lost, those of earlier attempts were.
bool has_unknown_past(const State& state, const TaskState& task) {
  const bool has_lost =
      !state.accepted_damage.empty() || std::any_of(state.dropped.begin(), state.dropped.end(), is_damage);
  return has_lost && !task.attempts.empty() && task.attempts.front().resumed_from > task::Moment{};
}

void add_gaps(const State& state, const TaskState& task, std::vector<std::string>& texts) {
  const bool is_open = has_unknown_past(state, task);
  for (const AskedRows& one : task.asked) {
    const bool is_whole = is_open && one.since == task.attempts.front().resumed_from;
    const Gap gap = gap_of(task, one.evaluation, is_whole ? task::Moment{} : one.since);
    if (gap.missing == 0) continue;
    texts.push_back(fmt::format(
        "task {}: curve incomplete: {} of {} rows on {} before its end are gone, {}; nothing measures them again",
        task.task.id.brief(), gap.missing, gap.wanted, metrics::name_of(one.evaluation.name), moments_of(gap)));
  }
}

void list(State& state, Dropped::Kind kind, std::vector<std::string> texts) {
  std::sort(texts.begin(), texts.end());
  for (std::string& text : texts) state.dropped.push_back({kind, std::move(text)});
}

}  // namespace

std::vector<std::string> forget_missing_rows(TaskState& task) {
  std::vector<std::string> texts;
  if (ended_early(task)) return texts;
  std::erase_if(task.recorded.evaluations, [&](const task::EvaluationSpec& one) {
    if (has_result(task, one)) return false;
    texts.push_back(fmt::format("task {} is done, and its row of the end on {} is gone: 'run' measures it again",
                                task.task.id.brief(), metrics::name_of(one.name)));
    return true;
  });
  return texts;
}

void note_missing_rows(State& state) {
  std::vector<std::string> ends, curves;
  for (auto& [id, task] : state.tasks) {
    if (task.state != task::RunState::done) continue;
    for (std::string& text : forget_missing_rows(task)) ends.push_back(std::move(text));
    if (!task::probe_of(task.task) && !ended_early(task)) add_gaps(state, task, curves);
  }
  list(state, Dropped::Kind::missing_rows, std::move(ends));
  list(state, Dropped::Kind::incomplete_curve, std::move(curves));
}

}  // namespace espalier::store
