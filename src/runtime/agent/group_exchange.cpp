// Sums each member's part of a buffer in rank order and sends the sums to the other agents.
#include "runtime/agent/group_exchange.hpp"

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
void add_to(std::string& sums, const std::string& part) {
  auto* out = reinterpret_cast<Number*>(sums.data());
  for (std::size_t i = 0; i < part.size() / sizeof(Number); ++i) {
    Number number;
    std::memcpy(&number, part.data() + i * sizeof(Number), sizeof(Number));
    out[i] += number;
  }
}

[[noreturn]] void refuse_sizes() { throw CorruptionError("members of a group reduce buffers of different sizes"); }

}  // namespace

std::string this_host_key() {
  if (std::getenv("ESPALIER_APART")) return "process " + std::to_string(getpid());  // for tests: as if on another host
  std::string boot;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> boot;
  std::error_code unknown;
  const auto names = std::filesystem::read_symlink("/proc/self/ns/pid", unknown);
  return unknown || boot.empty() ? "" : boot + " " + names.string();
}

void GroupExchange::add(const protocol::SharedBuffer& buffer, pid_t trainer) {
  buffers_[buffer.buffer] = {process::SharedMemory::of(trainer, buffer.descriptor, buffer.bytes()), buffer.count,
                             buffer.doubles};
  for (std::int32_t rank = 0; rank < size(); ++rank) {
    if (rank == group_.rank) continue;
    messages_.push_back({group_.members[static_cast<std::size_t>(rank)],
                         protocol::PeerBuffer{buffer, group_.rank, trainer, host_key_}});
  }
}

GroupExchange::Range GroupExchange::range_of(const Buffer& buffer, std::int32_t rank) const {
  const std::int64_t first = buffer.count * rank / size(), end = buffer.count * (rank + 1) / size();
  const std::int64_t width = buffer.doubles ? sizeof(double) : sizeof(float);
  return {static_cast<char*>(buffer.memory.data()) + protocol::SharedBuffer::kHeaderBytes + first * width,
          static_cast<std::size_t>((end - first) * width)};
}

void GroupExchange::send(std::int32_t to, protocol::Part part) {
  part.group = group_.id;
  part.rank = group_.rank;
  messages_.push_back({group_.members[static_cast<std::size_t>(to)], std::move(part)});
}

void GroupExchange::reduce(const protocol::Reduce& request) {
  const auto found = buffers_.find(request.buffer);
  if (found == buffers_.end()) throw CorruptionError("a trainer reduces a buffer that it has not announced");
  ++waiting_;
  Reduction& reduction = reductions_[request.number];
  reduction.buffer = request.buffer;
  for (std::int32_t rank = 0; rank < size(); ++rank) {
    const Range range = range_of(found->second, rank);
    std::string bytes(range.data, range.bytes);
    if (rank == group_.rank) reduction.parts[rank] = std::move(bytes);
    else send(rank, {0, request.number, 0, false, std::move(bytes)});
  }
  for (const auto& [rank, bytes] : std::exchange(reduction.sums, {})) put_sum(request.number, reduction, rank, bytes);
  sum_own_range(request.number, reduction);
}

void GroupExchange::take(protocol::Part part) {
  Reduction& reduction = reductions_[part.number];
  if (!part.summed) {
    reduction.parts[part.rank] = std::move(part.bytes);
    return sum_own_range(part.number, reduction);
  }
  if (reduction.buffer < 0) reduction.sums[part.rank] = std::move(part.bytes);
  else put_sum(part.number, reduction, part.rank, part.bytes);
}

/// Sums the own part, once all members have sent theirs.
void GroupExchange::sum_own_range(std::int64_t number, Reduction& reduction) {
  if (reduction.buffer < 0 || reduction.parts.size() != group_.members.size()) return;
  const Buffer& buffer = buffers_.at(reduction.buffer);
  const std::size_t own_bytes = range_of(buffer, group_.rank).bytes;
  std::string sums;
  for (const auto& [rank, bytes] : reduction.parts) {
    if (bytes.size() != own_bytes) refuse_sizes();
    if (rank == 0) sums = bytes;
    else if (buffer.doubles) add_to<double>(sums, bytes);
    else add_to<float>(sums, bytes);
  }
  for (std::int32_t rank = 0; rank < size(); ++rank) {
    if (rank != group_.rank) send(rank, {0, number, 0, true, sums});
  }
  reduction.parts.clear();
  put_sum(number, reduction, group_.rank, sums);
}

void GroupExchange::put_sum(std::int64_t number, Reduction& reduction, std::int32_t rank, const std::string& bytes) {
  const Range range = range_of(buffers_.at(reduction.buffer), rank);
  if (bytes.size() != range.bytes) refuse_sizes();
  std::memcpy(range.data, bytes.data(), bytes.size());
  if (++reduction.summed < size()) return;
  reductions_.erase(number);
  --waiting_;
  done_.push_back(number);
}

}  // namespace espalier::runtime
