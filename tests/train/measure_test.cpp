// Networks that are measured after their training, and members of one bundle that are measured on different sets.
#include "espalier/core/errors.hpp"
#include "espalier/task/sharing.hpp"
#include "train/bundle_jobs.hpp"

using namespace espalier;
using namespace espalier::testing;
using metrics::Metric;
using metrics::Subset;

namespace {

Notes measure(const train::Job& job, train::DeviceContext& context, After control = After()) {
  BundleNotes notes(1);
  train::measure(job, context, control, notes);
  CHECK(notes.ends == 1);
  return notes.of.front();
}

/// The rows of the training's end, without the running score.
std::vector<metrics::Row> last_rows(const Notes& notes) {
  std::vector<metrics::Row> rows;
  for (const auto& row : notes.all) {
    const auto& end = notes.all.back();
    if (row.subset != Subset::train && row.epoch == end.epoch && row.step == end.step) rows.push_back(row);
  }
  return rows;
}

/// The job, whose network is the one that a training left.
train::Job finished(train::Job job, const Notes& notes) {
  job.finished = notes.last(task::ArtifactKind::finished);
  REQUIRE_FALSE(job.finished.empty());
  return job;
}

/// Measuring the finished network gives the training's own last rows and predictions, at the same moment.
void check_measured(const train::Job& job, bool resident = false) {
  constexpr std::int64_t kFeatureBytes = std::int64_t{1} << 30;
  train::DeviceContext context(at::kCPU, kFeatureBytes, resident), fresh(at::kCPU, kFeatureBytes, resident);
  const auto trained = run_bundle({job}, context).front();
  for (auto* where : {&context, &fresh}) {
    const auto measured = measure(finished(job, trained), *where);
    CHECK(measured.outcome.end == task::End::done);
    CHECK(measured.outcome.epoch_images == 0);
    CHECK((measured.all == last_rows(trained)));
    CHECK(measured.all.size() == job.evaluations.size());
    CHECK(measured.last(task::ArtifactKind::predictions) == trained.last(task::ArtifactKind::predictions));
    CHECK(measured.files.size() == 1);
    CHECK((measured.resumed_from == measured.moments.at(task::ArtifactKind::predictions).front()));
  }
}

/// A probe of the network that a training above cached units left, as a trainer is given it: those units come from
/// where the training had them, the others from its finished network.
train::Job probe_of(const train::Job& trained, const Notes& notes) {
  const auto& spec = task::training(trained.task);
  task::ProbeSpec probe;
  probe.network = spec.network;
  probe.labels = spec.images.labels;
  probe.input = spec.input;
  probe.mean = spec.mean;
  probe.std = spec.std;
  for (const auto& row : spec.units) probe.units.push_back(row.start);
  for (auto u = static_cast<std::size_t>(trained.task.form.cached_units); u < probe.units.size(); ++u) {
    probe.units[u] = {task::StartKind::checkpoint, {}, notes.last(task::ArtifactKind::finished)};
  }
  train::Job job = trained;
  job.task.work = task::untrained(probe);
  job.task.id = task::task_id(probe);
  job.images = first_of(trained.images, 0);
  return job;
}

/// The features in `context` that the job's first units gave for its training images.
std::shared_ptr<train::FeatureSet> features_of(const train::Job& job, train::DeviceContext& context) {
  const auto prefix = task::prefix_key(task::training(job.task), job.task.form.cached_units);
  return context.features().of(prefix + job.images->data);
}

/// Values without moments, which a probe has none of.
std::vector<metrics::Values> values_of(const std::vector<metrics::Row>& rows) {
  std::vector<metrics::Values> values;
  for (const auto& row : rows) values.push_back(row.values);
  return values;
}

/// An evaluation of the first images of another one.
train::MeasuredSet part_of(const train::MeasuredSet& whole, std::int64_t count, const char* id, std::int32_t every) {
  return {whole.name, ImageSetId{id}, every, {}, first_of(whole.images, count)};
}

/// Falls at 1, 2 and never, the first two each with a set that the others lack.
std::vector<train::Job> measured_differently(const train::Job& job) {
  std::vector<train::Job> jobs{decaying(job, 1, 3), decaying(job, 2, 3), decaying(job, 3, 3)};
  jobs[0].evaluations = {part_of(job.evaluations[1], 5, "some tests", 2), job.evaluations[0]};
  jobs[1].evaluations = {part_of(job.evaluations[0], 3, "some valid", 1), job.evaluations[1]};
  jobs[1] = with_fit(jobs[1]);
  jobs[2].evaluations = {job.evaluations[1]};
  return jobs;
}

/// When each set was measured, in the order of the rows.
std::vector<std::pair<Subset, task::Moment>> moments_of(const Notes& notes) {
  std::vector<std::pair<Subset, task::Moment>> moments;
  for (const auto& row : notes.all) moments.emplace_back(row.subset, task::Moment{row.epoch, row.step});
  return moments;
}

}  // namespace

