// What came after the first run on a GPU: probes, other parts of a network trained, and trainings that stop early.
#include "espalier/model/unit_network.hpp"
#include "espalier/network/front.hpp"
#include "gpu/gpu_jobs.hpp"
#include "train/bundle/measure.hpp"

using namespace espalier;
using namespace espalier::testing;
using metrics::Metric;

namespace {

/// A probe of features after unit 3 of a trained network, told by the training's own images.
train::Job probe_of(const train::Job& trained, const Notes& notes, task::ProbeMethod method) {
  const auto& spec = task::training(trained.task);
  task::ProbeSpec probe;
  probe.method = method;
  probe.features = 3;
  probe.input = spec.input;
  probe.mean = probe.retrieval.mean = spec.mean;
  probe.std = probe.retrieval.std = spec.std;
  for (std::size_t u = 0; u < spec.units.size(); ++u)
    probe.units.push_back({task::StartKind::checkpoint, {}, notes.last(task::ArtifactKind::finished)});
  probe.retrieval.units = probe.units;
  probe.retrieval.depth = 10;
  probe.distance.count = 8;
  train::Job job = trained;
  job.probe = probe;
  job.outputs = job.classes;
  job.task.form.cached_units = probe.features;
  job.task.work = task::untrained(probe);
  job.task.id = task::task_id(probe);
  return job;
}

std::vector<metrics::Row> measured(const train::Job& job, train::DeviceContext& context) {
  BundleNotes notes(1);
  After never;
  train::measure(job, context, never, notes);
  CHECK(notes.of.front().outcome.end == task::End::done);
  return notes.of.front().all;
}

void check_near_the_cpu(const train::Job& job) {
  train::DeviceContext context = on_gpu();
  check_near(run_bundle({with_id(job)}, context).front(), run_bundle({with_id(job)}).front(), 1e-3, 1);
}

network::LayerSpec conv(std::int32_t outputs, std::int32_t side) {
  network::LayerSpec layer;
  layer.kind = network::LayerKind::convolution;
  layer.name = "conv";
  layer.outputs = outputs;
  layer.kernel_h = layer.kernel_w = side;
  layer.init = network::Init::he_normal_fan_in;
  return layer;
}

/// The job with a unit in front that samples the image by an affine map.
train::Job behind_a_sampler(train::Job job) {
  network::LayerSpec map, sampler;
  map.kind = network::LayerKind::linear;
  map.name = "map";
  map.outputs = 6;
  map.init = network::Init::torch_default;
  sampler.kind = network::LayerKind::spatial_transformer;
  sampler.name = "sampler";
  sampler.branches = {{conv(4, 3), map}};
  job.network = network::with_front({{{"a", {sampler}}}}, job.network, 1);
  auto& units = task::training(job.task).units;
  units.insert(units.begin(), units.front());
  return with_id(job);
}

}  // namespace

TEST_CASE("gpu: probes say of features made there what they say of a CPU's") {
  const auto job = made_job(scratch("gpu-probes"));
  const auto notes = run_bundle({job}).front();
  for (const auto method : {task::ProbeMethod::linear, task::ProbeMethod::neighbours, task::ProbeMethod::retrieval,
                            task::ProbeMethod::distance}) {
    auto probe = probe_of(job, notes, method);
    if (method == task::ProbeMethod::distance) probe.evaluations.resize(1);
    if (method == task::ProbeMethod::distance) probe.images = first_of(probe.images, 16);
    train::DeviceContext there = on_gpu(), here;
    const auto ours = measured(probe, there), theirs = measured(probe, here);
    REQUIRE(ours.size() == theirs.size());
    REQUIRE_FALSE(ours.empty());
    for (std::size_t i = 0; i < ours.size(); ++i) {
      for (const auto metric : {Metric::loss, Metric::top1, Metric::top5, Metric::distance, Metric::floor}) {
        const double left = ours[i].of(metric), right = theirs[i].of(metric);
        CHECK(std::isnan(left) == std::isnan(right));
        if (!std::isnan(left)) CHECK(left == Approx(right).epsilon(1e-3));
      }
    }
  }
}

TEST_CASE("gpu: scales and shifts, and a unit in front that samples the image, are trained as on a CPU") {
  auto scaled = made_job(scratch("gpu-scaled"));
  task::training(scaled.task).units[1].trained = task::Trained::scale_shift;
  check_near_the_cpu(scaled);
  const auto sampled = behind_a_sampler(made_job(scratch("gpu-sampler")));
  check_near_the_cpu(sampled);
  train::DeviceContext context = on_gpu(), again = on_gpu();
  check_same(run_bundle({sampled}, context).front(), run_bundle({sampled}, again).front());
}

TEST_CASE("gpu: a rule ends a training there where its losses say, with the network of the best epoch") {
  auto job = made_job(scratch("gpu-stops"));
  for (auto& row : task::training(job.task).units) row.rates = {{{0, 0}, 0.08F}};
  task::training(job.task).length = {12, 0};
  task::training(job.task).stop = {job.evaluations[0].id, Metric::loss, {1, 0}, 2, 0, true};
  train::DeviceContext context = on_gpu(), again = on_gpu();
  const auto notes = run_bundle({with_id(job)}, context).front();
  check_same(notes, run_bundle({with_id(job)}, again).front());
  double best = INFINITY;
  std::int32_t best_epoch = 0, last_epoch = 0;
  for (const auto& row : notes.all) {
    if (row.subset != metrics::Subset::valid || row.step != 0) continue;
    last_epoch = std::max(last_epoch, row.epoch);
    if (row.of(Metric::loss) < best) best_epoch = row.epoch;
    best = std::min(best, row.of(Metric::loss));
  }
  const auto file = data::read_artifact(job.artifact_dir, notes.last(task::ArtifactKind::finished));
  CHECK(file.metadata.at("epoch") == std::to_string(best_epoch));
  CHECK(last_epoch == std::min(best_epoch + 2, 12));
}

TEST_CASE("gpu: networks for larger images give what they do on a CPU") {
  for (const auto& [name, side] : {std::pair{"inception_v2", 112}, {"resnet50", 64}}) {
    INFO(name);
    model::UnitNetwork here(*network::named(name, {.width = 0.25}), {3, side, side}, 10);
    model::UnitNetwork away(here.spec(), {3, side, side}, 10);
    for (std::int32_t u = 1; u <= here.depth(); ++u) {
      here.reinitialise(u, 4);
      away.reinitialise(u, 4);
    }
    away.to(gpu());
    const at::Tensor images = at::randn({8, 3, side, side});
    CHECK(at::allclose(away.train_forward(images.to(gpu()), {1, 0, 0}).cpu(), here.train_forward(images, {1, 0, 0}),
                       1e-2, 1e-3));
  }
}
