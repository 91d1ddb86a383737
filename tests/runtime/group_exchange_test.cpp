// The agents' side of a group's sums: messages may overtake each other, the sums do not care.
#include "runtime/agent/group_exchange.hpp"

#include <rapidcheck.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <deque>
#include <map>
#include <variant>

#include "espalier/core/seed.hpp"

using namespace espalier;
using namespace espalier::runtime;

namespace {

constexpr auto kHeader = protocol::SharedBuffer::kHeaderBytes;

char* numbers(const process::SharedMemory& memory) { return static_cast<char*>(memory.data()) + kHeader; }

/// Members of one group in this process; messages lie about until they are delivered.
class Members {
 public:
  explicit Members(std::int32_t count) {
    protocol::Group group{7, {}, 0};
    for (std::int32_t rank = 0; rank < count; ++rank) group.members.push_back({rank + 1});
    for (; group.rank < count; ++group.rank) exchanges_.emplace_back(group);
    done_.resize(static_cast<std::size_t>(count));
  }

  template <class Number>
  void announce(std::size_t member, std::int32_t buffer, const std::vector<Number>& values) {
    auto& memory = memories_.emplace_back(process::SharedMemory::create(kHeader + values.size() * sizeof(Number)));
    std::memcpy(numbers(memory), values.data(), memory.bytes() - kHeader);
    places_[{member, buffer}] = memories_.size() - 1;
    exchanges_[member].add(
        {7, buffer, memory.descriptor(), static_cast<std::int64_t>(values.size()), sizeof(Number) == sizeof(double)},
        getpid());
  }
  void reduce(std::size_t member, std::int64_t number, std::int32_t buffer) {
    exchanges_[member].reduce({7, number, buffer});
    collect(member);
  }
  /// Delivers one message; false if there is none. Those from one member to another stay in order, as MPI keeps them.
  bool deliver(SplitMix64& random) {
    std::erase_if(messages_, [](const auto& way) { return way.second.empty(); });
    if (messages_.empty()) return false;
    auto way = std::next(messages_.begin(), static_cast<std::ptrdiff_t>(random.below(messages_.size())));
    auto message = std::move(way->second.front());
    way->second.pop_front();
    const auto to = static_cast<std::size_t>(message.to.rank - 1);
    if (auto* part = std::get_if<protocol::Part>(&message.what)) exchanges_[to].take(std::move(*part));
    collect(to);
    return true;
  }
  template <class Number>
  std::vector<Number> values(std::size_t member, std::int32_t buffer) const {
    const auto& memory = memories_[places_.at({member, buffer})];
    std::vector<Number> all((memory.bytes() - kHeader) / sizeof(Number));
    std::memcpy(all.data(), numbers(memory), memory.bytes() - kHeader);
    return all;
  }
  const std::vector<std::int64_t>& done(std::size_t member) const { return done_[member]; }
  bool in_flight(std::size_t member) const { return exchanges_[member].in_flight(); }

 private:
  void collect(std::size_t member) {
    for (auto& message : exchanges_[member].take_messages()) {
      messages_[{member, message.to.rank}].push_back(std::move(message));
    }
    for (const auto number : exchanges_[member].take_done()) done_[member].push_back(number);
  }

  std::vector<GroupExchange> exchanges_;
  std::deque<process::SharedMemory> memories_;
  std::map<std::pair<std::size_t, std::int32_t>, std::size_t> places_;
  std::map<std::pair<std::size_t, std::int32_t>, std::deque<GroupExchange::Message>> messages_;  ///< by way
  std::vector<std::vector<std::int64_t>> done_;
};

}  // namespace

TEST_CASE("group exchange: every member gets the same sums, in whatever order messages and requests come") {
  rc::check([](std::uint64_t seed) {
    SplitMix64 random(seed);
    const auto count = static_cast<std::int32_t>(1 + random.below(5));
    const auto size = static_cast<std::size_t>(1 + random.below(9));  // fewer numbers than members, too
    Members members(count);
    std::vector<float> floats(size, 0);
    std::vector<double> doubles(3, 0);
    for (std::int32_t m = 0; m < count; ++m) {
      std::vector<float> own;
      for (std::size_t i = 0; i < size; ++i) own.push_back(static_cast<float>(random.uniform() * 1000 - 500));
      const std::vector<double> words{random.uniform(), 1, static_cast<double>(m)};
      for (std::size_t i = 0; i < size; ++i) floats[i] = m == 0 ? own[i] : floats[i] + own[i];
      for (std::size_t i = 0; i < 3; ++i) doubles[i] = m == 0 ? words[i] : doubles[i] + words[i];
      members.announce(static_cast<std::size_t>(m), 0, own);
      members.announce(static_cast<std::size_t>(m), 1, words);
    }
    std::vector<std::int64_t> next(static_cast<std::size_t>(count), 0);  // of each member: its next request
    for (std::size_t requests = 2 * next.size(); requests > 0 || members.deliver(random);) {
      const auto member = random.below(next.size());
      if (requests > 0 && next[member] < 2 && random.below(2) == 0) {
        members.reduce(member, next[member], static_cast<std::int32_t>(next[member]));
        ++next[member];
        --requests;
      } else {
        members.deliver(random);
      }
    }
    for (std::size_t m = 0; m < next.size(); ++m) {
      RC_ASSERT(members.done(m).size() == 2u);
      RC_ASSERT(!members.in_flight(m));
      RC_ASSERT(members.values<float>(m, 0) == floats);  // in the order of ranks: to the bit
      RC_ASSERT(members.values<double>(m, 1) == doubles);
    }
  });
}

TEST_CASE("group exchange: nothing is done before everyone has come to it") {
  SplitMix64 random(1);
  Members members(2);
  members.announce<float>(0, 0, {1, 2, 3});
  members.announce<float>(1, 0, {10, 20, 30});
  members.reduce(0, 0, 0);
  while (members.deliver(random)) {
  }
  CHECK(members.done(0).empty());
  CHECK(members.in_flight(0));
  CHECK_FALSE(members.in_flight(1));
  members.reduce(1, 0, 0);
  while (members.deliver(random)) {
  }
  CHECK((members.values<float>(0, 0) == std::vector<float>{11, 22, 33}));
  CHECK((members.values<float>(1, 0) == std::vector<float>{11, 22, 33}));
}
