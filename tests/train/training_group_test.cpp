// A group's trainings against those of one worker: the same numbers but for rounding, whatever the batch leaves over.
#include "espalier/train/stepper.hpp"
#include "support/catch_after_torch.hpp"
#include "train/bundle_jobs.hpp"
#include "train/meeting_reducer.hpp"

using namespace espalier;
using namespace espalier::testing;

namespace {

std::vector<Notes> run_group(const std::vector<train::Job>& jobs, std::int32_t members, After control = After()) {
  std::vector<std::vector<Notes>> all(static_cast<std::size_t>(members));
  as_group(members, [&](model::Reducer& reducer) {
    train::DeviceContext context(at::kCPU, std::int64_t{1} << 30);
    BundleNotes notes(jobs.size());
    After mine = control;
    train::train(jobs, context, mine, notes, &reducer);
    all[static_cast<std::size_t>(reducer.rank())] = notes.of;
  });
  for (std::size_t member = 1; member < all.size(); ++member) {
    for (std::size_t job = 0; job < jobs.size(); ++job) {
      REQUIRE((all[member][job].all == all[0][job].all));  // rows: the same bits on all
      REQUIRE(all[member][job].files.empty());             // the first alone writes
      REQUIRE(all[member][job].outcome.end == all[0][job].outcome.end);
    }
  }
  return all[0];
}

/// Rows alike: losses within `tolerance`, counts of images equal, those of right answers within one.
void check_close(const Notes& group, const Notes& single, double tolerance) {
  REQUIRE(group.all.size() == single.all.size());
  for (std::size_t i = 0; i < group.all.size(); ++i) {
    const auto &left = group.all[i], &right = single.all[i];
    INFO(metrics::name_of(right.subset) << " at epoch " << right.epoch << ": " << left.of(metrics::Metric::loss) << ", "
                                        << right.of(metrics::Metric::loss));
    CHECK(left.subset == right.subset);
    CHECK(left.count == right.count);
    CHECK(std::abs(left.of(metrics::Metric::loss) - right.of(metrics::Metric::loss)) <=
          tolerance * right.of(metrics::Metric::loss));
    CHECK(std::abs(left.values.get(metrics::Metric::top1) - right.values.get(metrics::Metric::top1)) <= 1);
  }
}

double largest_weight_difference(const train::Job& job, const Notes& group, const Notes& single) {
  const auto left = data::read_artifact(job.artifact_dir, group.last(task::ArtifactKind::finished));
  const auto right = data::read_artifact(job.artifact_dir, single.last(task::ArtifactKind::finished));
  double largest = 0;
  for (const auto& [name, value] : right.tensors) {
    largest = std::max(largest, (left.at(name) - value).abs().max().item<double>());
  }
  return largest;
}

train::Job three_epochs(train::Job job) {
  task::training(job.task).length = {3, 0};
  job = with_fit(job);
  job.task.id = task::task_id(task::training(job.task));
  return job;
}

/// With batch norm after the first two convolutions.
train::Job with_batch_norm(train::Job job) {
  for (std::size_t u = 0; u < 2; ++u) {
    auto& layers = job.network.units[u].layers;
    network::LayerSpec norm;
    norm.kind = network::LayerKind::batch_norm;
    norm.name = "norm";
    layers.insert(layers.begin() + 1, norm);
  }
  job.task.id = task::task_id(task::training(job.task));
  return job;
}

}  // namespace

TEST_CASE("group: a batch is cut into parts that differ by one image at most, in order") {
  for (std::int64_t whole = 1; whole <= 20; ++whole) {
    for (std::int32_t size = 1; size <= 5; ++size) {
      std::int64_t next = 0, least = whole, most = 0;
      for (std::int32_t rank = 0; rank < size; ++rank) {
        const auto shard = train::shard_of(whole, rank, size);
        CHECK(shard.first == next);
        CHECK(shard.whole == whole);
        next += shard.rows;
        least = std::min(least, shard.rows);
        most = std::max(most, shard.rows);
      }
      CHECK(next == whole);
      CHECK(most - least <= 1);
    }
  }
}

