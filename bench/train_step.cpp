// links: train
// Processor milliseconds a step of each network, and where they go; bench/train_step.py does the same in PyTorch. JSON.
#include <ctime>
#include <iostream>
#include <limits>
#include <nlohmann/json.hpp>

#include "espalier/data/batch_maker.hpp"
#include "espalier/network/networks.hpp"
#include "espalier/train/numeric_form.hpp"
#include "espalier/train/stepper.hpp"

using namespace espalier;
using nlohmann::json;

namespace {

struct Shape {
  const char* network;
  double width;
  std::int32_t channels, side, batch, frozen;
};

/// Processor time of this thread: other processes disturb it less than they do the clock.
double now_ms() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) * 1e-6;
}

/// The best of many single runs.
template <class Work>
double best_ms(const Work& work) {
  for (int i = 0; i < 3; ++i) work();
  double best = std::numeric_limits<double>::infinity();
  const double end = now_ms() + 1000;
  do {
    const double start = now_ms();
    work();
    best = std::min(best, now_ms() - start);
  } while (now_ms() < end);
  return best;
}

task::TrainSpec spec_of(const Shape& shape, std::size_t units) {
  task::TrainSpec spec;
  spec.input = {shape.channels, shape.side, shape.side};
  spec.mean.assign(static_cast<std::size_t>(shape.channels), 0.5f);
  spec.std.assign(static_cast<std::size_t>(shape.channels), 0.25f);
  spec.units.resize(units);
  for (auto& row : spec.units) row.rates = {{{0, 0}, 0.01f}};
  spec.momentum = 0.9f;
  spec.weight_decay = 5e-4f;
  spec.batch = shape.batch;
  return spec;
}

json measure(const Shape& shape) {
  const auto network_spec = *network::named(shape.network, {.width = shape.width});
  const auto spec = spec_of(shape, network_spec.units.size());
  model::UnitNetwork network(network_spec, spec.input, 80);
  for (std::int32_t u = 1; u <= network.depth(); ++u) {
    network.reinitialise(u, 1);
    if (u <= shape.frozen) network.freeze(u);
    else network.tune(u, task::Trained::all);
  }
  data::ImageSet set;
  set.images = at::randint(256, {1000, shape.channels, shape.side, shape.side}, at::kByte);
  std::vector<std::int64_t> positions;
  for (std::int64_t i = 0; i < 1000; ++i) set.rows.push_back(i);
  for (std::int32_t i = 0; i < shape.batch; ++i) positions.push_back(37 * i % 1000);
  const data::BatchMaker batches(spec);
  const at::Tensor labels = at::randint(80, {shape.batch}, at::kLong);
  const task::Timeline timeline(1000, shape.batch, {1000, 0});
  train::Stepper stepper(network, spec, timeline);
  train::Score score;
  task::Moment at;
  const auto images = batches.training(set, positions, 0, 0);
  const double step = best_ms([&] {
    stepper.step(batches.training(set, positions, at.epoch, at.step), labels, at, score);
    ++at.step;
  });
  const double gather = best_ms([&] { batches.training(set, positions, 0, 0); });
  const double forward = best_ms([&] { network.train_forward(images, {1, 0, 0}); });
  const double evaluate = best_ms([&] { network.eval_forward(images); });
  return {{"network", shape.network}, {"width", shape.width}, {"channels", shape.channels},
          {"side", shape.side},       {"batch", shape.batch}, {"frozen", shape.frozen},
          {"step_ms", step},          {"gather_ms", gather},  {"forward_ms", forward},
          {"evaluate_ms", evaluate}};
}

}  // namespace

int main() {
  train::start_deterministic();
  train::apply({.threads = 1});
  json rows = json::array();
  for (const std::int32_t frozen : {0, 4}) {
    for (const Shape shape : {Shape{"cifar7", 1, 1, 28, 10, frozen}, Shape{"cifar7", 1, 1, 28, 20, frozen},
                              Shape{"cifar7", 2, 3, 32, 64, frozen}}) {
      rows.push_back(measure(shape));
    }
  }
  for (const Shape shape : {Shape{"mnist4", 1, 1, 28, 20, 0}, Shape{"resnet18", 0.25, 3, 64, 16, 0},
                            Shape{"alexnet", 0.25, 3, 224, 16, 0}, Shape{"caffenet", 0.25, 3, 99, 16, 0}}) {
    rows.push_back(measure(shape));
  }
  std::cout << json{{"by", train::describe({.threads = 1}, at::kCPU)}, {"rows", rows}}.dump(1) << "\n";
}
