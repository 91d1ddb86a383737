// Trainings that rules end early: alone or sharing steps with others, stopped anywhere and resumed, the same bits.
#include <algorithm>

#include "train/bundle_jobs.hpp"

using namespace espalier;
using namespace espalier::testing;

namespace {

/// The job with a rule on its validation images.
train::Job stopping(train::Job job, task::Moment every, std::int32_t patience,
                    metrics::Metric metric = metrics::Metric::loss, bool restores_best = true) {
  task::training(job.task).stop = {job.evaluations[0].id, metric, every, patience, 0, restores_best};
  return with_id(job);
}

/// Rates so high that the loss on validation images rises again, for `epochs` epochs at most.
train::Job overfitting(const std::string& name, std::int32_t epochs) {
  auto job = made_job(scratch(name));
  for (auto& row : task::training(job.task).units) row.rates = {{{0, 0}, 0.08f}};
  task::training(job.task).length = {epochs, 0};
  return with_id(job);
}

/// One without a rule and four with different ones.
std::vector<train::Job> stopping_family(const train::Job& job) {
  auto shorter = stopping(job, {1, 0}, 3);
  task::training(shorter.task).length = {3, 2};
  auto rare = stopping(job, {2, 0}, 1);
  rare.evaluations[1].every = 0;
  return {job,
          stopping(job, {1, 0}, 2),
          rare,
          stopping(job, {0, 3}, 3, metrics::Metric::top1),
          stopping(job, {1, 0}, 2, metrics::Metric::loss, false),
          with_fit(with_id(shorter))};
}

const metrics::Row* row_at(const Notes& notes, task::Moment at, metrics::Subset subset) {
  const auto found = std::find_if(notes.all.begin(), notes.all.end(), [&](const metrics::Row& row) {
    return task::Moment{row.epoch, row.step} == at && row.subset == subset;
  });
  return found == notes.all.end() ? nullptr : &*found;
}

data::NamedTensors network_of(const train::Job& job, const Notes& notes) {
  return data::read_artifact(job.artifact_dir, notes.last(task::ArtifactKind::finished)).tensors;
}

bool are_equal(const data::NamedTensors& left, const data::NamedTensors& right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](const auto& a, const auto& b) { return a.first == b.first && a.second.equal(b.second); });
}

/// What the rule must do with the losses of a training that it does not end.
task::Stopped expected(const Notes& whole, std::int32_t epochs, std::int32_t every, std::int32_t patience) {
  double best = 0;
  std::int32_t best_epoch = 0, worse = 0;
  for (std::int32_t epoch = every; epoch <= epochs; epoch += every) {
    const double loss = row_at(whole, {epoch, 0}, metrics::Subset::valid)->values.get(metrics::Metric::loss);
    if (best_epoch == 0 || loss < best) {
      best = loss;
      best_epoch = epoch;
      worse = 0;
    } else if (++worse >= patience) {
      return {{epoch, 0}, {best_epoch, 0}};
    }
  }
  return {{epochs, 0}, {best_epoch, 0}};
}

}  // namespace

TEST_CASE("stops: a training ends where the losses of an endless one say, with the network of the best epoch") {
  const auto job = overfitting("stops-result", 8);
  const auto whole = run_bundle({job}).front();
  const auto wanted = expected(whole, 8, 1, 2);
  REQUIRE(wanted.ended.epoch < 8);
  REQUIRE(wanted.result < wanted.ended);
  auto best = job;
  task::training(best.task).length = wanted.result;
  best = with_id(best);

  const auto stopped_job = stopping(job, {1, 0}, 2);
  const auto stopped = run_bundle({stopped_job}).front(), alone = run_bundle({best}).front();

  CHECK((stopped.outcome.stopped == wanted));
  CHECK(stopped.outcome.epoch_images == 20 * wanted.ended.epoch);
  CHECK(are_equal(network_of(stopped_job, stopped), network_of(best, alone)));
  const auto predicted = [&](const Notes& notes) {
    return data::read_artifact(job.artifact_dir, notes.last(task::ArtifactKind::predictions)).tensors;
  };
  CHECK(are_equal(predicted(stopped), predicted(alone)));
  for (const auto subset : {metrics::Subset::valid, metrics::Subset::test}) {
    CHECK(*row_at(stopped, wanted.result, subset) == *row_at(alone, wanted.result, subset));
  }
}

TEST_CASE("stops: rows before and after the best moment are kept, and that before the first step") {
  const auto stopped = run_bundle({stopping(overfitting("stops-rows", 8), {1, 0}, 2)}).front();
  const auto end = stopped.outcome.stopped.ended;

  for (std::int32_t epoch = 0; epoch <= end.epoch; ++epoch) {
    INFO("epoch " << epoch);
    CHECK(row_at(stopped, {epoch, 0}, metrics::Subset::valid) != nullptr);
    CHECK((row_at(stopped, {epoch, 0}, metrics::Subset::test) != nullptr) == (epoch > 0));
  }
}

