// Frames over a pair of sockets: whole, in order, and to the last one when the peer goes.
#include "espalier/process/frame_socket.hpp"

#include <catch2/catch.hpp>

#include "espalier/core/errors.hpp"

using namespace espalier;
using namespace espalier::process;

namespace {

struct Ends {
  FrameSocket ours, theirs;
  Ends() {
    auto pair = make_socket_pair();
    ours = FrameSocket(std::move(pair.ours));
    theirs = FrameSocket(std::move(pair.theirs));
  }
};

}  // namespace

TEST_CASE("frame socket: frames arrive whole and in order, and none is none") {
  Ends ends;
  CHECK_FALSE(ends.theirs.receive());
  const std::string first = frame::encode(7, std::string("one")), second = frame::encode(8, std::string());
  ends.ours.send(first + second);

  CHECK(ends.theirs.receive()->bytes == first);
  const auto last = ends.theirs.receive();
  CHECK(last->type == 8);
  CHECK(last->bytes == second);
  CHECK_FALSE(ends.theirs.receive());
  CHECK(ends.theirs.is_open());
}

TEST_CASE("frame socket: what the socket does not take at once waits, and is sent as the peer reads") {
  Ends ends;
  const std::string large = frame::encode(7, std::string(4 << 20, 'y'));
  ends.ours.send(large);
  CHECK(ends.ours.has_unsent());

  std::optional<RawFrame> arrived;
  for (int i = 0; i < 100000 && !arrived; ++i) {
    ends.ours.flush();
    arrived = ends.theirs.receive();
  }

  REQUIRE(arrived);
  CHECK(arrived->bytes == large);
  CHECK_FALSE(ends.ours.has_unsent());
}

TEST_CASE("frame socket: a peer that goes leaves what it sent, and then a closed socket") {
  Ends ends;
  ends.ours.send(frame::encode(7, std::string("last words")));
  ends.ours.close();

  CHECK(ends.theirs.receive());
  CHECK_FALSE(ends.theirs.receive());
  CHECK_FALSE(ends.theirs.is_open());
}

TEST_CASE("frame socket: bytes that are no frame are damage") {
  Ends ends;
  ends.ours.send(std::string(64, 'z'));
  CHECK_THROWS_AS(ends.theirs.receive(), CorruptionError);
}
