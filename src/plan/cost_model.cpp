#include "plan/cost_model.hpp"

namespace espalier::plan {
namespace {

constexpr std::int64_t kRowBytes = 300;       // a row in the journal, and again in the store
constexpr std::int64_t kTaskBytes = 6000;     // task, run, attempt and end records
constexpr std::int64_t kPredictionBytes = 4;  // an image

std::int64_t evaluations(const Training& training) {
  const auto every = training.record.evaluate_every;
  if (every == 0) return 1;
  const auto& length = training.spec.length;
  const bool rest = length.epoch % every != 0 || length.step > 0;
  return length.epoch / every + (rest ? 1 : 0);
}

double forward_multiply_adds(const std::vector<network::UnitCost>& units) {
  double sum = 0;
  for (const auto& unit : units) sum += static_cast<double>(unit.multiply_adds);
  return sum;
}

}  // namespace

double step_multiply_adds(const task::TrainSpec& spec, const std::vector<network::UnitCost>& units) {
  double sum = forward_multiply_adds(units);
  bool below = false;  // whether a lower unit is trained, so that gradients pass through
  for (std::size_t u = 0; u < units.size(); ++u) {
    const auto own = static_cast<double>(units[u].multiply_adds);
    const bool trained = spec.units[u].trained != task::Trained::no;
    sum += (below ? own : 0) + (trained ? own : 0);
    below = below || trained;
  }
  return sum;
}

double cost_s(const Training& training, double multiply_adds_per_s) {
  const auto evaluated = training.valid_images * training.record.valid + training.test_images * training.record.test;
  const double arithmetic =
      step_multiply_adds(training.spec, *training.units) * static_cast<double>(training.epoch_images) +
      forward_multiply_adds(*training.units) * (static_cast<double>(evaluated * evaluations(training)) +
                                                static_cast<double>(training.images * training.record.fit));
  return arithmetic / multiply_adds_per_s + kStepOverhead * static_cast<double>(training.steps);
}

std::int64_t disk_bytes(const Training& training) {
  const bool kept = training.record.keep != task::Keep::none && training.record.keep != task::Keep::selected;
  const auto parameters = kept ? network::parameter_count(*training.units) : 0;
  const auto rows = training.spec.length.epoch + 1 +
                    evaluations(training) * (training.record.valid + training.record.test) + training.record.fit;
  return parameters * 4 + training.test_images * kPredictionBytes + rows * kRowBytes + kTaskBytes;
}

}  // namespace espalier::plan
