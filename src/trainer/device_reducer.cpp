// Agrees on an NCCL communicator through another reducer, and turns its failures into GroupBroken.
#include "trainer/device_reducer.hpp"

#include <time.h>

#include <cstdlib>
#include <set>
#include <string_view>

#include "espalier/core/errors.hpp"
#include "espalier/device/device.hpp"

namespace espalier::trainer {

namespace {

/// Tells all members the numbers of the one member whose `words` are not zero.
std::vector<double> told_to_all(model::Reducer& host_reducer, const std::vector<double>& words) {
  const at::Tensor all = host_reducer.sum(at::tensor(words, at::kDouble));
  const auto* first = all.const_data_ptr<double>();
  return {first, first + all.numel()};
}

device::UniqueId agree_on_id(model::Reducer& host_reducer, const Backend& backend) {
  std::vector<double> bytes(sizeof(device::UniqueId));
  if (host_reducer.rank() == 0) {
    const device::UniqueId id = backend.new_id();
    for (std::size_t i = 0; i < id.size(); ++i) bytes[i] = static_cast<unsigned char>(id[i]);
  }
  bytes = told_to_all(host_reducer, bytes);
  device::UniqueId id;
  for (std::size_t i = 0; i < id.size(); ++i) id[i] = static_cast<char>(static_cast<unsigned char>(bytes[i]));
  return id;
}

}  // namespace

/// Turns errors of the device's sums into GroupBroken: another member's end causes them, not this trainer.
template <class Call>
auto DeviceReducer::guarded(const Call& call) {
  try {
    return call();
  } catch (const EnvironmentError& error) {
    if (collectives_) collectives_->abort();
    throw model::GroupBroken(error.what());
  }
}

DeviceReducer::DeviceReducer(model::Reducer& host_reducer, at::Device device, const Backend& backend,
                             std::function<void()> waiting)
    : host_reducer_(host_reducer), device_(device), waiting_(std::move(waiting)) {
  const device::UniqueId id = guarded([&] { return agree_on_id(host_reducer, backend); });
  collectives_ = guarded([&] { return backend.join(id, rank(), size(), waiting_); });
}

at::Tensor DeviceReducer::buffer(std::int64_t count, at::ScalarType type) {
  return at::zeros({count}, at::TensorOptions(type).device(device_));
}

void DeviceReducer::begin(const at::Tensor& buffer) {
  guarded([&] { collectives_->all_reduce(buffer); });
}

void DeviceReducer::finish() {
  constexpr int kLooks = 1000;
  constexpr timespec kNap{0, 50'000};
  for (int round = 0; !guarded([&] { return collectives_->is_done(); }); ++round) {
    if (round < kLooks) continue;
    nanosleep(&kNap, nullptr);
    if (round % 16 == 0) waiting_();
  }
  collectives_->join();
}

void DeviceReducer::close() {
  guarded([&] { collectives_->close(); });
}

std::unique_ptr<DeviceReducer> join_devices(model::Reducer& host_reducer, at::Device device,
                                            const std::function<void()>& waiting) {
  const char* wanted = std::getenv("ESPALIER_REDUCER");
  const bool able = device.is_cuda() && !(wanted && std::string_view(wanted) == "agent");
  std::vector<double> identities(static_cast<std::size_t>(host_reducer.size()));
  if (able)
    identities[static_cast<std::size_t>(host_reducer.rank())] = static_cast<double>(device::identity(device) >> 11);
  identities = told_to_all(host_reducer, identities);  // 53 bits: exact in float64
  const std::set<double> devices(identities.begin(), identities.end());
  if (devices.contains(0) || static_cast<std::int32_t>(devices.size()) < host_reducer.size()) return nullptr;
  const auto join = [device](const device::UniqueId& id, int rank, int size, const std::function<void()>& wait) {
    return device::join_nccl(id, rank, size, device, wait);
  };
  return std::make_unique<DeviceReducer>(host_reducer, device, Backend{device::new_unique_id, join}, waiting);
}

}  // namespace espalier::trainer
