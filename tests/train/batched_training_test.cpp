// Trainings as replicas of one batched network.
#include "train/batched/batched_network.hpp"
#include "train/bundle_jobs.hpp"

using namespace espalier;
using namespace espalier::testing;

namespace {

train::Job batched(train::Job job, bool yes = true) {
  job.task.form.batched = yes;
  return job;
}

/// Falls, other initial weights, another replicate's order and masks, a deeper network of another source.
std::vector<train::Job> neighbours(const train::Job& job, const ArtifactId& source, const ArtifactId& other) {
  std::vector<train::Job> jobs = family(batched(frozen(job, source, 5)));
  auto replicate = decaying(batched(frozen(job, source, 5)), 1, 3);
  task::training(replicate.task).init_seed = task::training(replicate.task).order_seed =
      task::training(replicate.task).mask_seed = 77;
  auto elsewhere = decaying(batched(frozen(job, other, 5)), 2, 3);
  for (auto* one : {&replicate, &elsewhere}) {
    one->task.id = task::task_id(task::training(one->task));
    jobs.push_back(*one);
  }
  return jobs;
}

}  // namespace

TEST_CASE("replicas: a training is the same to the bit, alone or beside others") {
  const auto job = made_job(scratch("replicas-same"));
  const auto jobs = neighbours(job, some_source(job, 5), some_source(job, 6));

  const auto together = run_bundle(jobs);

  check_same(together, each_alone(jobs));
  CHECK(together.back().all[0].of(metrics::Metric::loss) != together[2].all[0].of(metrics::Metric::loss));
}

TEST_CASE("replicas: the batched form is the unbatched one to rounding") {
  const auto job = made_job(scratch("replicas-close"));
  auto jobs = neighbours(job, some_source(job, 5), some_source(job, 6));
  const auto together = run_bundle(jobs);
  for (auto& one : jobs) one.task.form.batched = false;
  const auto plain = run_bundle(jobs);
  for (std::size_t m = 0; m < jobs.size(); ++m) {
    REQUIRE(together[m].all.size() == plain[m].all.size());
    for (std::size_t i = 0; i < plain[m].all.size(); ++i) {
      INFO("member " << m << ", row " << i);
      CHECK(together[m].all[i].of(metrics::Metric::loss) ==
            Approx(plain[m].all[i].of(metrics::Metric::loss)).epsilon(1e-5));
    }
  }
}

TEST_CASE("replicas: one that diverges ends alone, and its neighbours do not notice") {
  const auto job = made_job(scratch("replicas-diverge"));
  auto jobs = neighbours(job, some_source(job, 5), some_source(job, 6));
  const auto well = run_bundle(jobs);
  for (auto& row : task::training(jobs[1].task).units) {
    if (row.rates.size() > 1) row.rates[1].rate = 1e30f;
  }
  jobs[1].task.id = task::task_id(task::training(jobs[1].task));

  const auto notes = run_bundle(jobs);

  CHECK(notes[1].outcome.end == task::End::diverged);
  CHECK(notes[1].outcome.text.find("training loss") != std::string::npos);
  for (std::size_t m = 0; m < jobs.size(); ++m) {
    if (m != 1 && m != 5) check_same(notes[m], well[m]);
  }
}

TEST_CASE("replicas: one that cannot be trained is refused alone") {
  const auto job = made_job(scratch("replicas-refused"));
  const auto source = some_source(job, 5);
  auto jobs = std::vector<train::Job>{decaying(batched(frozen(job, source, 5)), 1, 3),
                                      decaying(batched(frozen(job, source, 5)), 2, 3)};
  task::training(jobs[1].task).init_seed = 3;
  task::training(jobs[1].task).units[6].start = {task::StartKind::task, TaskId{"0123456789abcdef0123456789abcdef"}, {}};
  jobs[1].task.id = task::task_id(task::training(jobs[1].task));

  const auto notes = run_bundle(jobs);

  CHECK(notes[1].outcome.end == task::End::refused);
  check_same(notes[0], each_alone({jobs[0]}).front());
}

TEST_CASE("replicas: stopped anywhere and resumed, every one ends with the same rows and bits") {
  const auto job = made_job(scratch("replicas-resume"));
  const auto jobs = neighbours(job, some_source(job, 5), some_source(job, 6));

  check_resuming(jobs, run_bundle(jobs), 4);
}

TEST_CASE("replicas: each takes its own unit's rate") {
  const auto job = made_job(scratch("replicas-rates"));
  const auto source = some_source(job, 5);
  auto one = decaying(batched(frozen(job, source, 5)), 3, 3), slow_top = one, slow_bottom = one;
  task::training(slow_top.task).units[6].rates[0].rate = 0.001f;
  task::training(slow_bottom.task).units[5].rates[0].rate = 0.001f;
  for (auto* each : {&slow_top, &slow_bottom}) each->task.id = task::task_id(task::training(each->task));

  const auto notes = run_bundle({one, slow_top, slow_bottom});

  const auto plain = run_bundle({batched(slow_top, false), batched(slow_bottom, false)});
  CHECK(notes[1].all.back().of(metrics::Metric::loss) ==
        Approx(plain[0].all.back().of(metrics::Metric::loss)).epsilon(1e-5));
  CHECK(notes[2].all.back().of(metrics::Metric::loss) ==
        Approx(plain[1].all.back().of(metrics::Metric::loss)).epsilon(1e-5));
  CHECK(notes[1].all.back().of(metrics::Metric::loss) != notes[2].all.back().of(metrics::Metric::loss));
}