TEST_CASE("measure: a finished network gives the last rows of its training, to the bit") {
  auto job = with_fit(made_job(scratch("measure-same")));
  check_measured(job);
  check_measured(job, /*resident=*/true);
  job.evaluations.pop_back();  // the training images are not measured
  check_measured(job);
  task::training(job.task).length = {0, 7};  // a moment within an epoch, written as steps
  check_measured(with_id(job));
  task::training(job.task).units[1].trained = task::Trained::scale_shift;
  check_measured(with_id(job));
}

TEST_CASE("measure: with cached features, and as a replica") {
  const auto job = with_fit(made_job(scratch("measure-cached")));
  auto cached = frozen(job, some_source(job, 5), 5);
  check_measured(cached);
  check_measured(cached, /*resident=*/true);
  task::training(cached.task).augment.flip = true;
  check_measured(with_id(cached));
  cached.task.form.batched = true;
  check_measured(with_id(cached));
}

TEST_CASE("measure: a probe takes the features that a training has cached, and computes none again") {
  const auto job = made_job(scratch("measure-probe"));
  const auto trained = frozen(job, some_source(job, 5), 3);
  train::DeviceContext context(at::kCPU, std::int64_t{1} << 30), fresh(at::kCPU, std::int64_t{1} << 30);
  const auto notes = run_bundle({trained}, context).front();
  const auto probe = probe_of(trained, notes);
  const auto bytes = context.features().bytes();
  REQUIRE(bytes > 0);

  const auto alone = measure(probe, fresh), shared = measure(probe, context);

  CHECK(shared.outcome.end == task::End::done);
  CHECK((shared.all == alone.all));
  CHECK((values_of(shared.all) == values_of(last_rows(notes))));
  CHECK(context.features().bytes() == bytes);
  features_of(trained, context)->table().zero_();  // who computed its own would not see this
  CHECK((values_of(measure(probe, context).all) != values_of(alone.all)));
}

TEST_CASE("measure: on sets and by metrics that the training did not ask for") {
  auto job = made_job(scratch("measure-more"));
  train::DeviceContext context;
  const auto trained = run_bundle({job}, context).front();
  job.evaluations = {part_of(job.evaluations[0], 3, "some", 0)};
  job.evaluations[0].metrics = {Metric::top1};

  const auto measured = measure(finished(job, trained), context);

  REQUIRE(measured.all.size() == 1);
  CHECK(measured.all[0].set == ImageSetId{"some"});
  CHECK(measured.all[0].count == 3);
  CHECK(std::isnan(measured.all[0].of(Metric::loss)));
  CHECK_FALSE(std::isnan(measured.all[0].of(Metric::top1)));
  CHECK(measured.files.empty());  // no test set
}

TEST_CASE("measure: a file of another network is refused, a flag is followed without rows") {
  auto job = made_job(scratch("measure-refused"));
  train::DeviceContext context;
  const auto trained = run_bundle({job}, context).front();
  job = finished(job, trained);

  SECTION("other classes") {
    job.classes = 3;
    const auto measured = measure(job, context);
    CHECK(measured.outcome.end == task::End::refused);
    CHECK_FALSE(measured.outcome.text.empty());
    CHECK(measured.all.empty());
  }
  SECTION("stop and cancel") {
    for (const std::int64_t questions : {0, 1}) {
      CHECK(measure(job, context, After(questions)).outcome.end == task::End::stopped);
      const auto cancelled = measure(job, context, After(questions, train::ControlFlag::cancel));
      CHECK(cancelled.outcome.end == task::End::cancelled);
      CHECK(cancelled.all.empty());
      CHECK(cancelled.files.empty());
    }
  }
}

