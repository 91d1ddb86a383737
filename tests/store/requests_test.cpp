#include "espalier/store/requests.hpp"

#include <catch2/catch.hpp>
#include <fstream>

#include "espalier/store/layout.hpp"
#include "store/scratch.hpp"

using namespace espalier::store;

TEST_CASE("requests: what is left is found, oldest first, until it is removed") {
  const Scratch out;
  CHECK(pending_requests(out.path()).empty());
  const Request first = leave_request(out.path(), "stop", 3);
  const Request second = leave_request(out.path(), "other", 4);

  const auto pending = pending_requests(out.path());

  REQUIRE(pending.size() == 2);
  CHECK(pending[0].id == first.id);
  CHECK(pending[0].verb == "stop");
  CHECK(pending[0].segment == 3);
  CHECK(pending[0].from == first.from);
  CHECK(pending[1].verb == "other");
  remove_request(out.path(), first);
  REQUIRE(pending_requests(out.path()).size() == 1);
  CHECK(pending_requests(out.path())[0].id == second.id);
}

TEST_CASE("requests: files that hold something else are passed over and stay") {
  const Scratch out;
  leave_request(out.path(), "stop", 1);
  const auto folder = request_folder(out.path());
  std::ofstream(folder / "1.0-1.request") << "something else\nverb=stop\n";
  std::ofstream(folder / "1.0-2.request") << "espalier request 1\nfrom=nobody\n";
  std::ofstream(folder / "notes.txt") << "espalier request 1\nverb=stop\n";

  CHECK(pending_requests(out.path()).size() == 1);
  CHECK(std::filesystem::exists(folder / "notes.txt"));
}

TEST_CASE("requests: one of a newer version is named, not taken up, and stays") {
  const Scratch out;
  leave_request(out.path(), "stop", 1);
  const auto folder = request_folder(out.path());
  std::ofstream(folder / "1.0-1.request") << "espalier request 2\nverb=stop\n";
  std::ofstream(folder / "1.0-2.request") << "espalier request 1\nfrom=nobody\n";
  std::ofstream(folder / "1.0-3.request") << "espalier requests 7\nverb=stop\n";

  CHECK(pending_requests(out.path()).size() == 1);
  CHECK(newer_requests(out.path()) == std::vector<std::string>{"1.0-1"});
  CHECK(std::filesystem::exists(folder / "1.0-1.request"));
}
