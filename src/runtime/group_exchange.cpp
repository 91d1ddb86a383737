#include "runtime/group_exchange.hpp"

#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "espalier/core/checks.hpp"
#include "espalier/core/errors.hpp"

namespace espalier::runtime {

namespace {

template <class Number>
void add_to(char* sums, const char* part, std::size_t bytes) {
  auto* out = reinterpret_cast<Number*>(sums);
  for (std::size_t i = 0; i < bytes / sizeof(Number); ++i) {
    Number number;
    std::memcpy(&number, part + i * sizeof(Number), sizeof(Number));
    out[i] += number;
  }
}

std::size_t bytes_of(const sched::SharedBuffer& buffer) {
  return sched::SharedBuffer::kHeaderBytes +
         static_cast<std::size_t>(buffer.count) * (buffer.doubles ? sizeof(double) : sizeof(float));
}

[[noreturn]] void refuse_sizes() { throw CorruptionError("members of a group reduce buffers of different sizes"); }

}  // namespace

std::string this_place() {
  if (std::getenv("ESPALIER_APART")) return "process " + std::to_string(getpid());  // tests: as on many machines
  std::string boot;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> boot;
  std::error_code unknown;
  const auto names = std::filesystem::read_symlink("/proc/self/ns/pid", unknown);
  return unknown || boot.empty() ? "" : boot + " " + names.string();
}

void GroupExchange::add(const sched::SharedBuffer& buffer, pid_t trainer) {
  buffers_[buffer.buffer] = {process::SharedMemory::of(trainer, buffer.descriptor, bytes_of(buffer)), buffer.count,
                             buffer.doubles};
  for (std::int32_t rank = 0; rank < size(); ++rank) {
    if (rank == group_.rank) continue;
    letters_.push_back(
        {group_.members[static_cast<std::size_t>(rank)], sched::PeerBuffer{buffer, group_.rank, trainer, place_}});
  }
}

/// A peer whose buffer cannot be mapped any more has just ended: its group ends with it.
void GroupExchange::take(const sched::PeerBuffer& announced) {
  const auto& [buffer, rank, trainer, place] = announced;
  if (place.empty() || place != place_) return;
  auto& known = peers_[rank][buffer.buffer];
  try {
    known = {process::SharedMemory::of(static_cast<pid_t>(trainer), buffer.descriptor, bytes_of(buffer)), buffer.count,
             buffer.doubles};
  } catch (const EnvironmentError&) {
    known = {};
  }
}

GroupExchange::Range GroupExchange::range_of(const Buffer& buffer, std::int32_t rank) const {
  const std::int64_t first = buffer.count * rank / size(), end = buffer.count * (rank + 1) / size();
  const std::int64_t width = buffer.doubles ? sizeof(double) : sizeof(float);
  return {static_cast<char*>(buffer.memory.data()) + sched::SharedBuffer::kHeaderBytes + first * width,
          static_cast<std::size_t>((end - first) * width)};
}

const GroupExchange::Buffer* GroupExchange::peer_buffer(std::int32_t rank, std::int32_t buffer) const {
  const auto peer = peers_.find(rank);
  if (peer == peers_.end()) return nullptr;
  const auto found = peer->second.find(buffer);
  return found == peer->second.end() || !found->second.memory.data() ? nullptr : &found->second;
}

void GroupExchange::send(std::int32_t to, sched::Part part) {
  part.group = group_.id;
  part.rank = group_.rank;
  letters_.push_back({group_.members[static_cast<std::size_t>(to)], std::move(part)});
}

void GroupExchange::reduce(const sched::Reduce& order) {
  const auto found = buffers_.find(order.buffer);
  if (found == buffers_.end()) throw CorruptionError("a trainer reduces a buffer that it has not announced");
  ++waiting_;
  Reduction& reduction = reductions_[order.number];
  reduction.buffer = order.buffer;
  reduction.parts[group_.rank] = {true, {}};
  for (std::int32_t rank = 0; rank < size(); ++rank) {
    if (rank == group_.rank) continue;
    sched::Part part{0, order.number, 0, order.buffer, false, {}};
    if (!peers_.contains(rank)) {  // it may come to know of our buffer as we come to know of its own, or it never will
      const Range range = range_of(found->second, rank);
      part.bytes.assign(range.data, range.bytes);
    }
    send(rank, std::move(part));
  }
  for (const auto& [rank, sent] : std::exchange(reduction.sums, {})) put_sum(order.number, reduction, rank, sent);
  add_up(order.number, reduction);
}

void GroupExchange::take(sched::Part part) {
  Reduction& reduction = reductions_[part.number];
  Sent sent{part.bytes.empty(), std::move(part.bytes)};
  if (!part.summed) {
    reduction.parts[part.rank] = std::move(sent);
    return add_up(part.number, reduction);
  }
  if (reduction.buffer < 0) reduction.sums[part.rank] = std::move(sent);
  else put_sum(part.number, reduction, part.rank, sent);
}

/// The own part, once it is here from everyone.
void GroupExchange::add_up(std::int64_t number, Reduction& reduction) {
  if (reduction.buffer < 0 || reduction.parts.size() != group_.members.size()) return;
  const Buffer& buffer = buffers_.at(reduction.buffer);
  const Range own = range_of(buffer, group_.rank);
  std::string sums;
  for (const auto& [rank, sent] : reduction.parts) {
    Range part = own;
    if (rank != group_.rank && !sent.in_place) part = {const_cast<char*>(sent.bytes.data()), sent.bytes.size()};
    if (rank != group_.rank && sent.in_place && own.bytes > 0) {
      const Buffer* theirs = peer_buffer(rank, reduction.buffer);
      if (!theirs) return;  // it has ended, and the group with it
      if (theirs->count != buffer.count) refuse_sizes();
      part = range_of(*theirs, group_.rank);
    }
    if (part.bytes != own.bytes) refuse_sizes();
    if (rank == 0) sums.assign(part.data, part.bytes);
    else if (buffer.doubles) add_to<double>(sums.data(), part.data, part.bytes);
    else add_to<float>(sums.data(), part.data, part.bytes);
  }
  std::memcpy(own.data, sums.data(), sums.size());
  reduction.parts.clear();
  give_sums(number, reduction, own);
  put_sum(number, reduction, group_.rank, {true, {}});
}

void GroupExchange::give_sums(std::int64_t number, const Reduction& reduction, const Range& own) {
  for (std::int32_t rank = 0; rank < size(); ++rank) {
    if (rank == group_.rank) continue;
    sched::Part part{0, number, 0, reduction.buffer, true, {}};
    if (const Buffer* theirs = peer_buffer(rank, reduction.buffer)) {
      std::memcpy(range_of(*theirs, group_.rank).data, own.data, own.bytes);
    } else {
      part.bytes.assign(own.data, own.bytes);
    }
    send(rank, std::move(part));
  }
}

void GroupExchange::put_sum(std::int64_t number, Reduction& reduction, std::int32_t rank, const Sent& sent) {
  if (!sent.in_place) {
    const Range range = range_of(buffers_.at(reduction.buffer), rank);
    if (sent.bytes.size() != range.bytes) refuse_sizes();
    std::memcpy(range.data, sent.bytes.data(), sent.bytes.size());
  }
  if (++reduction.summed < size()) return;
  reductions_.erase(number);
  --waiting_;
  done_.push_back(number);
}

}  // namespace espalier::runtime
