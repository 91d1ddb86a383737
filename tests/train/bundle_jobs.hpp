#pragma once
// Bundles for the tests of what trainings share: falls at several epochs, frozen units, replicas.
#include "support/catch_after_torch.hpp"
#include "train/made_job.hpp"

namespace espalier::testing {

/// The job under the name of what it is now.
inline train::Job with_id(train::Job job) {
  job.task.id = task::task_id(task::training(job.task));
  return job;
}

/// The job with all rates falling at `epoch` (0: from the start), `epochs` long.
inline train::Job decaying(train::Job job, std::int32_t epoch, std::int32_t epochs) {
  for (auto& row : task::training(job.task).units) {
    if (row.trained == task::Trained::no) continue;
    row.rates = epoch == 0 ? std::vector<task::RatePoint>{{{0, 0}, 0.005f}}
                           : std::vector<task::RatePoint>{{{0, 0}, 0.05f}, {{epoch, 0}, 0.005f}};
    if (epoch >= epochs) row.rates.resize(1);
  }
  task::training(job.task).length = {epochs, 0};
  job.task.id = task::task_id(task::training(job.task));
  return job;
}

/// Falls at 0, 1, 2 and never, a shorter one, and one that is cut within an epoch.
inline std::vector<train::Job> family(const train::Job& job) {
  std::vector<train::Job> jobs{decaying(job, 0, 3), decaying(job, 1, 3), decaying(job, 2, 3),
                               decaying(job, 3, 3), decaying(job, 2, 2), decaying(job, 1, 3)};
  task::training(jobs.back().task).length = {2, 1};
  jobs.back().task.id = task::task_id(task::training(jobs.back().task));
  jobs[1] = measured_every(jobs[1], 2);
  jobs[2] = with_fit(jobs[2]);
  return jobs;
}

/// A finished network in the job's artifacts, to start from.
inline ArtifactId some_source(const train::Job& job, std::uint64_t seed) {
  train::Job source = job;
  task::training(source.task).init_seed = seed;
  source.task.id = task::task_id(task::training(source.task));
  return run_bundle({source}).front().last(task::ArtifactKind::finished);
}

/// The first `units` copied from `source` and frozen; the job's form computes their outputs once.
inline train::Job frozen(train::Job job, const ArtifactId& source, std::int32_t units) {
  for (std::int32_t u = 0; u < units; ++u) {
    task::training(job.task).units[static_cast<std::size_t>(u)] = {
        {task::StartKind::checkpoint, {}, source}, task::Trained::no, {}};
  }
  job.task.form.cached_units = units;
  job.task.id = task::task_id(task::training(job.task));
  return job;
}

inline std::vector<Notes> each_alone(const std::vector<train::Job>& jobs) {
  std::vector<Notes> all;
  for (const auto& job : jobs) all.push_back(run_bundle({job}).front());
  return all;
}

inline void check_same(const Notes& left, const Notes& right) {
  CHECK((left.all == right.all));
  CHECK(left.last(task::ArtifactKind::finished) == right.last(task::ArtifactKind::finished));
  CHECK(left.last(task::ArtifactKind::predictions) == right.last(task::ArtifactKind::predictions));
  CHECK(left.outcome.end == right.outcome.end);
}

inline void check_same(const std::vector<Notes>& left, const std::vector<Notes>& right) {
  REQUIRE(left.size() == right.size());
  for (std::size_t m = 0; m < left.size(); ++m) {
    INFO("member " << m);
    check_same(left[m], right[m]);
  }
}

inline std::int64_t images_of(const std::vector<Notes>& notes) {
  std::int64_t sum = 0;
  for (const auto& one : notes) sum += one.outcome.epoch_images;
  return sum;
}

/// Stops the bundle after every number of questions and goes on from what was saved: the ends must be those of `whole`.
inline void check_resuming(const std::vector<train::Job>& jobs, const std::vector<Notes>& whole, std::int64_t stride) {
  for (std::int64_t questions = 0;; questions += stride) {
    INFO("stopped after " << questions << " questions");
    const auto cut = run_bundle(jobs, After(questions));
    std::vector<train::Job> left;
    std::vector<std::size_t> who;
    for (std::size_t m = 0; m < jobs.size(); ++m) {
      if (cut[m].outcome.end == task::End::done) continue;
      REQUIRE(cut[m].outcome.end == task::End::stopped);
      left.push_back(jobs[m]);
      left.back().resume = cut[m].last(task::ArtifactKind::training);
      who.push_back(m);
    }
    if (left.empty()) return;
    const auto rest = run_bundle(left);
    for (std::size_t i = 0; i < left.size(); ++i) {
      INFO("member " << who[i]);
      const auto& expected = whole[who[i]];
      REQUIRE(rest[i].last(task::ArtifactKind::finished) == expected.last(task::ArtifactKind::finished));
      REQUIRE(rest[i].last(task::ArtifactKind::predictions) == expected.last(task::ArtifactKind::predictions));
      std::map<std::tuple<std::int32_t, std::int32_t, metrics::Subset>, metrics::Row> rows;
      for (const auto* notes : {&cut[who[i]], &rest[i]}) {
        for (const auto& row : notes->all) rows[{row.epoch, row.step, row.subset}] = row;
      }
      REQUIRE(rows.size() == expected.all.size());
      for (const auto& row : expected.all) REQUIRE((rows.at({row.epoch, row.step, row.subset}) == row));
    }
  }
}

}  // namespace espalier::testing
