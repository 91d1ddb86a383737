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
    espalier::mpi::Mailbox mailbox;
    constexpr int kPackets = 50;
    const auto packet = [](int rank, int i) {
      return std::to_string(rank) + ":" + std::to_string(i) + std::string(i % 7 == 0 ? 1 << 20 : 10, 'z');
    };
    if (session.rank() == 0) {
      for (int rank = 1; rank < session.size(); ++rank) {
        for (int i = 0; i < kPackets; ++i) mailbox.send(rank, packet(rank, i));
      }
      std::vector<int> seen(static_cast<std::size_t>(session.size()));
      for (int left = kPackets * (session.size() - 1); left > 0;) {
        mailbox.advance();
        if (auto back = mailbox.receive()) {
          right = right && back->bytes == packet(back->rank, seen[static_cast<std::size_t>(back->rank)]++);
          --left;
        }
      }
    } else {
      for (int left = kPackets; left > 0;) {
        mailbox.advance();
        if (auto got = mailbox.receive()) {
          mailbox.send(0, std::move(got->bytes));
          --left;
        }
      }
    }
    while (!mailbox.advance()) {
    }
  }
  session.finish();
  return right;
}

}  // namespace

TEST_CASE("mailbox: packets of any size come back whole and in order", "[.][inner]") { CHECK(echo_round()); }

TEST_CASE("mailbox: packets travel between 1, 2 and 4 ranks") {
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
