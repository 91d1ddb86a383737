#pragma once
// All-reduce of a group whose members have a GPU each, by NCCL or a stand-in for tests.
#include <functional>
#include <memory>

#include "espalier/device/collectives.hpp"
#include "espalier/model/reducer.hpp"

namespace espalier::trainer {

/// How members come by a communicator.
struct Backend {
  std::function<device::UniqueId()> new_id;
  std::function<std::unique_ptr<device::Collectives>(const device::UniqueId&, int rank, int size,
                                                     const std::function<void()>& waiting)>
      join;
};

class DeviceReducer : public model::Reducer {
 public:
  /// Agrees on a communicator through `letters`, a reducer of the same group that needs no device. `waiting` is called
  /// whenever it waits for others, and throws GroupBroken when there is nothing to wait for. Throws GroupBroken.
  DeviceReducer(model::Reducer& letters, at::Device device, const Backend& backend, std::function<void()> waiting);

  std::int32_t size() const override { return letters_.size(); }
  std::int32_t rank() const override { return letters_.rank(); }
  at::Tensor buffer(std::int64_t count, at::ScalarType type) override;
  void begin(const at::Tensor& buffer) override;
  /// Never waits within a call of the device's: where another member is gone that would not come back.
  void finish() override;
  /// After all sums: all members come here.
  void close();

 private:
  template <class Call>
  auto guarded(const Call& call);

  model::Reducer& letters_;
  at::Device device_;
  std::function<void()> waiting_;
  std::unique_ptr<device::Collectives> collectives_;
};

/// NCCL for the group of `letters`, where each of its members has a GPU of its own; null: the agents carry the numbers.
/// All members come to the same answer. ESPALIER_REDUCER=agent in the environment says no.
std::unique_ptr<DeviceReducer> join_devices(model::Reducer& letters, at::Device device,
                                            const std::function<void()>& waiting);

}  // namespace espalier::trainer