TEST_CASE("stops: sets that are measured at the end alone are measured on the restored network alone") {
  auto job = measured_every(overfitting("stops-end", 8), 0);
  const auto stopped = run_bundle({with_fit(stopping(job, {1, 0}, 2))}).front();
  const auto result = stopped.outcome.stopped.result;
  REQUIRE(result < stopped.outcome.stopped.ended);

  for (const auto subset : {metrics::Subset::test, metrics::Subset::train_eval}) {
    const auto count = std::count_if(stopped.all.begin(), stopped.all.end(),
                                     [&](const metrics::Row& row) { return row.subset == subset; });
    CHECK(count == 1);
    CHECK(row_at(stopped, result, subset) != nullptr);
  }
}

TEST_CASE("stops: rules and none in one family, each as alone, and the shared steps are taken once") {
  const auto jobs = stopping_family(overfitting("stops-family", 8));

  const auto together = run_bundle(jobs), alone = each_alone(jobs);

  check_same(together, alone);
  for (std::size_t m = 0; m < jobs.size(); ++m) CHECK((together[m].outcome.stopped == alone[m].outcome.stopped));
  CHECK(images_of(together) == 20 * 8);  // the member without a rule passes through every step of the others
}

TEST_CASE("stops: a stage ends when nobody is left in it") {
  const auto all = stopping_family(overfitting("stops-saved", 8));
  const std::vector<train::Job> jobs{all[1], all[4]};

  const auto together = run_bundle(jobs);

  const auto last = std::max(together[0].outcome.stopped.ended, together[1].outcome.stopped.ended);
  CHECK(last.epoch < 8);
  CHECK(images_of(together) == 20 * last.epoch);
}

TEST_CASE("stops: the last state is the result where the best one is not restored") {
  const auto stopped =
      run_bundle({stopping(overfitting("stops-last", 8), {1, 0}, 2, metrics::Metric::loss, false)}).front();

  CHECK(stopped.outcome.stopped.ended == stopped.outcome.stopped.result);
  CHECK(stopped.outcome.stopped.ended.epoch < 8);
}

TEST_CASE("stops: stopped anywhere and resumed, every member ends at the same moment with the same bits") {
  const auto jobs = stopping_family(overfitting("stops-resume", 6));

  check_resuming(jobs, run_bundle(jobs), 3);
}

TEST_CASE("stops: a rule that restores nothing keeps no state, and goes on from its checkpoints all the same") {
  const std::vector<train::Job> jobs{
      stopping(overfitting("stops-resume-last", 6), {1, 0}, 2, metrics::Metric::loss, false)};

  check_resuming(jobs, run_bundle(jobs), 3);
}

TEST_CASE("stops: with rates that part, each branch follows its own evaluations") {
  const auto job = overfitting("stops-branches", 5);
  std::vector<train::Job> jobs;
  for (const std::int32_t epoch : {1, 2, 5}) {
    auto one = stopping(decaying(job, epoch, 5), {1, 0}, 1);
    for (auto& row : task::training(one.task).units) row.rates.front().rate = 0.08f;
    jobs.push_back(with_id(one));
  }

  const auto together = run_bundle(jobs);

  check_same(together, each_alone(jobs));
  check_resuming(jobs, together, 4);
}

TEST_CASE("stops: with frozen units whose outputs are cached, all the same") {
  const auto job = overfitting("stops-frozen", 6);
  const auto jobs = stopping_family(frozen(job, some_source(job, 5), 3));

  check_same(run_bundle(jobs), each_alone(jobs));
}

TEST_CASE("stops: a rule on images that the task is not measured on is refused") {
  auto job = stopping(overfitting("stops-unknown", 3), {1, 0}, 1);
  task::training(job.task).stop.images = ImageSetId{"other"};

  CHECK(run_bundle({with_id(job)}).front().outcome.end == task::End::refused);
}

TEST_CASE("stops: the kept network of a training that ended early is measured at its result's moment") {
  auto job = stopping(overfitting("stops-measure", 8), {1, 0}, 2);
  const auto stopped = run_bundle({job}).front();
  auto measured = with_fit(job);
  measured.finished = stopped.last(task::ArtifactKind::finished);
  train::DeviceContext context;
  BundleNotes notes(1);
  After control;

  train::measure(measured, context, control, notes);

  const auto result = stopped.outcome.stopped.result;
  for (const auto subset : {metrics::Subset::valid, metrics::Subset::test}) {
    REQUIRE(row_at(notes.of[0], result, subset) != nullptr);
    CHECK(*row_at(notes.of[0], result, subset) == *row_at(stopped, result, subset));
  }
  CHECK(row_at(notes.of[0], result, metrics::Subset::train_eval) != nullptr);
}
