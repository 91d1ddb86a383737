// Permutes the training images by the order seed and the epoch.
#include "train/epoch_order.hpp"

#include "espalier/core/seed.hpp"

namespace espalier::train {

std::vector<std::int32_t> order_of_epoch(const Job& job, std::int32_t epoch) {
  return permutation(static_cast<std::int32_t>(job.images->size()),
                     derive(task::training(job.task).order_seed, static_cast<std::uint64_t>(epoch)));
}

}  // namespace espalier::train
