// Steps as a device takes them, on the CPU: tables, recorded work, sums that are read once an epoch.
#include <c10/util/Exception.h>

#include <cmath>

#include "train/bundle_jobs.hpp"
#include "train/device/captured_training.hpp"

using namespace espalier;
using namespace espalier::testing;

namespace {

constexpr std::int64_t kFeatureBytes = std::int64_t{1} << 30;

train::DeviceContext on_device() { return train::DeviceContext(at::kCPU, kFeatureBytes, /*resident=*/true); }

/// Evaluations fill up their last batch, which may change last bits of its logits; training does not.
void check_alike(const Notes& device, const Notes& host) {
  CHECK(device.last(task::ArtifactKind::finished) == host.last(task::ArtifactKind::finished));
  REQUIRE(device.all.size() == host.all.size());
  for (std::size_t i = 0; i < host.all.size(); ++i) {
    auto left = device.all[i], right = host.all[i];
    CHECK(left.of(metrics::Metric::loss) == Approx(right.of(metrics::Metric::loss)).epsilon(1e-6));
    left.values.set(metrics::Metric::loss, right.of(metrics::Metric::loss));
    CHECK((left == right));
  }
  CHECK(device.outcome.end == host.outcome.end);
  CHECK(device.outcome.text == host.outcome.text);
  CHECK(device.outcome.epoch_images == host.outcome.epoch_images);
}

void check_alike(const std::vector<train::Job>& jobs) {
  train::DeviceContext context = on_device();
  const auto device = run_bundle(jobs, context), host = run_bundle(jobs);
  for (std::size_t m = 0; m < jobs.size(); ++m) check_alike(device[m], host[m]);
}

}  // namespace

TEST_CASE("device engine: a training is the host's to the bit") {
  auto job = made_job(scratch("device-same"));
  job = with_fit(job);
  check_alike({job});
  task::training(job.task).optimiser = task::OptimiserKind::adam;
  check_alike({with_id(job)});
  task::training(job.task).augment.flip = true;
  task::training(job.task).augment.shifted_crop = 2;
  check_alike({with_id(job)});
}

TEST_CASE("device engine: predictions and how sure the network is of them are the host's") {
  const auto job = with_id(with_fit(made_job(scratch("device-sure"))));
  train::DeviceContext context = on_device();
  const auto device = run_bundle({job}, context), host = run_bundle({job});
  CHECK(device.front().last(task::ArtifactKind::predictions) == host.front().last(task::ArtifactKind::predictions));
}

TEST_CASE(
    "device engine: it is what trains where images are to lie on the device, and leaves its captured training there") {
  const auto job = made_job(scratch("device-rigged"));
  for (const bool resident : {true, false}) {
    train::DeviceContext context(at::kCPU, kFeatureBytes, resident);
    run_bundle({job}, context);
    bool left = true;
    const auto make = [&] {
      left = false;
      return std::shared_ptr<train::CapturedTraining>();
    };
    context.captured(train::captured_shape(job), make);
    CHECK(left == resident);
  }
}

TEST_CASE("device engine: several labels an image are trained and measured as on the host, cached features included") {
  auto job = with_several_labels(made_job(scratch("device-several")));
  check_alike({job});
  const auto host = run_bundle({job}).front();
  CHECK(host.all.back().of(metrics::Metric::ap) > 0);
  CHECK(std::isnan(host.all.back().of(metrics::Metric::top1)));
  task::training(job.task).units[0].trained = task::Trained::no;
  task::training(job.task).units[0].rates.clear();
  job.task.form.cached_units = 1;
  check_alike({with_id(job)});
}

TEST_CASE("device engine: dropout, scales and batch norm as on the host") {
  for (const char* name : {"alexnet", "resnet18"}) {
    auto job = made_job(scratch(std::string("device-") + name));
    const bool large = std::string(name) == "alexnet";
    job.network = *network::named(name, {.width = 0.0625});
    const std::int32_t side = large ? 64 : 32;
    job = with_pixels(job, at::upsample_nearest2d(job.images->images.to(at::kFloat), {side, side}).to(at::kByte));
    task::training(job.task).input = {1, side, side};
    task::training(job.task).units.assign(job.network.units.size(), task::training(job.task).units.front());
    task::training(job.task).units[1].trained = task::Trained::scale_shift;
    check_alike({with_id(job)});
  }
}

TEST_CASE("device engine: what a device cannot make itself the host makes, batch by batch") {
  auto job = made_job(scratch("device-staged"));
  task::training(job.task).augment.random_resized = 6;
  task::training(job.task).augment.rotation_degrees = 20;
  check_alike({with_id(job)});
  const auto plain = made_job(scratch("device-unkept"));
  const auto frozen_job = frozen(plain, some_source(plain, 5), 3);
  train::DeviceContext small(at::kCPU, /*feature_bytes=*/100, /*resident=*/true);
  check_alike(run_bundle({frozen_job}, small).front(), run_bundle({frozen_job}).front());
}

