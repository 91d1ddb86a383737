// links: train
// Does it pay to train several networks as one? A head of fully connected layers as B replicas, and a convolution as B
// groups, each against B of them one after the other; CPU microseconds per step and network, one thread. JSON.
#include <ctime>
#include <iostream>
#include <limits>
#include <nlohmann/json.hpp>

#include "espalier/network/networks.hpp"
#include "espalier/train/numeric_form.hpp"
#include "espalier/train/stepper.hpp"
#include "train/batched/batched_network.hpp"

using namespace espalier;
using nlohmann::json;

namespace {

constexpr std::int32_t kBatch = 20, kClasses = 40, kCached = 5;

double now_us() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) * 1e-3;
}

/// The best of many.
template <class Work>
double best_us(const Work& work) {
  for (int i = 0; i < 3; ++i) work();
  double best = std::numeric_limits<double>::infinity();
  const double end = now_us() + 4e5;
  do {
    const double start = now_us();
    work();
    best = std::min(best, now_us() - start);
  } while (now_us() < end);
  return best;
}

struct Head {
  Head() : network(*network::named("cifar7"), {1, 28, 28}, kClasses) {
    spec.units.resize(7);
    for (std::int32_t u = 1; u <= 7; ++u) {
      network.reinitialise(u, 1);
      spec.units[static_cast<std::size_t>(u - 1)].rates = {{{0, 0}, 1e-4f}};
      if (u <= kCached) network.freeze(u);
    }
    spec.momentum = 0.9f;
    spec.batch = kBatch;
  }
  model::UnitNetwork network;
  task::TrainSpec spec;
};

double single_us() {
  Head head;
  train::Stepper stepper(head.network, head.spec, task::Timeline(1000, kBatch, {1, 0}), kCached);
  const at::Tensor inputs = at::rand({kBatch, 64, 3, 3}), labels = at::randint(kClasses, {kBatch}, at::kLong);
  train::Score score;
  return best_us([&] { stepper.step(inputs, labels, {0, 0}, score); });
}

double replica_us(std::int64_t replicas) {
  Head head;
  train::BatchedNetwork batched(*network::named("cifar7"), kCached, head.spec);
  const train::Optimiser optimiser(head.network, head.spec);
  for (std::int64_t replica = 0; replica < replicas; ++replica) batched.append(head.network, optimiser);
  const at::Tensor inputs = at::rand({replicas, kBatch, 576});
  const std::vector<at::Tensor> labels(static_cast<std::size_t>(replicas), at::randint(kClasses, {kBatch}, at::kLong));
  const std::vector<train::ReplicaStep> steps(static_cast<std::size_t>(replicas),
                                              {{1, 0, 0}, std::vector<float>(7, 1e-4f)});
  train::Score score;
  return best_us([&] {
           const at::Tensor logits = batched.forward(inputs, steps);
           const auto losses = batched.losses(logits, labels);
           batched.update(steps);
           for (std::int64_t b = 0; b < replicas; ++b)
             score.add(logits[b], labels[0], losses[static_cast<std::size_t>(b)]);
         }) /
         static_cast<double>(replicas);
}

/// Forward and backward of a 3x3 convolution, 64 to 96 channels on 7 x 7, for `nets` networks.
double convolution_us(std::int64_t nets, std::int64_t groups) {
  const auto last = at::MemoryFormat::ChannelsLast;
  const at::Tensor x = at::rand({kBatch, 64 * groups, 7, 7}).contiguous(last).set_requires_grad(true);
  const at::Tensor weight = at::rand({96 * groups, 64, 3, 3}).contiguous(last).set_requires_grad(true);
  const at::Tensor up = at::rand({kBatch, 96 * groups, 7, 7}).contiguous(last);
  return best_us([&] {
           for (std::int64_t i = 0; i < nets / groups; ++i) {
             at::conv2d(x, weight, {}, 1, 1, 1, groups).backward(up);
             x.mutable_grad().reset();
             weight.mutable_grad().reset();
           }
         }) /
         static_cast<double>(nets);
}

}  // namespace

int main() {
  train::start_deterministic();
  train::apply(task::NumericForm{});
  json head = json::array(), convolution = json::array();
  for (const std::int64_t replicas : {1, 2, 4, 8, 16, 32, 64}) {
    head.push_back({{"replicas", replicas}, {"us_per_replica", replica_us(replicas)}});
    if (replicas > 16) continue;
    convolution.push_back({{"networks", replicas},
                           {"as_groups_us", convolution_us(replicas, replicas)},
                           {"one_by_one_us", convolution_us(replicas, 1)}});
  }
  std::cout << json{{"bench", "batched"},
                    {"by", train::describe(task::NumericForm{}, at::kCPU)},
                    {"head_unfused_us", single_us()},
                    {"head", head},
                    {"convolution", convolution}}
                   .dump(1)
            << "\n";
}