TEST_CASE("group: three epochs of 1, 2 and 4 members agree, dropout and a last batch smaller than the group included") {
  const auto job = three_epochs(made_job(scratch("group")));  // last batches of 2 images: two of four members get none
  const auto single = run_bundle({job}).front();
  for (const std::int32_t members : {1, 2, 4}) {
    INFO(members << " members");
    const auto group = run_group({job}, members).front();
    check_close(group, single, 1e-5);
    CHECK(largest_weight_difference(job, group, single) < 1e-5);
  }
}

TEST_CASE("group: augmentation and Adam draw and step as one worker does") {
  auto job = three_epochs(made_job(scratch("group-augment")));
  task::training(job.task).augment.flip = true;
  task::training(job.task).augment.shifted_crop = 1;
  task::training(job.task).optimiser = task::OptimiserKind::adam;
  for (auto& row : task::training(job.task).units) row.rates = {{{0, 0}, 1e-3f}};
  const auto single = run_bundle({job}).front();
  check_close(run_group({job}, 2).front(), single, 1e-4);
}

TEST_CASE("group: several labels an image, of which not all count, give the same numbers for 1, 2 and 4 members") {
  auto job = three_epochs(with_several_labels(made_job(scratch("group-several"))));
  job.evaluations.pop_back();  // the training images, which with_fit() adds with labels of their own
  const auto single = run_bundle({job}).front();
  for (const std::int32_t members : {1, 2, 4}) {
    const auto group = run_group({job}, members).front();
    REQUIRE(group.all.size() == single.all.size());
    for (std::size_t i = 0; i < group.all.size(); ++i) {
      for (const auto metric : {metrics::Metric::loss, metrics::Metric::ap, metrics::Metric::ap_voc2010}) {
        const double ours = group.all[i].of(metric), theirs = single.all[i].of(metric);
        CHECK(std::isnan(ours) == std::isnan(theirs));
        if (!std::isnan(theirs)) CHECK(ours == Approx(theirs).epsilon(1e-4));
      }
    }
    CHECK(largest_weight_difference(job, group, single) < 1e-5);
  }
}

TEST_CASE("group: batch norm has the statistics of the whole batch, running ones included") {
  const auto job = with_batch_norm(three_epochs(made_job(scratch("group-norm"))));
  const auto single = run_bundle({job}).front();
  const auto group = run_group({job}, 2).front();
  check_close(group, single, 1e-4);
  CHECK(largest_weight_difference(job, group, single) < 1e-4);
}

TEST_CASE("group: scales and shifts are trained by groups, behind batch norm that stays as it is") {
  auto job = with_batch_norm(three_epochs(made_job(scratch("group-scaled"))));
  for (auto& layer : job.network.units[0].layers) layer.bias = false;
  for (std::size_t u = 0; u < 2; ++u) task::training(job.task).units[u].trained = task::Trained::scale_shift;
  job.task.id = task::task_id(task::training(job.task));
  const auto single = run_bundle({job}).front();
  const auto group = run_group({job}, 2).front();
  check_close(group, single, 1e-5);
  CHECK(largest_weight_difference(job, group, single) < 1e-5);
}

TEST_CASE("group: batch norm over one value a channel is finite, the same for one worker and for groups") {
  auto job = three_epochs(made_job(scratch("group-one-value")));
  network::LayerSpec norm;
  norm.kind = network::LayerKind::batch_norm;
  norm.name = "norm";
  auto& units = job.network.units;
  units[units.size() - 2].layers.push_back(norm);  // behind a linear layer: a value an image and channel
  task::training(job.task).batch = static_cast<std::int32_t>(job.images->rows.size()) - 1;  // the last batch has one
  job = with_id(job);

  const auto single = run_bundle({job}).front();

  CHECK(single.outcome.end == task::End::done);
  for (const auto& row : single.all) CHECK(std::isfinite(row.of(metrics::Metric::loss)));
  for (const std::int32_t members : {1, 2}) {
    const auto group = run_group({job}, members).front();
    check_close(group, single, 1e-4);
    CHECK(largest_weight_difference(job, group, single) < 1e-4);
  }
}

