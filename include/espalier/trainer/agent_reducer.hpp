#pragma once
// Sums over a group by way of the agents: buffers lie in memory that trainer and agent share. Needs no GPU.
#include <functional>
#include <set>
#include <vector>

#include "espalier/model/reducer.hpp"
#include "espalier/process/shared_memory.hpp"
#include "espalier/sched/messages.hpp"
#include "espalier/trainer/port.hpp"

namespace espalier::trainer {

class AgentReducer : public model::Reducer {
 public:
  /// `other`: takes what arrives meanwhile and is not for us. `sign_of_life`: called now and then while it waits.
  AgentReducer(Port& port, sched::Group group, std::function<void(const frame::Frame&)> other,
               std::function<void()> sign_of_life);

  std::int32_t size() const override { return static_cast<std::int32_t>(group_.members.size()); }
  std::int32_t rank() const override { return group_.rank; }
  at::Tensor buffer(std::int64_t count, at::ScalarType type) override;
  void begin(const at::Tensor& buffer) override;
  void finish() override;

 private:
  Port& port_;
  sched::Group group_;
  std::function<void(const frame::Frame&)> other_;
  std::function<void()> sign_of_life_;
  std::vector<process::SharedMemory> memory_;
  std::int64_t number_ = 0;  ///< of the next reduction
  std::set<std::int64_t> pending_;
};

}  // namespace espalier::trainer
