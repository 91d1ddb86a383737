#include "espalier/train/training.hpp"

#include "espalier/core/errors.hpp"
#include "espalier/device/device.hpp"
#include "espalier/model/description.hpp"
#include "espalier/train/numeric_form.hpp"
#include "support/catch_after_torch.hpp"
#include "train/made_job.hpp"

using namespace espalier;
using testing::After;
using testing::Notes;

namespace {

train::Outcome run(const train::Job& job, Notes& notes, After control = After()) {
  notes = testing::run_bundle({job}, control).front();
  return notes.outcome;
}

std::vector<metrics::Row> of(const Notes& notes, metrics::Subset subset) {
  std::vector<metrics::Row> rows;
  for (const auto& row : notes.all) {
    if (row.subset == subset) rows.push_back(row);
  }
  return rows;
}

/// All tensors of the finished network.
data::TensorFile finished(const train::Job& job, const Notes& notes) {
  return data::read_artifact(job.artifact_dir, notes.last(task::ArtifactKind::finished));
}

}  // namespace

TEST_CASE("training: rows stand at the ends of epochs, and the last moment is always evaluated") {
  train::Job job = testing::made_job(testing::scratch("train-rows"));
  task::training(job.task).length = {3, 2};
  job = testing::with_fit(testing::measured_every(job, 2));
  Notes notes;

  const auto outcome = run(job, notes);

  CHECK(outcome.end == task::End::done);
  CHECK(outcome.epoch_images == 3 * 20 + 2 * 6);
  const auto trained = of(notes, metrics::Subset::train);
  REQUIRE(trained.size() == 4);
  CHECK(trained[0].count == 20);
  CHECK(trained[3].count == 12);
  CHECK((trained[3].epoch == 3 && trained[3].step == 2));
  const auto valid = of(notes, metrics::Subset::valid);
  REQUIRE(valid.size() == 2);
  CHECK((valid[0].epoch == 2 && valid[0].step == 0 && valid[0].count == 8));
  CHECK((valid[1].epoch == 3 && valid[1].step == 2));
  CHECK(of(notes, metrics::Subset::test).size() == 2);
  REQUIRE(of(notes, metrics::Subset::train_eval).size() == 1);
  CHECK(of(notes, metrics::Subset::train_eval)[0].count == 20);
}

TEST_CASE("training: the same task gives the same bits") {
  train::Job job = testing::made_job(testing::scratch("train-same"));
  Notes first, second;

  run(job, first);
  run(job, second);

  CHECK((first.all == second.all));
  CHECK(first.last(task::ArtifactKind::finished) == second.last(task::ArtifactKind::finished));
}

TEST_CASE("training: the finished network's file says which network it holds") {
  train::Job job = testing::made_job(testing::scratch("train-described"));
  Notes notes;

  run(job, notes);

  const auto described = model::description_of(finished(job, notes));
  REQUIRE(described);
  CHECK((described->network == job.network));
  CHECK(described->classes == job.classes);
}

TEST_CASE("training: what is told apart by place is learned") {
  train::Job job = testing::made_job(testing::scratch("train-learns"));
  job.network = *network::named("mnist4", {.width = 0.25});
  task::training(job.task).length = {25, 0};
  task::training(job.task).units.assign(4, {});
  for (auto& row : task::training(job.task).units) row.rates = {{{0, 0}, 0.02f}};
  job = testing::measured_every(job, 0);
  Notes notes;

  run(job, notes);

  CHECK(of(notes, metrics::Subset::test)[0].of(metrics::Metric::top1) > 0.9);
}

TEST_CASE("training: stopped after any step and resumed, it ends with the same rows and bits") {
  for (const auto optimiser : {task::OptimiserKind::sgd, task::OptimiserKind::adam}) {
    train::Job job = testing::made_job(testing::scratch("train-resume"));
    task::training(job.task).optimiser = optimiser;
    if (optimiser == task::OptimiserKind::adam) {  // scales, and a shift, are part of the state
      job.network.units[0].layers[0].bias = false;
      for (std::size_t u = 0; u < 2; ++u) task::training(job.task).units[u].trained = task::Trained::scale_shift;
    }
    task::training(job.task).augment.flip = true;
    task::training(job.task).augment.shifted_crop = 1;
    job = testing::with_fit(job);
    Notes whole;
    run(job, whole);
    for (std::int64_t questions = 0;; ++questions) {
      Notes cut, rest;
      job.resume = {};
      const auto outcome = run(job, cut, After(questions));
      if (outcome.end == task::End::done) break;
      REQUIRE(outcome.end == task::End::stopped);
      job.resume = cut.last(task::ArtifactKind::training);
      REQUIRE(run(job, rest).end == task::End::done);

      std::vector<metrics::Row> rows = cut.all;
      rows.insert(rows.end(), rest.all.begin(), rest.all.end());
      INFO("stopped after " << questions << " questions, resumed from " << rest.resumed_from.epoch << ", "
                            << rest.resumed_from.step);
      REQUIRE((rows == whole.all));
      REQUIRE(rest.last(task::ArtifactKind::finished) == whole.last(task::ArtifactKind::finished));
      REQUIRE(rest.last(task::ArtifactKind::predictions) == whole.last(task::ArtifactKind::predictions));
    }
  }
}

