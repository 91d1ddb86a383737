// Whole trainings on a GPU: recorded steps against the host's, and against a CPU's to rounding.
#include <c10/util/Exception.h>

#include "espalier/model/unit_network.hpp"
#include "gpu/gpu_jobs.hpp"

using namespace espalier;
using namespace espalier::testing;

TEST_CASE("gpu: a training is the CPU's to rounding") {
  for (const bool adam : {false, true}) {
    auto job = made_job(scratch("gpu-near"));
    job = with_fit(job);
    task::training(job.task).augment.flip = true;
    task::training(job.task).augment.shifted_crop = 2;
    if (adam) {
      task::training(job.task).optimiser = task::OptimiserKind::adam;
      for (auto& row : task::training(job.task).units) row.rates = {{{0, 0}, 1e-3f}};
    }
    train::DeviceContext context = on_gpu();
    check_near(run_bundle({with_id(job)}, context).front(), run_bundle({with_id(job)}).front(), 1e-3, 1);
  }
}

TEST_CASE("gpu: the same training gives the same bits again, in a fresh context and in one that was used") {
  const auto job = made_job(scratch("gpu-again"));
  const auto other = decaying(job, 1, 4);
  train::DeviceContext context = on_gpu(), fresh = on_gpu();
  run_bundle({other}, context);
  check_same(run_bundle({job}, context).front(), run_bundle({job}, fresh).front());
}

TEST_CASE("gpu: several labels an image are trained and measured by recorded work as on a CPU") {
  const auto job = with_several_labels(made_job(scratch("gpu-several")));
  train::DeviceContext context = on_gpu();
  const auto here = run_bundle({job}).front(), there = run_bundle({job}, context).front();
  REQUIRE(there.all.size() == here.all.size());
  for (std::size_t i = 0; i < here.all.size(); ++i) {
    CHECK(there.all[i].of(metrics::Metric::loss) == Approx(here.all[i].of(metrics::Metric::loss)).epsilon(1e-3));
    CHECK(std::isnan(there.all[i].of(metrics::Metric::ap)) == std::isnan(here.all[i].of(metrics::Metric::ap)));
  }
}

TEST_CASE("gpu: rates and masks are no constants of what was recorded") {
  auto job = made_job(scratch("gpu-rates"));
  job.network = *network::named("alexnet", {.width = 0.0625});  // has dropout
  task::training(job.task).input = {1, 64, 64};
  job = with_pixels(job, at::upsample_nearest2d(job.images->images.to(at::kFloat), {64, 64}).to(at::kByte));
  task::training(job.task).units.assign(job.network.units.size(), task::training(job.task).units.front());
  train::DeviceContext context = on_gpu();
  check_near(run_bundle({decaying(job, 2, 4)}, context).front(), run_bundle({decaying(job, 2, 4)}).front(), 1e-3, 3);
}

TEST_CASE("gpu: every network's layers compute what they do on a CPU") {
  const at::Device there = gpu();
  for (const auto& [name, side] : {std::pair{"alexnet", 96}, {"caffenet", 99}, {"resnet18", 64}, {"cifar7", 32}}) {
    INFO(name);
    const auto spec = *network::named(name, {.width = 0.25});
    model::UnitNetwork here(spec, {3, side, side}, 10), away(spec, {3, side, side}, 10);
    for (std::int32_t u = 1; u <= here.depth(); ++u) {
      here.reinitialise(u, 4);
      away.reinitialise(u, 4);
    }
    away.to(there);
    const at::Tensor images = at::randn({4, 3, side, side}), labels = at::randint(10, {4}, at::kLong);
    const at::Tensor ours = here.train_forward(images, {1, 0, 0}),
                     theirs = away.train_forward(images.to(there), {1, 0, 0});
    CHECK(at::allclose(theirs.cpu(), ours, 1e-3, 1e-4));
    at::cross_entropy_loss(ours, labels).backward();
    at::cross_entropy_loss(theirs, labels.to(there)).backward();
    for (std::int32_t u = 1; u <= here.depth(); ++u) {
      for (std::size_t i = 0; i < here.tensors(u).size(); ++i) {
        const auto &left = here.tensors(u)[i].value, &right = away.tensors(u)[i].value;
        if (!left.grad().defined()) continue;
        const at::Tensor apart = right.grad().cpu() - left.grad();  // one ReLU may be rounded to the other side
        CHECK(apart.norm().item<float>() <= 1e-2f * left.grad().norm().item<float>() + 1e-6f);
      }
    }
  }
}

TEST_CASE("gpu: tf32 and bf16 round, and give the same bits again") {
  const auto job = made_job(scratch("gpu-precision"));
  const auto exact = run_bundle({job}).front();
  for (const auto precision : {task::Precision::tf32, task::Precision::bf16}) {
    auto low = job;
    task::training(low.task).precision = precision;
    train::DeviceContext context = on_gpu(), again = on_gpu();
    const auto notes = run_bundle({with_id(low)}, context).front();
    check_near(notes, exact, 0.1, 1);
    check_same(notes, run_bundle({with_id(low)}, again).front());
  }
}

TEST_CASE("gpu: families, features and replicas") {
  const auto job = made_job(scratch("gpu-shared"));
  const auto source = some_source(job, 5);
  train::DeviceContext context = on_gpu();
  const auto plain = family(job), cached = family(frozen(job, source, 3));
  auto replicas = family(frozen(job, source, 5));
  for (auto& one : replicas) one.task.form.batched = true;
  for (const auto& jobs : {plain, cached, replicas}) {
    const auto there = run_bundle(jobs, context), here = run_bundle(jobs);
    for (std::size_t m = 0; m < jobs.size(); ++m) check_near(there[m], here[m], 1e-3, 1);
  }
}

TEST_CASE("gpu: stopped and gone on with, the bits are those of an undisturbed training") {
  const auto job = made_job(scratch("gpu-resume"));
  train::DeviceContext context = on_gpu();
  const auto whole = run_bundle({job}, context).front();
  const auto stopped = run_bundle({job}, context, After(4)).front();
  auto rest = job;
  rest.resume = stopped.last(task::ArtifactKind::training);
  CHECK(run_bundle({rest}, context).front().last(task::ArtifactKind::finished) ==
        whole.last(task::ArtifactKind::finished));
}

TEST_CASE("gpu: without momentum") {
  auto job = made_job(scratch("gpu-plain"));
  task::training(job.task).momentum = 0;
  train::DeviceContext context = on_gpu();
  check_near(run_bundle({with_id(job)}, context).front(), run_bundle({with_id(job)}).front(), 1e-3, 1);
}

TEST_CASE("gpu: a loss that is not finite is found at its step") {
  auto job = made_job(scratch("gpu-diverge"));
  for (auto& row : task::training(job.task).units) row.rates = {{{0, 0}, 0.05f}, {{1, 1}, 1e30f}};
  train::DeviceContext context = on_gpu();
  const auto there = run_bundle({with_id(job)}, context).front(), here = run_bundle({with_id(job)}).front();
  CHECK(there.outcome.end == task::End::diverged);
  CHECK(there.outcome.text == here.outcome.text);
}
