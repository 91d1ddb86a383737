#pragma once
// All-reduce of a group whose members have a GPU each, by NCCL or a stand-in for tests.
#include <functional>
#include <memory>

#include "espalier/device/collectives.hpp"
#include "espalier/model/reducer.hpp"

namespace espalier::trainer {

/// How members make a communicator; tests replace it.
struct Backend {
  std::function<device::UniqueId()> new_id;
  std::function<std::unique_ptr<device::Collectives>(const device::UniqueId&, int rank, int size,
                                                     const std::function<void()>& waiting)>
      join;
};

class DeviceReducer : public model::Reducer {
 public:
  /// Agrees on a communicator through `host_reducer`, a reducer of the same group that needs no device. `waiting` is
  /// called while it waits for others, and throws GroupBroken when there is nothing left to wait for. Throws
  /// GroupBroken.
  DeviceReducer(model::Reducer& host_reducer, at::Device device, const Backend& backend, std::function<void()> waiting);

  std::int32_t size() const override { return host_reducer_.size(); }
  std::int32_t rank() const override { return host_reducer_.rank(); }
  at::Tensor buffer(std::int64_t count, at::ScalarType type) override;
  void begin(const at::Tensor& buffer) override;
  /// Polls instead of waiting inside a device call, which would never return where another member is gone.
  void finish() override;
  /// Call after all sums; all members must call it.
  void close();

 private:
  template <class Call>
  auto guarded(const Call& call);

  model::Reducer& host_reducer_;
  at::Device device_;
  std::function<void()> waiting_;
  std::unique_ptr<device::Collectives> collectives_;
};

/// The NCCL reducer for the group of `host_reducer` where each member has a GPU of its own; null where the agents carry
/// the numbers, or if ESPALIER_REDUCER=agent is set. All members get the same answer.
std::unique_ptr<DeviceReducer> join_devices(model::Reducer& host_reducer, at::Device device,
                                            const std::function<void()>& waiting);

}  // namespace espalier::trainer
