#include "runtime/group_exchange.hpp"

#include <cstring>

#include "espalier/core/checks.hpp"
#include "espalier/core/errors.hpp"

namespace espalier::runtime {

namespace {

template <class Number>
void add_to(char* sums, const std::string& part) {
  auto* out = reinterpret_cast<Number*>(sums);
  const std::size_t count = part.size() / sizeof(Number);
  for (std::size_t i = 0; i < count; ++i) {
    Number number;
    std::memcpy(&number, part.data() + i * sizeof(Number), sizeof(Number));
    out[i] += number;
  }
}

}  // namespace

void GroupExchange::add(const sched::SharedBuffer& buffer, pid_t trainer) {
  const auto bytes = static_cast<std::size_t>(buffer.count) * (buffer.doubles ? sizeof(double) : sizeof(float));
  buffers_[buffer.buffer] = {process::SharedMemory::of(trainer, buffer.descriptor, bytes), buffer.count,
                             buffer.doubles};
}

GroupExchange::Range GroupExchange::range_of(const Buffer& buffer, std::int32_t rank) const {
  const std::int64_t first = buffer.count * rank / size(), end = buffer.count * (rank + 1) / size();
  const std::int64_t width = buffer.doubles ? sizeof(double) : sizeof(float);
  return {static_cast<char*>(buffer.memory.data()) + first * width, static_cast<std::size_t>((end - first) * width)};
}

void GroupExchange::send(std::int64_t number, std::int32_t to, bool summed, std::string bytes) {
  letters_.push_back(
      {group_.members[static_cast<std::size_t>(to)], {group_.id, number, group_.rank, summed, std::move(bytes)}});
}

void GroupExchange::reduce(const sched::Reduce& order) {
  const auto found = buffers_.find(order.buffer);
  if (found == buffers_.end()) throw CorruptionError("a trainer reduces a buffer that it has not announced");
  ++waiting_;
  Reduction& reduction = reductions_[order.number];
  reduction.buffer = order.buffer;
  for (std::int32_t rank = 0; rank < size(); ++rank) {
    const Range range = range_of(found->second, rank);
    std::string bytes(range.data, range.bytes);
    if (rank == group_.rank) reduction.parts[rank] = std::move(bytes);
    else send(order.number, rank, false, std::move(bytes));
  }
  for (const auto& [rank, bytes] : std::exchange(reduction.sums, {})) put_sum(order.number, reduction, rank, bytes);
  add_up(order.number, reduction);
}

void GroupExchange::take(sched::Part part) {
  Reduction& reduction = reductions_[part.number];
  if (!part.summed) {
    reduction.parts[part.rank] = std::move(part.bytes);
    return add_up(part.number, reduction);
  }
  if (reduction.buffer < 0) reduction.sums[part.rank] = std::move(part.bytes);
  else put_sum(part.number, reduction, part.rank, part.bytes);
}

/// The own part, once it is here from everyone.
void GroupExchange::add_up(std::int64_t number, Reduction& reduction) {
  if (reduction.buffer < 0 || reduction.parts.size() != group_.members.size()) return;
  const Buffer& buffer = buffers_.at(reduction.buffer);
  const Range own = range_of(buffer, group_.rank);
  std::string sums(own.bytes, '\0');
  for (const auto& [rank, bytes] : reduction.parts) {
    if (bytes.size() != own.bytes) throw CorruptionError("members of a group reduce buffers of different sizes");
    if (rank == 0) sums = bytes;
    else if (buffer.doubles) add_to<double>(sums.data(), bytes);
    else add_to<float>(sums.data(), bytes);
  }
  for (std::int32_t rank = 0; rank < size(); ++rank) {
    if (rank != group_.rank) send(number, rank, true, sums);
  }
  reduction.parts.clear();
  put_sum(number, reduction, group_.rank, sums);
}

void GroupExchange::put_sum(std::int64_t number, Reduction& reduction, std::int32_t rank, const std::string& bytes) {
  const Range range = range_of(buffers_.at(reduction.buffer), rank);
  if (bytes.size() != range.bytes) throw CorruptionError("members of a group reduce buffers of different sizes");
  std::memcpy(range.data, bytes.data(), bytes.size());
  if (++reduction.summed < size()) return;
  reductions_.erase(number);
  --waiting_;
  done_.push_back(number);
}

}  // namespace espalier::runtime
