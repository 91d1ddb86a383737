#pragma once
// A group within one process: members are threads that meet at each reduction. What it can be told to do wrong shows
// that the tests would notice.
#include <barrier>
#include <memory>
#include <thread>
#include <vector>

#include "espalier/model/reducer.hpp"

namespace espalier::testing {

/// Where the members of one group meet.
struct Meeting {
  explicit Meeting(std::int32_t members) : inputs(static_cast<std::size_t>(members)), gate(members) {}
  std::vector<at::Tensor> inputs;
  std::barrier<> gate;
};

class MeetingReducer : public model::Reducer {
 public:
  MeetingReducer(Meeting& meeting, std::int32_t rank) : meeting_(meeting), rank_(rank) {}
  std::int32_t size() const override { return static_cast<std::int32_t>(meeting_.inputs.size()); }
  std::int32_t rank() const override { return rank_; }
  at::Tensor buffer(std::int64_t count, at::ScalarType type) override { return at::zeros({count}, type); }
  void begin(const at::Tensor& buffer) override { begun_.push_back(buffer); }
  void finish() override {
    for (at::Tensor& buffer : begun_) {
      meeting_.inputs[static_cast<std::size_t>(rank_)] = buffer;
      meeting_.gate.arrive_and_wait();
      at::Tensor sum = meeting_.inputs[0].clone();
      for (std::size_t r = 1; r < meeting_.inputs.size(); ++r) sum += meeting_.inputs[r];
      meeting_.gate.arrive_and_wait();  // all have read
      buffer.copy_(sum);
      ++reductions;
    }
    begun_.clear();
  }
  std::int64_t reductions = 0;

 private:
  Meeting& meeting_;
  std::int32_t rank_;
  std::vector<at::Tensor> begun_;
};

/// Calls `work(reducer)` on a thread a member and returns when all have come back.
template <class Work>
void as_group(std::int32_t members, const Work& work) {
  Meeting meeting(members);
  std::vector<std::thread> threads;
  for (std::int32_t rank = 0; rank < members; ++rank) {
    threads.emplace_back([&meeting, &work, rank] {
      MeetingReducer reducer(meeting, rank);
      work(reducer);
    });
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace espalier::testing
