// Trainings that share their first steps end with the bits that each has alone.
#include "train/bundle_jobs.hpp"

using namespace espalier;
using namespace espalier::testing;

TEST_CASE("stages: a family trained as a tree gives each member the rows, network and predictions it has alone") {
  for (const auto optimiser : {task::OptimiserKind::sgd, task::OptimiserKind::adam}) {
    auto job = made_job(scratch("stages-same"));
    task::training(job.task).optimiser = optimiser;
    const auto jobs = family(job);

    const auto together = run_bundle(jobs), alone = each_alone(jobs);

    check_same(together, alone);
    CHECK(images_of(alone) == 5 * 60 - 20 + 46);
    CHECK(images_of(together) ==
          60 + 20 + (40 + 0) + 20 + 20 + 20);  // e = 0 alone; shared prefix; falls at 1, 2, never
  }
}

TEST_CASE("stages: from scratch or from a source, with frozen units, all the same") {
  const auto job = made_job(scratch("stages-frozen"));
  auto start = frozen(job, some_source(job, 5), 3);
  start.task.form = {};
  const auto jobs = family(start);

  check_same(run_bundle(jobs), each_alone(jobs));
}

TEST_CASE("stages: stopped anywhere and resumed, every member ends with the same rows and bits") {
  const auto jobs = family(made_job(scratch("stages-resume")));

  check_resuming(jobs, run_bundle(jobs), 3);
}

TEST_CASE("stages: with checkpoint_s 0, who waits at a fork is saved with the one that goes on") {
  auto jobs = family(made_job(scratch("stages-saved")));
  for (auto& job : jobs) job.checkpoint_s = 0;

  const auto notes = run_bundle(jobs);

  const auto saved = [&](std::size_t m) {
    const auto found = notes[m].moments.find(task::ArtifactKind::training);
    return found == notes[m].moments.end() ? std::vector<task::Moment>{} : found->second;
  };
  CHECK((saved(0) == std::vector<task::Moment>{{1, 0}, {2, 0}}));
  CHECK(
      (saved(3) == std::vector<task::Moment>{{1, 0}, {1, 0}, {2, 0}, {2, 0}}));  // with its stage, and as one who waits
}

TEST_CASE("stages: a branch that diverges ends alone") {
  const auto job = made_job(scratch("stages-diverge"));
  auto jobs = family(job);
  for (auto& row : task::training(jobs[1].task).units) row.rates[1].rate = 1e30f;
  jobs[1].task.id = task::task_id(task::training(jobs[1].task));

  const auto together = run_bundle(jobs), alone = each_alone(jobs);

  CHECK(together[1].outcome.end == task::End::diverged);
  check_same(together, alone);
}

TEST_CASE("stages: told not to share, each takes all its steps") {
  auto jobs = family(made_job(scratch("stages-without")));
  for (auto& job : jobs) job.share_stages = false;

  const auto together = run_bundle(jobs), alone = each_alone(jobs);

  check_same(together, alone);
  CHECK(images_of(together) == images_of(alone));
}

TEST_CASE("stages: one member can be cancelled, the others go on") {
  struct CancelOne : After {
    bool is_cancelled(std::size_t member) const override { return member == 2; }
  };
  const auto jobs = family(made_job(scratch("stages-cancel")));
  train::DeviceContext context;
  BundleNotes notes(jobs.size());
  CancelOne control;

  train::train(jobs, context, control, notes);

  CHECK(notes.of[2].outcome.end == task::End::cancelled);
  CHECK(notes.ends == jobs.size());
  check_same(notes.of[3], each_alone({jobs[3]}).front());
}
