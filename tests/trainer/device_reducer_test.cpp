// Groups whose members have a device each, with a stand-in for NCCL: sums that are made beside what the members do.
#include "trainer/device_reducer.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>

#include "espalier/core/errors.hpp"
#include "support/catch_after_torch.hpp"
#include "train/bundle_jobs.hpp"
#include "train/meeting_reducer.hpp"

using namespace espalier;
using namespace espalier::testing;

namespace {

/// What the members of one communicator share. A thread makes the sums, late.
class Fabric {
 public:
  explicit Fabric(std::int32_t size) : given_(static_cast<std::size_t>(size)), thread_([this] { work(); }) {}
  ~Fabric() {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

  void give(std::int32_t rank, const at::Tensor& buffer) {
    const std::lock_guard lock(mutex_);
    given_[static_cast<std::size_t>(rank)].push_back(buffer);
    changed_.notify_all();
  }
  bool is_done(std::int64_t sums) {
    if (broken) throw EnvironmentError("a rank is gone", "made up", "");
    const std::lock_guard lock(mutex_);
    return done_ >= sums;
  }
  std::atomic<bool> broken = false;
  std::atomic<int> left_unjoined = 0, closed = 0;

 private:
  bool all_given() const {
    return std::all_of(given_.begin(), given_.end(), [](const auto& queue) { return !queue.empty(); });
  }
  void work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [&] { return over_ || all_given(); });
      if (over_) return;
      std::vector<at::Tensor> buffers;
      for (auto& queue : given_) {
        buffers.push_back(queue.front());
        queue.pop_front();
      }
      std::this_thread::sleep_for(std::chrono::microseconds(200));
      at::Tensor sum = buffers[0].clone();
      for (std::size_t r = 1; r < buffers.size(); ++r) sum += buffers[r];
      for (auto& buffer : buffers) buffer.copy_(sum);
      ++done_;
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::deque<at::Tensor>> given_;
  std::int64_t done_ = 0;
  bool over_ = false;
  std::thread thread_;
};

class StandIn : public device::Collectives {
 public:
  StandIn(Fabric& fabric, std::int32_t rank) : fabric_(fabric), rank_(rank) {}
  ~StandIn() override {
    if (!joined_ && !fabric_.broken) ++fabric_.left_unjoined;
  }
  void all_reduce(const at::Tensor& buffer) override {
    ++given_;
    joined_ = false;
    fabric_.give(rank_, buffer);
  }
  void join() override { joined_ = true; }
  bool is_done() override { return fabric_.is_done(given_); }
  void close() override { ++fabric_.closed; }
  void abort() override { fabric_.broken = true; }

 private:
  Fabric& fabric_;
  std::int32_t rank_;
  std::int64_t given_ = 0;
  bool joined_ = true;
};

trainer::Backend backend_of(Fabric& fabric, std::atomic<int>& ids) {
  const auto new_id = [&ids] {
    device::UniqueId id;
    for (std::size_t i = 0; i < id.size(); ++i) id[i] = static_cast<char>(200 + 3 * i);
    ++ids;
    return id;
  };
  const auto join = [&fabric](const device::UniqueId& id, int rank, int, const std::function<void()>& waiting) {
    for (std::size_t i = 0; i < id.size(); ++i) {
      if (id[i] != static_cast<char>(200 + 3 * i)) throw EnvironmentError("another id", "", "");
    }
    waiting();
    return std::make_unique<StandIn>(fabric, rank);
  };
  return {new_id, join};
}

std::vector<Notes> train_group(const std::vector<train::Job>& jobs, std::int32_t members, bool through_devices) {
  std::vector<Notes> first;
  Fabric fabric(members);
  std::atomic<int> ids = 0;
  as_group(members, [&](model::Reducer& host_reducer) {
    train::DeviceContext context;
    BundleNotes notes(jobs.size());
    After control;
    std::unique_ptr<trainer::DeviceReducer> devices;
    if (through_devices) {
      devices = std::make_unique<trainer::DeviceReducer>(host_reducer, at::kCPU, backend_of(fabric, ids), [] {});
    }
    train::train(jobs, context, control, notes, devices ? devices.get() : &host_reducer);
    if (devices) devices->close();
    if (host_reducer.rank() == 0) first = notes.of;
  });
  CHECK(ids == (through_devices ? 1 : 0));
  CHECK(fabric.left_unjoined == 0);
  CHECK(fabric.closed == (through_devices ? members : 0));
  return first;
}

}  // namespace

