// Sums buffers through mapped shared memory, or asks the agent, and reports life while it waits.
#include "trainer/agent_reducer.hpp"

#include <ATen/ops/from_blob.h>
#include <sched.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <cstring>

#include "espalier/core/checks.hpp"

namespace espalier::trainer {

namespace {

constexpr int kSignOfLifeEvery_ms = 500;
constexpr std::size_t kHeader = protocol::SharedBuffer::kHeaderBytes;

/// At the head of each buffer: how many reductions its member has begun, and in how many it has summed its part.
struct Header {
  std::atomic<std::uint64_t> ready, summed;
};
static_assert(sizeof(Header) <= kHeader && std::atomic<std::uint64_t>::is_always_lock_free);

Header& header_of(char* memory) { return *reinterpret_cast<Header*>(memory); }

}  // namespace

AgentReducer::AgentReducer(Port& port, protocol::Group group, std::function<void(const frame::Frame&)> other,
                           std::function<void()> sign_of_life)
    : port_(port), group_(std::move(group)), other_(std::move(other)), sign_of_life_(std::move(sign_of_life)) {}

/// The buffer of that number, made if needed: another member's may be announced before our own exists.
AgentReducer::Buffer& AgentReducer::of(std::int32_t number) {
  const auto place = static_cast<std::size_t>(number);
  if (buffers_.size() <= place) buffers_.resize(place + 1);
  buffers_[place].places.resize(group_.members.size());
  return buffers_[place];
}

at::Tensor AgentReducer::buffer(std::int64_t count, at::ScalarType type) {
  ESPALIER_EXPECT(type == at::kFloat || type == at::kDouble);
  std::int32_t number = 0;
  while (static_cast<std::size_t>(number) < buffers_.size() && buffers_[static_cast<std::size_t>(number)].memory.data())
    ++number;
  Buffer& made = of(number);
  made.count = count;
  made.doubles = type == at::kDouble;
  protocol::SharedBuffer announced{group_.id, number, -1, count, made.doubles};
  made.memory = process::SharedMemory::create(announced.bytes());
  announced.descriptor = made.memory.descriptor();
  port_.tell(announced);
  return at::from_blob(static_cast<char*>(made.memory.data()) + kHeader, {count}, at::TensorOptions().dtype(type));
}

void AgentReducer::take(const protocol::PeerBuffer& peer) {
  if (peer.buffer.group != group_.id) return;
  Buffer& buffer = of(peer.buffer.buffer);
  ++buffer.announced;
  if (peer.host_key.empty()) {
    buffer.all_here = false;
    return;
  }
  try {
    buffer.places[static_cast<std::size_t>(peer.rank)] =
        process::SharedMemory::of(static_cast<pid_t>(peer.trainer), peer.buffer.descriptor, peer.buffer.bytes());
  } catch (const EnvironmentError&) {  // that trainer has just ended; the agents end the group
    --buffer.announced;
  }
}

void AgentReducer::begin(const at::Tensor& buffer) {
  const auto* data = static_cast<const char*>(buffer.const_data_ptr()) - kHeader;
  const auto found =
      std::find_if(buffers_.begin(), buffers_.end(), [&](const Buffer& one) { return one.memory.data() == data; });
  ESPALIER_EXPECT(found != buffers_.end());
  header_of(static_cast<char*>(found->memory.data())).ready.store(++found->uses, std::memory_order_release);
  begun_.push_back({static_cast<std::size_t>(found - buffers_.begin()), number_++, false});
  if (found->announced + 1 == size() && !found->all_here) tell(begun_.back());
}

void AgentReducer::tell(Begun& begun) {
  if (std::exchange(begun.told, true)) return;
  carried_.insert(begun.number);
  port_.tell(protocol::Reduce{group_.id, begun.number, static_cast<std::int32_t>(begun.buffer)});
}

void AgentReducer::finish() {
  for (auto& begun : begun_) {
    wait_until([&] { return buffers_[begun.buffer].announced + 1 == size(); });
    if (buffers_[begun.buffer].all_here) sum_own_range(buffers_[begun.buffer]);
    else tell(begun);
  }
  begun_.clear();
  while (!carried_.empty()) hear(kSignOfLifeEvery_ms);
}

char* AgentReducer::memory_of(const Buffer& buffer, std::int32_t rank) const {
  return static_cast<char*>(rank == group_.rank ? buffer.memory.data()
                                                : buffer.places[static_cast<std::size_t>(rank)].data());
}

/// Sums the own part over all members and writes it into everyone's buffer.
void AgentReducer::sum_own_range(Buffer& buffer) {
  const auto all = [&](std::atomic<std::uint64_t> Header::* what) {
    for (std::int32_t rank = 0; rank < size(); ++rank) {
      if ((header_of(memory_of(buffer, rank)).*what).load(std::memory_order_acquire) < buffer.uses) return false;
    }
    return true;
  };
  wait_until([&] { return all(&Header::ready); });
  if (buffer.doubles) add_own_part<double>(buffer);
  else add_own_part<float>(buffer);
  header_of(memory_of(buffer, group_.rank)).summed.store(buffer.uses, std::memory_order_release);
  wait_until([&] { return all(&Header::summed); });
}

template <class Number>
void AgentReducer::add_own_part(Buffer& buffer) {
  const std::int64_t first = buffer.count * rank() / size(), end = buffer.count * (rank() + 1) / size();
  const auto numbers_of = [&](std::int32_t member) {
    return reinterpret_cast<Number*>(memory_of(buffer, member) + kHeader);
  };
  std::vector<Number> sums(numbers_of(0) + first, numbers_of(0) + end);
  for (std::int32_t member = 1; member < size(); ++member) {
    const Number* more = numbers_of(member) + first;
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += more[i];
  }
  for (std::int32_t member = 0; member < size(); ++member) {
    std::copy(sums.begin(), sums.end(), numbers_of(member) + first);
  }
}

/// Spins, then yields, then sleeps until `holds`; meanwhile reads messages now and then and reports life.
template <class Condition>
void AgentReducer::wait_until(const Condition& holds) {
  constexpr int kLooks = 200, kYields = 400;
  constexpr timespec kNap{0, 50'000};
  for (int round = 0; !holds(); ++round) {
    if (round < kLooks) continue;
    if (round < kYields) sched_yield();
    else if (round % 16 != 0) nanosleep(&kNap, nullptr);
    else hear(round < 5'000 ? 0 : kSignOfLifeEvery_ms / 100);
    if (round % 5'000 == 4'999) sign_of_life_();
  }
}

void AgentReducer::hear(int milliseconds) {
  const auto frame = port_.wait_for(milliseconds);
  if (!frame && !port_.is_open()) throw model::GroupBroken("the agent is gone", "a group cannot go on", "");
  if (!frame) {
    if (milliseconds == kSignOfLifeEvery_ms) sign_of_life_();
    return;
  }
  if (frame->type == static_cast<std::uint16_t>(protocol::MessageType::peer_buffer)) {
    take(frame->as<protocol::PeerBuffer>());
  } else if (frame->type != static_cast<std::uint16_t>(protocol::MessageType::reduced)) {
    other_(*frame);
  } else if (const auto reduced = frame->as<protocol::Reduced>(); reduced.group == group_.id) {
    carried_.erase(reduced.number);
  }
}

}  // namespace espalier::trainer
