// Started by mpirun this is a program of its own; as a test it starts itself so, at 1, 2 and 4 ranks.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>

#include "espalier/mpi/session.hpp"

namespace {

/// Rank 0 sends to all and gets everything back, small and large, in order. True if so.
bool echo_round() {
  alarm(60);  // the watchdog
  auto session = espalier::mpi::Session::start();
  bool right = true;
  {
    espalier::mpi::Post post;
    constexpr int kParcels = 50;
    const auto parcel = [](int rank, int i) {
      return std::to_string(rank) + ":" + std::to_string(i) + std::string(i % 7 == 0 ? 1 << 20 : 10, 'z');
    };
    if (session.rank() == 0) {
      for (int rank = 1; rank < session.size(); ++rank) {
        for (int i = 0; i < kParcels; ++i) post.send(rank, parcel(rank, i));
      }
      std::vector<int> seen(static_cast<std::size_t>(session.size()));
      for (int left = kParcels * (session.size() - 1); left > 0;) {
        post.advance();
        if (auto back = post.receive()) {
          right = right && back->bytes == parcel(back->rank, seen[static_cast<std::size_t>(back->rank)]++);
          --left;
        }
      }
    } else {
      for (int left = kParcels; left > 0;) {
        post.advance();
        if (auto got = post.receive()) {
          post.send(0, std::move(got->bytes));
          --left;
        }
      }
    }
    while (!post.advance()) {
    }
  }
  session.finish();
  return right;
}

}  // namespace

TEST_CASE("post: parcels of any size come back whole and in order", "[.][inner]") { CHECK(echo_round()); }

TEST_CASE("post: parcels travel between 1, 2 and 4 ranks") {
  const auto self = std::string(ESPALIER_BINARY_DIR) + "/bin/test_mpi";
  for (const char* ranks : {"1", "2", "4"}) {
    const auto command =
        "OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 "
        "OMPI_MCA_btl_vader_single_copy_mechanism=none mpirun --oversubscribe --bind-to none -n " +
        std::string(ranks) + " '" + self + "' '[inner]' > /dev/null";
    INFO(command);
    CHECK(std::system(command.c_str()) == 0);
  }
}
