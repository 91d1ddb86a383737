#include "espalier/train/optimiser.hpp"

#include "support/catch_after_torch.hpp"
#include "train/made_job.hpp"

using namespace espalier;

namespace {

struct Bed {
  explicit Bed(train::Job job_ = testing::made_job({}))
      : job(std::move(job_)), network(job.network, spec().input, job.classes) {
    for (std::int32_t u = 1; u <= network.depth(); ++u) {
      network.reinitialise(u, 5);
      if (task::training(job.task).units[static_cast<std::size_t>(u - 1)].trained == task::Trained::no)
        network.freeze(u);
      else network.tune(u, task::training(job.task).units[static_cast<std::size_t>(u - 1)].trained);
    }
  }
  task::TrainSpec& spec() { return task::training(job.task); }
  void give_gradients() {
    for (std::int32_t u = 1; u <= network.depth(); ++u) {
      for (auto& tensor : network.tensors(u)) {
        if (tensor.value.requires_grad()) tensor.value.mutable_grad() = at::cos(tensor.value.detach() * 31 + u);
      }
    }
  }
  train::Job job;
  model::UnitNetwork network;
};

}  // namespace

TEST_CASE("optimiser: SGD follows PyTorch's convention, each unit at its own rate") {
  const auto momentum = GENERATE(0.9f, 0.0f);
  Bed bed;
  bed.spec().momentum = momentum;
  train::Optimiser optimiser(bed.network, bed.spec());
  const std::vector<float> rates{0.1f, 0.2f, 0.3f, 0.4f, 0.5f, 0.6f, 0.7f};
  std::map<std::string, at::Tensor> weights, buffers;
  for (std::int32_t u = 1; u <= 7; ++u) {
    for (auto& t : bed.network.tensors(u)) weights[t.name] = t.value.detach().clone().to(at::kDouble);
  }

  for (int i = 0; i < 3; ++i) {
    bed.give_gradients();
    for (std::int32_t u = 1; u <= 7; ++u) {
      for (auto& t : bed.network.tensors(u)) {
        const at::Tensor d = t.value.grad().to(at::kDouble) + 5e-4 * weights[t.name];
        buffers[t.name] = i == 0 ? d : double{momentum} * buffers[t.name] + d;
        weights[t.name] = weights[t.name] - rates[static_cast<std::size_t>(u - 1)] * buffers[t.name];
      }
    }
    optimiser.step(rates, i);
  }

  for (std::int32_t u = 1; u <= 7; ++u) {
    for (auto& t : bed.network.tensors(u)) {
      INFO(t.name);
      CHECK(at::allclose(t.value.detach().to(at::kDouble), weights[t.name], 1e-5, 1e-6));
      CHECK_FALSE(t.value.grad().defined());
    }
  }
}

TEST_CASE("optimiser: a frozen unit keeps every bit and has no buffer") {
  train::Job job = testing::made_job({});
  task::training(job.task).units[2].trained = task::Trained::no;
  Bed bed(job);
  train::Optimiser optimiser(bed.network, bed.spec());
  const at::Tensor before = bed.network.tensors(3)[0].value.detach().clone();

  bed.give_gradients();
  optimiser.step(std::vector<float>(7, 0.1f), 0);

  CHECK(at::equal(before, bed.network.tensors(3)[0].value.detach()));
  const std::string frozen = bed.network.tensors(3)[0].name;
  for (const auto& [name, buffer] : optimiser.state()) CHECK(name.find(frozen) == std::string::npos);
}

TEST_CASE("optimiser: Adam's first step moves every weight by about its rate") {
  train::Job job = testing::made_job({});
  task::training(job.task).optimiser = task::OptimiserKind::adam;
  Bed bed(job);
  train::Optimiser optimiser(bed.network, bed.spec());
  const at::Tensor before = bed.network.tensors(1)[0].value.detach().clone();

  bed.give_gradients();
  const at::Tensor sign = at::sign(bed.network.tensors(1)[0].value.grad() + 5e-4 * before);
  optimiser.step(std::vector<float>(7, 0.01f), 0);

  CHECK(at::allclose(bed.network.tensors(1)[0].value.detach(), before - 0.01 * sign, 1e-3, 1e-5));
}