TEST_CASE("training: with checkpoint_s 0 the state is saved after each epoch but the last, and goes on from there") {
  train::Job job = testing::made_job(testing::scratch("train-checkpoints"));
  task::training(job.task).length = {3, 0};
  job.checkpoint_s = 0;
  Notes whole, rest;

  run(job, whole);
  job.resume = whole.files[task::ArtifactKind::training].front();
  run(job, rest);

  CHECK((whole.moments[task::ArtifactKind::training] == std::vector<task::Moment>{{1, 0}, {2, 0}}));
  CHECK(rest.resumed_from == task::Moment{1, 0});
  CHECK(rest.last(task::ArtifactKind::finished) == whole.last(task::ArtifactKind::finished));
}

TEST_CASE("training: a cancelled training leaves no file") {
  train::Job job = testing::made_job(testing::scratch("train-cancel"));
  Notes notes;

  const auto outcome = run(job, notes, After(3, train::ControlFlag::cancel));

  CHECK(outcome.end == task::End::cancelled);
  CHECK(notes.files.empty());
  CHECK(std::filesystem::is_empty(job.artifact_dir));
}

TEST_CASE("training: one that diverges says where, and keeps the rows it gave") {
  train::Job job = testing::made_job(testing::scratch("train-diverge"));
  for (auto& row : task::training(job.task).units) row.rates = {{{0, 0}, 0.01f}, {{1, 1}, 1e30f}};
  Notes notes;

  const auto outcome = run(job, notes);

  CHECK(outcome.end == task::End::diverged);
  CHECK(outcome.text.find("training loss") != std::string::npos);
  CHECK(outcome.text.find("epoch 1, step 2") != std::string::npos);
  CHECK(of(notes, metrics::Subset::train).size() == 1);
}

TEST_CASE("training: a frozen unit keeps its source's bits, a fresh one does not") {
  const auto folder = testing::scratch("train-frozen");
  train::Job source = testing::made_job(folder);
  Notes source_notes, notes;
  run(source, source_notes);
  train::Job job = testing::made_job(folder);
  for (std::size_t u = 0; u < 3; ++u) {
    task::training(job.task).units[u].start = {task::StartKind::task, source.task.id, {}};
    if (u < 2) task::training(job.task).units[u] = {task::training(job.task).units[u].start, task::Trained::no, {}};
  }
  job.sources[source.task.id] = source_notes.last(task::ArtifactKind::finished);

  REQUIRE(run(job, notes).end == task::End::done);

  const auto before = finished(source, source_notes), after = finished(job, notes);
  for (const auto& [name, value] : before.tensors) {
    INFO(name);
    const bool is_frozen = name.find("conv1") != std::string::npos || name.find("conv2") != std::string::npos;
    CHECK(at::equal(value, after.at(name)) == is_frozen);
  }
}

TEST_CASE("training: sources that are not there or do not fit are the task's own fault") {
  train::Job job = testing::made_job(testing::scratch("train-refuse"));
  Notes notes;

  SECTION("not given") {
    task::training(job.task).units[0].start = {task::StartKind::task, TaskId{"0123456789abcdef0123456789abcdef"}, {}};
  }
  SECTION("another number of classes") {
    run(job, notes);
    task::training(job.task).units[6].start = {
        task::StartKind::checkpoint, {}, notes.last(task::ArtifactKind::finished)};
    job.classes = 3;
  }
  SECTION("a precision that is not built") { task::training(job.task).precision = task::Precision::tf32; }

  const auto outcome = run(job, notes);

  CHECK(outcome.end == task::End::refused);
  CHECK_FALSE(outcome.text.empty());
}

TEST_CASE("training: a smoke run takes one step, keeps sources and no predictions") {
  train::Job job = testing::made_job(testing::scratch("train-smoke"));
  job.smoke = true;
  job.task.record.keep = task::Keep::last;
  Notes notes;

  const auto outcome = run(job, notes);

  CHECK(outcome.end == task::End::done);
  CHECK(outcome.epoch_images == 6);
  CHECK(notes.files.count(task::ArtifactKind::finished) == 1);
  CHECK(notes.files.count(task::ArtifactKind::predictions) == 0);
}

TEST_CASE("training: predictions name each test image's row and agree with the last test row") {
  train::Job job = testing::made_job(testing::scratch("train-predictions"));
  Notes notes;

  run(job, notes);

  const auto file = data::read_artifact(job.artifact_dir, notes.last(task::ArtifactKind::predictions));
  const auto right = (file.at("predicted") == file.at("label")).sum().item<std::int64_t>();
  CHECK(static_cast<double>(right) == of(notes, metrics::Subset::test).back().values.get(metrics::Metric::top1));
  CHECK(file.at("row").size(0) == 12);
}

TEST_CASE("training: bf16 rounds what is computed, not the weights, and gives the same bits again") {
  if (!device::has_bf16(at::kCPU)) return;
  train::Job job = testing::made_job(testing::scratch("train-bf16")), low = job;
  task::training(low.task).precision = task::Precision::bf16;
  Notes notes, rounded, again;

  run(job, notes);
  REQUIRE(run(low, rounded).end == task::End::done);
  run(low, again);

  CHECK((rounded.all == again.all));
  CHECK(rounded.all[0].of(metrics::Metric::loss) == Approx(notes.all[0].of(metrics::Metric::loss)).epsilon(0.02));
  CHECK(rounded.all[0].of(metrics::Metric::loss) != notes.all[0].of(metrics::Metric::loss));
  const auto values = finished(low, rounded);
  for (const auto& [name, value] : values.tensors) CHECK(value.scalar_type() == at::kFloat);
}
