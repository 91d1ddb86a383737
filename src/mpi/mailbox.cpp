// Sends and receives whole messages by non-blocking MPI point-to-point calls, in order per rank.
#include <limits>
#include <memory>
#include <set>

#include "espalier/core/checks.hpp"
#include "espalier/mpi/session.hpp"
#include "mpi/mpi_check.hpp"

namespace espalier::mpi {

namespace {
constexpr int kTag = 1;
}

/// A message in flight; MPI uses the bytes until the request is complete, so they must not move.
struct Mailbox::Flight {
  int rank = 0;
  std::unique_ptr<std::string> bytes;
  MPI_Request request = MPI_REQUEST_NULL;
};

Mailbox::Mailbox() = default;
Mailbox::~Mailbox() {
  // Not freed: MPI still uses the bytes, and the process is about to leave.
  for (auto& one : outgoing_) static_cast<void>(one.bytes.release());
  for (auto& one : incoming_) static_cast<void>(one.bytes.release());
}

void Mailbox::send(int rank, std::string bytes) {
  if (bytes.empty()) return;
  ESPALIER_EXPECT(bytes.size() <= static_cast<std::size_t>(std::numeric_limits<int>::max()));
  outgoing_.push_back({rank, std::make_unique<std::string>(std::move(bytes)), MPI_REQUEST_NULL});
  auto& last = outgoing_.back();
  check(MPI_Isend(last.bytes->data(), static_cast<int>(last.bytes->size()), MPI_BYTE, rank, kTag, MPI_COMM_WORLD,
                  &last.request),
        "MPI_Isend");
}

/// Starts to receive every message that has been announced.
void Mailbox::match() {
  for (;;) {
    int there = 0;
    MPI_Message message;
    MPI_Status status;
    check(MPI_Improbe(MPI_ANY_SOURCE, kTag, MPI_COMM_WORLD, &there, &message, &status), "MPI_Improbe");
    if (!there) return;
    int size = 0;
    check(MPI_Get_count(&status, MPI_BYTE, &size), "MPI_Get_count");
    incoming_.push_back(
        {status.MPI_SOURCE, std::make_unique<std::string>(static_cast<std::size_t>(size), '\0'), MPI_REQUEST_NULL});
    auto& last = incoming_.back();
    check(MPI_Imrecv(last.bytes->data(), size, MPI_BYTE, &message, &last.request), "MPI_Imrecv");
  }
}

std::optional<Packet> Mailbox::receive() {
  match();
  std::set<int> waited_for;  // ranks with an earlier message still arriving: theirs stay in order
  for (auto one = incoming_.begin(); one != incoming_.end(); ++one) {
    if (waited_for.contains(one->rank)) continue;
    int done = 0;
    check(MPI_Test(&one->request, &done, MPI_STATUS_IGNORE), "MPI_Test");
    if (done) {
      Packet packet{one->rank, std::move(*one->bytes)};
      incoming_.erase(one);
      return packet;
    }
    waited_for.insert(one->rank);
  }
  return std::nullopt;
}

bool Mailbox::advance() {
  while (!outgoing_.empty()) {
    int done = 0;
    check(MPI_Test(&outgoing_.front().request, &done, MPI_STATUS_IGNORE), "MPI_Test");
    if (!done) return false;
    outgoing_.pop_front();
  }
  return true;
}

}  // namespace espalier::mpi