TEST_CASE("device engine: families and features, with flips") {
  auto job = made_job(scratch("device-family"));
  check_alike(family(job));
  task::training(job.task).augment.flip = true;
  check_alike(family(frozen(with_id(job), some_source(job, 5), 3)));
}

TEST_CASE("device engine: a captured training that is taken over holds nothing of its last training") {
  const auto job = made_job(scratch("device-rig"));
  auto other = decaying(job, 1, 3);
  task::training(other.task).init_seed = task::training(other.task).mask_seed = task::training(other.task).order_seed =
      99;
  auto fewer = decaying(job, 1, 2);
  fewer.images = first_of(job.images, 13);  // fewer steps
  train::DeviceContext context = on_device();
  for (const auto& one : {job, with_id(other), fewer, job}) {
    train::DeviceContext fresh = on_device();
    check_same(run_bundle({one}, context).front(), run_bundle({one}, fresh).front());
  }
}

TEST_CASE("device engine: stopped anywhere and gone on with, the bits are those of an undisturbed training") {
  const auto job = made_job(scratch("device-resume"));
  const auto whole = run_bundle({job}).front();
  for (const int steps : {1, 3, 4, 6}) {
    train::DeviceContext context = on_device();
    const auto stopped = run_bundle({job}, context, After(steps - 1)).front();
    REQUIRE(stopped.outcome.end == task::End::stopped);
    auto rest = job;
    rest.resume = stopped.last(task::ArtifactKind::training);
    REQUIRE_FALSE(rest.resume.empty());
    const auto ended = run_bundle({rest}, context).front();
    CHECK(ended.last(task::ArtifactKind::finished) == whole.last(task::ArtifactKind::finished));
    CHECK(ended.all.front().of(metrics::Metric::loss) ==
          Approx(whole.all[whole.all.size() - ended.all.size()].of(metrics::Metric::loss)).epsilon(1e-6));
    CHECK(ended.all.front().count == whole.all[whole.all.size() - ended.all.size()].count);
  }
}

TEST_CASE("device engine: a loss that is not finite is found at its step") {
  auto job = made_job(scratch("device-diverge"));
  for (auto& row : task::training(job.task).units) row.rates = {{{0, 0}, 0.05f}, {{1, 1}, 1e30f}};
  train::DeviceContext context = on_device();
  const auto device = run_bundle({with_id(job)}, context).front(), host = run_bundle({with_id(job)}).front();
  CHECK(host.outcome.end == task::End::diverged);
  CHECK(device.outcome.end == host.outcome.end);
  CHECK(device.outcome.text == host.outcome.text);
}

namespace {

/// Says that memory has run out while more than `at_once` trainings are in work, or `times` times.
struct Scarce : After {
  Scarce(std::size_t most, int count) : at_once(most), times(count) {}
  train::ControlFlag after_step(const train::Members& members, task::Moment at) override {
    if (at.epoch >= 1 && members.size() > at_once && times-- > 0) {
      TORCH_CHECK_WITH(OutOfMemoryError, false, "made up");
    }
    return After::after_step(members, at);
  }
  std::size_t at_once;
  int times;
};

}  // namespace

TEST_CASE("memory: a bundle for which it does not suffice is halved, and nothing else changes") {
  const auto job = made_job(scratch("memory-halved"));
  const auto source = some_source(job, 5);
  std::vector<train::Job> jobs;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    auto one = frozen(job, source, 5);
    one.task.form.batched = true;
    task::training(one.task).init_seed = seed;
    jobs.push_back(with_id(one));
  }
  train::DeviceContext context(at::kCPU, kFeatureBytes), enough(at::kCPU, kFeatureBytes);

  const auto halved = run_bundle(jobs, context, Scarce(1, 1000));

  const auto whole = run_bundle(jobs, enough);
  for (std::size_t m = 0; m < jobs.size(); ++m) {
    CHECK(halved[m].last(task::ArtifactKind::finished) == whole[m].last(task::ArtifactKind::finished));
    CHECK(halved[m].outcome.end == task::End::done);
    CHECK((halved[m].all.back() == whole[m].all.back()));
  }
}

TEST_CASE("memory: a single training is tried again with less kept, and given up at last") {
  const auto job = made_job(scratch("memory-single"));
  train::DeviceContext context(at::kCPU, kFeatureBytes, true);
  CHECK(run_bundle({job}, context, Scarce(0, 2)).front().last(task::ArtifactKind::finished) ==
        run_bundle({job}).front().last(task::ArtifactKind::finished));
  CHECK(context.features().budget() == kFeatureBytes / 4);
  CHECK_THROWS_AS(run_bundle({job}, context, Scarce(0, 1000)), c10::OutOfMemoryError);
}