TEST_CASE("device reducer: sums that are under way together come out right, on all members alike") {
  constexpr std::int32_t kMembers = 3;
  Fabric fabric(kMembers);
  std::atomic<int> ids = 0;
  std::vector<at::Tensor> sums(kMembers);
  as_group(kMembers, [&](model::Reducer& host_reducer) {
    trainer::DeviceReducer reducer(host_reducer, at::kCPU, backend_of(fabric, ids), [] {});
    std::vector<at::Tensor> buffers;
    for (int i = 0; i < 20; ++i) buffers.push_back(reducer.buffer(i + 1, i % 2 ? at::kFloat : at::kDouble));
    for (int i = 0; i < 20; ++i) {
      buffers[static_cast<std::size_t>(i)].fill_(host_reducer.rank() + 10 * i);
      reducer.begin(buffers[static_cast<std::size_t>(i)]);
    }
    reducer.finish();
    std::vector<at::Tensor> all;
    for (const auto& buffer : buffers) all.push_back(buffer.to(at::kDouble));
    sums[static_cast<std::size_t>(host_reducer.rank())] = at::cat(all);
  });
  std::vector<at::Tensor> expected;
  for (int i = 0; i < 20; ++i) expected.push_back(at::full({i + 1}, 3.0 + 30.0 * i, at::kDouble));
  for (const auto& sum : sums) CHECK(at::equal(sum, at::cat(expected)));
}

TEST_CASE("device reducer: a group trains to the bits it has through its agents") {
  const auto job = with_fit(made_job(scratch("device-group")));
  for (const std::int32_t members : {1, 2, 3}) {
    const auto devices = train_group({job}, members, true), agents = train_group({job}, members, false);
    check_same(devices.front(), agents.front());
  }
}

TEST_CASE("device reducer: where a member is gone the others do not wait for ever") {
  Fabric fabric(2);
  std::atomic<int> ids = 0, broken = 0;
  as_group(2, [&](model::Reducer& host_reducer) {
    trainer::DeviceReducer reducer(host_reducer, at::kCPU, backend_of(fabric, ids), [] {});
    const at::Tensor buffer = reducer.buffer(4, at::kFloat);
    if (host_reducer.rank() == 1) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      fabric.broken = true;
      return;
    }
    reducer.begin(buffer);
    try {
      reducer.finish();
    } catch (const model::GroupBroken&) {
      ++broken;
    }
  });
  CHECK(broken == 1);
}

TEST_CASE("device reducer: who waits can be told to give up, in a sum and while joining") {
  Fabric fabric(2);
  std::atomic<int> ids = 0, gave_up = 0;
  const auto attempt = [&](const auto& work) {
    try {
      work();
    } catch (const model::GroupBroken&) {
      ++gave_up;
    }
  };
  const auto give_up = [] { throw model::GroupBroken("the agent is gone", "", ""); };
  as_group(2, [&](model::Reducer& host_reducer) {
    attempt([&] { trainer::DeviceReducer(host_reducer, at::kCPU, backend_of(fabric, ids), give_up); });
  });
  CHECK(gave_up == 2);
  as_group(2, [&](model::Reducer& host_reducer) {
    int calls = 0;
    trainer::DeviceReducer reducer(host_reducer, at::kCPU, backend_of(fabric, ids), [&] {
      if (++calls > 1) give_up();
    });
    if (host_reducer.rank() == 1) return;
    reducer.begin(reducer.buffer(4, at::kFloat));
    attempt([&] { reducer.finish(); });
    fabric.broken = true;
  });
  CHECK(gave_up == 3);
}

TEST_CASE("device reducer: CPUs have no NCCL, and all members know it") {
  std::atomic<int> without = 0;
  as_group(2, [&](model::Reducer& host_reducer) {
    without += trainer::join_devices(host_reducer, at::kCPU, [] {}) == nullptr;
  });
  CHECK(without == 2);
}