TEST_CASE(
    "group: resnet18 at 32 pixels, whose last batch is one image, is finite, the same for one worker and for groups") {
  auto job = made_job(scratch("group-resnet"));
  job.network = *network::named("resnet18");  // its last units see one pixel: one image is one value a channel
  auto& spec = task::training(job.task);
  spec.input = {3, 32, 32};
  spec.mean = {0.4f, 0.4f, 0.4f};
  spec.std = {0.25f, 0.25f, 0.25f};
  spec.units.assign(job.network.units.size(), spec.units.front());
  for (auto& row : spec.units) row.rates = {{{0, 0}, 1e-3f}};  // at 0.05 rounding grows from step to step
  spec.batch = 4;
  spec.length = {1, 0};
  at::manual_seed(5);
  job = with_pixels(job, at::randint(256, {40, 3, 32, 32}, at::kByte));
  job.images = first_of(job.images, 9);
  job = with_id(job);

  const auto single = run_bundle({job}).front();

  REQUIRE(single.outcome.end == task::End::done);
  for (const auto& row : single.all) CHECK(std::isfinite(row.of(metrics::Metric::loss)));
  check_close(run_group({job}, 2).front(), single, 1e-3);
}

TEST_CASE("group: features and families are trained by groups, too") {
  auto job = made_job(scratch("group-family"));
  const auto source = some_source(job, 77);
  const auto jobs = family(frozen(job, source, 2));
  const auto single = run_bundle(jobs);
  const auto group = run_group(jobs, 2);
  for (std::size_t m = 0; m < jobs.size(); ++m) {
    INFO("member " << m);
    check_close(group[m], single[m], 1e-4);
  }
}

TEST_CASE("group: all stop after the same step, and go on from there to the same bits") {
  const auto job = three_epochs(made_job(scratch("group-stop")));
  const auto whole = run_group({job}, 2).front();
  const auto cut = run_group({job}, 2, After(5)).front();
  REQUIRE(cut.outcome.end == task::End::stopped);
  auto rest = job;
  rest.resume = cut.last(task::ArtifactKind::training);
  REQUIRE_FALSE(rest.resume.empty());
  const auto resumed = run_group({rest}, 2).front();
  CHECK(resumed.last(task::ArtifactKind::finished) == whole.last(task::ArtifactKind::finished));
  CHECK(run_group({job}, 2, After(3, train::ControlFlag::cancel)).front().outcome.end == task::End::cancelled);
}

TEST_CASE("group: a training that diverges ends on all members") {
  auto job = three_epochs(made_job(scratch("group-diverges")));
  for (auto& row : task::training(job.task).units) row.rates = {{{0, 0}, 1e6f}};
  CHECK(run_group({job}, 2).front().outcome.end == task::End::diverged);
}

TEST_CASE("group: a branch that diverges leaves nothing to the branches after it") {
  const auto job = made_job(scratch("group-branches"));
  std::vector<train::Job> jobs{decaying(job, 1, 3), decaying(job, 2, 3)};
  for (auto& row : task::training(jobs[0].task).units) row.rates.back().rate = 1e6f;
  jobs[0].task.id = task::task_id(task::training(jobs[0].task));
  const auto single = run_bundle(jobs);
  const auto group = run_group(jobs, 2);
  CHECK(group[0].outcome.end == task::End::diverged);
  CHECK(group[1].outcome.end == task::End::done);
  check_close(group[1], single[1], 1e-4);
}
