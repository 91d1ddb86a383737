// Starts and finishes MPI with one thread and errors that are returned.
#include "espalier/mpi/session.hpp"

#include <cstdlib>
#include <utility>

#include "mpi/mpi_check.hpp"

namespace espalier::mpi {

std::string library() {
  char text[MPI_MAX_LIBRARY_VERSION_STRING] = "";
  int length = 0;
  check(MPI_Get_library_version(text, &length), "MPI_Get_library_version");
  const std::string whole(text, static_cast<std::size_t>(length));
  return whole.substr(0, whole.find_first_of(",\n"));
}

namespace {

/// The place of a rank among the agents of its host.
int slot_of(int rank) {
  MPI_Comm host;
  check(MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, rank, MPI_INFO_NULL, &host), "MPI_Comm_split_type");
  int place = 0, first = rank;
  check(MPI_Comm_rank(host, &place), "MPI_Comm_rank");
  check(MPI_Bcast(&first, 1, MPI_INT, 0, host), "MPI_Bcast");
  check(MPI_Comm_free(&host), "MPI_Comm_free");
  return first == 0 && rank != 0 ? place - 1 : place;
}

}  // namespace

Session Session::start() {
  int provided = 0;
  check(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SINGLE, &provided), "MPI_Init_thread");
  check(MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
  Session session;
  session.alive_ = true;
  check(MPI_Comm_rank(MPI_COMM_WORLD, &session.rank_), "MPI_Comm_rank");
  check(MPI_Comm_size(MPI_COMM_WORLD, &session.size_), "MPI_Comm_size");
  session.slot_ = slot_of(session.rank_);
  return session;
}

Session::Session(Session&& other) noexcept
    : rank_(other.rank_), size_(other.size_), slot_(other.slot_), alive_(std::exchange(other.alive_, false)) {}

Session& Session::operator=(Session&& other) noexcept {
  if (this == &other) return *this;
  rank_ = other.rank_;
  size_ = other.size_;
  slot_ = other.slot_;
  alive_ = std::exchange(other.alive_, false);
  return *this;
}

void Session::finish() {
  if (std::exchange(alive_, false)) check(MPI_Finalize(), "MPI_Finalize");
}

void Session::abort(int exit_code) {
  MPI_Abort(MPI_COMM_WORLD, exit_code);
  std::abort();
}

}  // namespace espalier::mpi
