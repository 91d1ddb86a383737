// links: train
// What a device gives: images a second of training steps by batch, precision and way of stepping, against the bound
// from its own rates of arithmetic and memory; steps by frozen depth, with and without cached features; replicas. JSON.
// --quick: small networks, a moment each, on a CPU, too: to see that it runs.
#include <ATen/ops/randint.h>

#include <chrono>
#include <cstring>
#include <iostream>
#include <nlohmann/json.hpp>

#include "espalier/device/device.hpp"
#include "espalier/network/networks.hpp"
#include "espalier/train/numeric_form.hpp"
#include "espalier/train/training.hpp"
#include "train/batched/batched_network.hpp"
#include "train/device/captured_training.hpp"

using namespace espalier;
using nlohmann::json;
using task::Precision;

namespace {

struct Options {
  bool quick = false;
  at::Device device = at::kCPU;
};
Options options;

constexpr std::int32_t kClasses = 100;
const std::map<Precision, const char*> kNames{
    {Precision::fp32, "fp32"}, {Precision::tf32, "tf32"}, {Precision::bf16, "bf16"}};

double now_s() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

/// Seconds of one `work`, which does not wait for the device: the median of five rounds.
template <class Work>
double seconds_of(const Work& work) {
  const double round_s = options.quick ? 0.02 : 0.1;
  for (int i = 0; i < 4; ++i) work();
  device::synchronise(options.device);
  std::vector<double> taken;
  for (int round = 0; round < 5; ++round) {
    const double start = now_s();
    int done = 0;
    while (done < 2 || now_s() - start < round_s) {
      for (int i = 0; i < 10; ++i) work();
      device::synchronise(options.device);
      done += 10;
    }
    taken.push_back((now_s() - start) / done);
  }
  std::sort(taken.begin(), taken.end());
  return taken[2];
}

std::vector<Precision> precisions() {
  if (options.device.is_cuda()) return {Precision::fp32, Precision::tf32, Precision::bf16};
  return {Precision::fp32};
}

struct Rates {
  double multiply_adds_s = 0, bytes_s = 0;
};

/// Of a large matrix product, and of a copy.
Rates rates_of(Precision precision) {
  device::allow_tf32(options.device, precision == Precision::tf32);
  const std::int64_t side = options.quick ? 512 : 8192;
  const auto type = at::TensorOptions(precision == Precision::bf16 ? at::kBFloat16 : at::kFloat).device(options.device);
  const at::Tensor a = at::rand({side, side}, type), b = at::rand({side, side}, type);  // ones would run faster
  at::Tensor c = at::empty({side, side}, type);
  const double product_s = seconds_of([&] { at::mm_out(c, a, b); });
  const double copy_s = seconds_of([&] { c.copy_(a); });
  const auto n = static_cast<double>(side);
  return {n * n * n / product_s, 2.0 * static_cast<double>(a.nbytes()) / copy_s};
}

struct Shape {
  const char* network;
  double width;
  std::int32_t side, batch, frozen = 0, cached = 0;
};

train::Job job_of(const Shape& shape, Precision precision) {
  train::Job job;
  job.network = *network::named(shape.network, {.width = shape.width});
  job.classes = kClasses;
  auto& spec = task::training(job.task);
  spec.input = {3, shape.side, shape.side};
  spec.mean.assign(3, 0.5f);
  spec.std.assign(3, 0.25f);
  spec.units.resize(job.network.units.size());
  for (std::size_t u = 0; u < spec.units.size(); ++u) {
    if (static_cast<std::int32_t>(u) < shape.frozen) spec.units[u].trained = task::Trained::no;
    else spec.units[u].rates = {{{0, 0}, 1e-4f}};
  }
  spec.momentum = 0.9f;
  spec.weight_decay = 5e-4f;
  spec.batch = shape.batch;
  spec.precision = precision;
  job.task.form.cached_units = shape.cached;
  return job;
}

model::UnitNetwork network_of(const train::Job& job) {
  model::UnitNetwork network(job.network, task::training(job.task).input, job.classes);
  network.set_precision(task::training(job.task).precision);
  for (std::int32_t u = 1; u <= network.depth(); ++u) {
    network.reinitialise(u, 1);
    network.tune(u, task::training(job.task).units[static_cast<std::size_t>(u - 1)].trained);
  }
  network.to(options.device);
  return network;
}

/// Lower bound of a step's seconds: products at the device's rate, and all weights and outputs moved as often as they
/// must be (weights: read twice, with gradient and momentum written and read; outputs: written, read twice).
double bound_s(const Shape& shape, Precision precision, const Rates& rates) {
  const train::Job job = job_of(shape, precision);
  const auto units = network::infer(job.network, task::training(job.task).input, job.classes);
  double products = 0, numbers = 0, parameters = 0;
  bool below = false;
  for (std::size_t u = 0; u < units.size(); ++u) {
    const bool trained = task::training(job.task).units[u].trained != task::Trained::no;
    products += static_cast<double>(units[u].multiply_adds) * (1 + trained + below);
    numbers += static_cast<double>(units[u].output.elements());
    for (const auto& parameter : units[u].parameters)
      parameters += trained ? static_cast<double>(parameter.elements()) : 0;
    below = below || trained;
  }
  const double number_bytes = precision == Precision::bf16 ? 2 : 4;
  const double moved = 3 * numbers * number_bytes * shape.batch + 6 * 4 * parameters;
  return std::max(products * shape.batch / rates.multiply_adds_s, moved / rates.bytes_s);
}

double step_s(const Shape& shape, Precision precision, bool eager) {
  device::allow_tf32(options.device, precision == Precision::tf32);
  const train::Job job = job_of(shape, precision);
  model::UnitNetwork network = network_of(job);
  train::CapturedTraining captured(job, network, eager);
  const auto bytes = at::TensorOptions(at::kByte).device(options.device);
  const at::Tensor pixels = at::randint(256, {1000, 3, shape.side, shape.side}, bytes);
  train::BatchRows rows;
  for (std::int32_t i = 0; i < shape.batch; ++i) {
    rows.rows.push_back(37 * i % 1000);
    rows.windows.push_back({i % 5 - 2, i % 3 - 1, i % 2 == 1});
    rows.labels.push_back(i % kClasses);
  }
  train::BatchSource source;
  const data::BatchMaker batches(task::training(job.task));
  if (shape.cached == 0) {
    source.images = device::Images{pixels, batches.scale().to(options.device), batches.offset().to(options.device)};
    source.input = task::training(job.task).input;
  }
  captured.training().connect(source);
  captured.training().fill(rows);
  if (shape.cached > 0) {
    captured.training().stage(
        network.features(at::rand({shape.batch, 3, shape.side, shape.side}).to(options.device), shape.cached));
  }
  captured.fill_steps(task::training(job.task), task::Timeline(2L * shape.batch, shape.batch, {1, 0}), 0);
  return seconds_of([&] {
    captured.training().go_to(0);
    captured.step(shape.batch);
  });
}

/// Each row is told as soon as it is measured: a bench that is cut short, or that crashes, has shown what it had.
void add(json& rows, json row) {
  std::cerr << row.dump() << std::endl;
  rows.push_back(std::move(row));
}

json steps() {
  json rows = json::array();
  const auto shapes =
      options.quick ? std::vector<Shape>{{"cifar7", 0.25, 32, 8}}
                    : std::vector<Shape>{{"cifar7", 2, 32, 64},   {"cifar7", 2, 32, 256},   {"cifar7", 2, 32, 1024},
                                         {"alexnet", 1, 224, 64}, {"alexnet", 1, 224, 256}, {"alexnet", 1, 224, 1024}};
  for (const Precision precision : precisions()) {
    const Rates rates = rates_of(precision);
    for (const Shape& shape : shapes) {
      const double bound = bound_s(shape, precision, rates);
      for (const bool eager : {true, false}) {
        const double step = step_s(shape, precision, eager);
        add(rows, {{"network", shape.network},
                   {"side", shape.side},
                   {"batch", shape.batch},
                   {"precision", kNames.at(precision)},
                   {"steps", eager ? "eager" : "recorded"},
                   {"step_ms", 1e3 * step},
                   {"images_s", shape.batch / step},
                   {"bound_images_s", shape.batch / bound},
                   {"multiply_adds_s", rates.multiply_adds_s},
                   {"bytes_s", rates.bytes_s}});
      }
    }
  }
  return rows;
}

json frozen_depths() {
  json rows = json::array();
  const std::int32_t deepest = options.quick ? 2 : 6;
  for (std::int32_t frozen = 0; frozen <= deepest; ++frozen) {
    const Shape shape{"cifar7", options.quick ? 0.25 : 2, 32, 64, frozen};
    Shape cached = shape;
    cached.cached = frozen;
    json row{{"frozen", frozen}, {"step_ms", 1e3 * step_s(shape, Precision::fp32, false)}};
    if (frozen > 0) row["cached_step_ms"] = 1e3 * step_s(cached, Precision::fp32, false);
    add(rows, row);
  }
  return rows;
}

json replicas() {
  json rows = json::array();
  const Shape shape{"cifar7", options.quick ? 0.25 : 2, 32, 64, 5, 5};
  const train::Job job = job_of(shape, Precision::fp32);
  model::UnitNetwork network = network_of(job);
  const train::Optimiser optimiser(network, task::training(job.task));
  const at::Tensor features = network.features(at::rand({64, 3, 32, 32}).to(options.device), 5).flatten(1);
  for (std::int64_t count = 1; count <= (options.quick ? 2 : 64); count *= 2) {
    train::BatchedNetwork batched_network(job.network, 5, task::training(job.task));
    for (std::int64_t replica = 0; replica < count; ++replica) batched_network.append(network, optimiser);
    const at::Tensor inputs = features.unsqueeze(0).repeat({count, 1, 1});
    const std::vector<at::Tensor> labels(static_cast<std::size_t>(count), at::randint(kClasses, {64}, at::kLong));
    const std::vector<train::ReplicaStep> steps(static_cast<std::size_t>(count),
                                                {{1, 0, 0}, std::vector<float>(7, 1e-4f)});
    const double step = seconds_of([&] {
      const at::Tensor logits = batched_network.forward(inputs, steps);
      batched_network.losses(logits, labels);
      batched_network.update(steps);
    });
    add(rows, {{"replicas", count},
               {"step_ms", 1e3 * step},
               {"step_ms_per_replica", 1e3 * step / static_cast<double>(count)}});
  }
  return rows;
}

}  // namespace

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) options.quick = options.quick || std::strcmp(argv[i], "--quick") == 0;
  train::start_deterministic();
  options.device = device::choose(options.quick ? "auto" : "cuda", 0);
  device::start(options.device);
  std::cout << json{{"device", train::describe({.threads = 1}, options.device)},
                    {"steps", steps()},
                    {"frozen", frozen_depths()},
                    {"replicas", replicas()}}
                   .dump(1)
            << "\n";
}
