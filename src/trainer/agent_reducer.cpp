#include "espalier/trainer/agent_reducer.hpp"

#include <ATen/ops/from_blob.h>

#include <algorithm>

#include "espalier/core/checks.hpp"

namespace espalier::trainer {

namespace {
constexpr int kSignOfLifeEvery_ms = 500;
}

AgentReducer::AgentReducer(Port& port, sched::Group group, std::function<void(const frame::Frame&)> other,
                           std::function<void()> sign_of_life)
    : port_(port), group_(std::move(group)), other_(std::move(other)), sign_of_life_(std::move(sign_of_life)) {}

at::Tensor AgentReducer::buffer(std::int64_t count, at::ScalarType type) {
  ESPALIER_EXPECT(type == at::kFloat || type == at::kDouble);
  const bool doubles = type == at::kDouble;
  memory_.push_back(
      process::SharedMemory::create(static_cast<std::size_t>(count) * (doubles ? sizeof(double) : sizeof(float))));
  const auto& memory = memory_.back();
  port_.tell(sched::SharedBuffer{group_.id, static_cast<std::int32_t>(memory_.size()) - 1, memory.descriptor(), count,
                                 doubles});
  return at::from_blob(memory.data(), {count}, at::TensorOptions().dtype(type));
}

void AgentReducer::begin(const at::Tensor& buffer) {
  const auto found = std::find_if(memory_.begin(), memory_.end(),
                                  [&](const auto& memory) { return memory.data() == buffer.const_data_ptr(); });
  ESPALIER_EXPECT(found != memory_.end());
  pending_.insert(number_);
  port_.tell(sched::Reduce{group_.id, number_++, static_cast<std::int32_t>(found - memory_.begin())});
}

void AgentReducer::finish() {
  while (!pending_.empty()) {
    const auto frame = port_.wait_for(kSignOfLifeEvery_ms);
    if (!frame && !port_.is_open()) throw model::GroupBroken("the agent is gone", "a group cannot go on", "");
    if (!frame) {
      sign_of_life_();
      continue;
    }
    if (frame->type != static_cast<std::uint16_t>(sched::MessageType::reduced)) {
      other_(*frame);
      continue;
    }
    const auto reduced = frame->as<sched::Reduced>();
    if (reduced.group == group_.id) pending_.erase(reduced.number);
  }
}

}  // namespace espalier::trainer
