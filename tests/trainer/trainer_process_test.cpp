// The program itself: as an agent's child, and on a file of bundles.
#include <csignal>
#include <fstream>

#include "espalier/process/capture.hpp"
#include "espalier/process/child.hpp"
#include "support/catch_after_torch.hpp"
#include "trainer/made_bundle.hpp"

using namespace espalier;
using testing::MadeBundle;

namespace {

const std::string kTrainer = std::string(ESPALIER_BINARY_DIR) + "/bin/espalier-trainer";

process::Child start(const std::filesystem::path& folder, const std::vector<std::string>& environment = {}) {
  const auto socket = std::to_string(process::kChildSocket);
  return process::Child::start({{kTrainer, "--socket", socket}, environment, folder / "log"});
}

/// Frames up to the first `Message`, which is returned; nothing if the child leaves before.
template <class Message>
std::optional<Message> await(process::Child& child) {
  while (child.socket().is_open()) {
    child.socket().wait(100);
    child.socket().flush();
    while (const auto frame = child.socket().receive()) {
      if (frame->is<Message>()) return frame->as<Message>();
    }
  }
  return std::nullopt;
}

process::Exit wait_for_end(process::Child& child) {
  for (;;) {
    if (const auto end = child.reap()) return *end;
    child.socket().wait(10);
  }
}

/// What does not depend on the clock.
struct Answers {
  std::vector<std::string> rows;
  int done = 0;
};

Answers answers_in(std::string bytes) {
  Answers answers;
  while (const auto frame = frame::take(bytes)) {
    if (frame->type == static_cast<std::uint16_t>(protocol::MessageType::rows)) answers.rows.push_back(frame->payload);
    if (frame->type != static_cast<std::uint16_t>(protocol::MessageType::ended)) continue;
    answers.done += frame->as<protocol::Ended>().kind == task::End::done;
  }
  return answers;
}

}  // namespace

TEST_CASE("trainer process: works for its agent, ignores TERM, and leaves when told to") {
  const auto folder = testing::scratch("trainer-process");
  const MadeBundle made(folder);
  auto child = start(folder);

  child.socket().send_message(made.setup);
  child.socket().send_message(made.catalog);
  child.socket().send_message(protocol::Bundle{{made.pretrain}});
  const auto first = await<protocol::Ended>(child);
  ::kill(child.process(), SIGTERM);
  ::kill(child.process(), SIGINT);
  child.socket().send_message(protocol::Bundle{{made.train}});
  const auto second = await<protocol::Ended>(child);
  child.socket().send_message(protocol::Shutdown{});

  REQUIRE(first);
  REQUIRE(second);
  CHECK(second->kind == task::End::done);
  CHECK(wait_for_end(child).code == 0);
}

TEST_CASE("trainer process: leaves when its socket closes") {
  const auto folder = testing::scratch("trainer-socket");
  const MadeBundle made(folder);
  auto child = start(folder);
  child.socket().send_message(made.setup);

  child.socket().close();

  CHECK(wait_for_end(child).code == 0);
}

TEST_CASE("trainer process: a real crash at a step, ordered by the environment") {
  const auto folder = testing::scratch("trainer-crash");
  const MadeBundle made(folder);
  auto child = start(folder, {"ESPALIER_FAULT=crash_at=:1:2"});
  child.socket().send_message(made.setup);
  child.socket().send_message(made.catalog);
  child.socket().send_message(protocol::Bundle{{made.pretrain}});

  CHECK_FALSE(await<protocol::Ended>(child));
  CHECK(wait_for_end(child).signal == SIGSEGV);
}

TEST_CASE("trainer process: a file of bundles is executed without an agent, twice with the same answers") {
  const auto folder = testing::scratch("trainer-bundles");
  const MadeBundle made(folder);
  std::ofstream(folder / "bundles", std::ios::binary)
      << frame::encode(made.setup) << frame::encode(made.catalog) << frame::encode(protocol::Bundle{{made.pretrain}})
      << frame::encode(protocol::Bundle{{made.train}});

  const auto to_file = process::capture({kTrainer, "--bundles", folder / "bundles", "--out", folder / "answers"});
  const auto to_stream = process::capture({kTrainer, "--bundles", folder / "bundles"});

  CHECK(to_file.exit_code == 0);
  CHECK_THAT(to_file.err, Catch::StartsWith("espalier-trainer: 2 tasks done, 0 not, in "));
  std::ifstream in(folder / "answers", std::ios::binary);
  const auto answers = answers_in({std::istreambuf_iterator<char>(in), {}});
  CHECK(answers.rows.size() == 4);
  CHECK(answers.done == 2);
  CHECK((answers_in(to_stream.out).rows == answers.rows));
}