TEST_CASE("evaluations: members of a family may differ in them, and get the rows that each gets alone") {
  const auto job = made_job(scratch("measure-family"));
  const auto jobs = measured_differently(job);

  check_same(run_bundle(jobs), each_alone(jobs));
  check_resuming(jobs, run_bundle(jobs), 5);
  const auto cached = measured_differently(frozen(job, some_source(job, 5), 3));
  check_same(run_bundle(cached), each_alone(cached));
  train::DeviceContext context(at::kCPU, std::int64_t{1} << 30, /*resident=*/true);
  check_same(run_bundle(cached, context), run_bundle(cached, context));
}

TEST_CASE("evaluations: replicas of one stream may differ in them") {
  const auto job = made_job(scratch("measure-replicas"));
  auto jobs = measured_differently(frozen(job, some_source(job, 5), 5));
  for (std::size_t m = 0; m < jobs.size(); ++m) {
    jobs[m].task.form.batched = true;
    task::training(jobs[m].task).init_seed = m;  // families of their own on one stream
    jobs[m] = with_id(jobs[m]);
  }

  check_same(run_bundle(jobs), each_alone(jobs));
}

TEST_CASE("evaluations: a set under two names is measured once for both, each as often as asked") {
  auto job = made_job(scratch("measure-names"));
  job.evaluations[1].images = job.evaluations[0].images;
  job.evaluations[1].id = job.evaluations[0].id;
  job.evaluations[1].every = 2;

  const auto rows = run_bundle({job}).front().all;

  REQUIRE(rows.size() == 5);  // epoch 1: train, valid; epoch 2: train, valid, test
  auto valid = rows[3];
  valid.subset = Subset::test;
  CHECK((valid == rows[4]));
  CHECK(rows[1].subset == Subset::valid);
}

TEST_CASE("evaluations: a loss that is not finite ends the training, also where the loss is not asked for") {
  auto job = made_job(scratch("measure-diverge"));
  for (auto& measured : job.evaluations) measured.metrics = {Metric::top1};
  const auto well = run_bundle({job}).front();
  CHECK(well.outcome.end == task::End::done);
  CHECK(std::isnan(well.all.back().of(Metric::loss)));
  for (auto& row : task::training(job.task).units) row.rates = {{{0, 0}, 0.01f}, {{1, 3}, 1e30f}};

  const auto lost = run_bundle({with_id(job)}).front();

  CHECK(lost.outcome.end == task::End::diverged);
  CHECK(lost.outcome.text.find("the loss on valid") != std::string::npos);
}

TEST_CASE("evaluations: by steps, each gives the rows of a training that ends there") {
  auto job = made_job(scratch("measure-steps"));  // 4 steps an epoch, 8 in all
  job = measured_every(job, 0);
  job.evaluations[0].every_steps = 3;

  const auto notes = run_bundle({job}).front();

  std::vector<task::Moment> moments;
  for (const auto& row : notes.all) {
    if (row.subset != Subset::valid) continue;
    moments.push_back({row.epoch, row.step});
    auto shorter = job;
    task::training(shorter.task).length = moments.back();
    const auto alone = last_rows(run_bundle({with_id(shorter)}).front());
    CHECK((row.values == alone.front().values));
  }
  CHECK((moments == std::vector<task::Moment>{{0, 3}, {1, 2}, {2, 0}}));
}

TEST_CASE("evaluations: by steps and by epochs, in families, replicas and on a device, stopped anywhere") {
  const auto job = made_job(scratch("measure-steps-family"));
  auto jobs = measured_differently(job);
  jobs[0].evaluations[0].every_steps = 3;
  jobs[1].evaluations[0].every_steps = 4;  // an epoch's end, measured once
  jobs[2].evaluations[0].every_steps = 5;
  check_same(run_bundle(jobs), each_alone(jobs));
  check_resuming(jobs, run_bundle(jobs), 1);
  for (auto& one : jobs) one = frozen(one, some_source(job, 5), 5);
  const auto plain = run_bundle(jobs);
  check_same(plain, each_alone(jobs));
  for (std::size_t m = 0; m < jobs.size(); ++m) jobs[m].task.form.batched = true;
  const auto replicas = run_bundle(jobs);
  for (std::size_t m = 0; m < jobs.size(); ++m) CHECK((moments_of(replicas[m]) == moments_of(plain[m])));
  check_same(run_bundle(jobs), each_alone(jobs));
  check_resuming(jobs, run_bundle(jobs), 1);
  train::DeviceContext context(at::kCPU, std::int64_t{1} << 30, /*resident=*/true);
  check_same(run_bundle(jobs, context), run_bundle(jobs, context));
}
