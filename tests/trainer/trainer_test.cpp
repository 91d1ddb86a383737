#include "trainer/trainer.hpp"

#include <functional>

#include "support/catch_after_torch.hpp"
#include "trainer/made_bundle.hpp"

using namespace espalier;
using testing::MadeBundle;

namespace {

/// Hands out frames: those of `idle` when the trainer waits, those of `between` after so many questions in a training.
struct ScriptPort : trainer::Port {
  std::optional<frame::Frame> poll() override {
    const auto due = between.find(questions++);
    if (due == between.end()) return std::nullopt;
    return unpack(due->second);
  }
  std::optional<frame::Frame> wait_for(int) override { return wait(); }
  std::optional<frame::Frame> wait() override {
    if (idle.empty()) return std::nullopt;
    const std::string bytes = idle.front();
    idle.pop_front();
    return unpack(bytes);
  }
  bool is_open() const override { return open; }
  void send(const std::string& bytes) override { sent.push_back(unpack(bytes)); }

  template <class Message>
  std::vector<Message> all() const {
    std::vector<Message> messages;
    for (const auto& frame : sent) {
      if (frame.type == static_cast<std::uint16_t>(Message::kType)) messages.push_back(frame.as<Message>());
    }
    return messages;
  }
  static frame::Frame unpack(std::string bytes) { return *frame::take(bytes); }

  std::deque<std::string> idle;
  std::map<int, std::string> between;
  std::vector<frame::Frame> sent;
  int questions = 0;
  bool open = true;
};

struct Bed {
  explicit Bed(const std::string& name) : made(testing::scratch(name)) {
    port.idle = {frame::encode(made.setup), frame::encode(made.catalog)};
  }
  std::vector<protocol::Ended> run() {
    trainer::Trainer(port, {}).run();
    return port.all<protocol::Ended>();
  }
  MadeBundle made;
  ScriptPort port;
};

}  // namespace

TEST_CASE("trainer: a training takes its source from what was made before it") {
  Bed bed("trainer-two");
  bed.port.idle.push_back(frame::encode(protocol::Bundle{{bed.made.pretrain}}));
  bed.port.idle.push_back(frame::encode(protocol::Bundle{{bed.made.train}}));

  const auto ended = bed.run();

  REQUIRE(ended.size() == 2);
  CHECK(ended[0].kind == task::End::done);
  CHECK(ended[1].kind == task::End::done);
  CHECK(ended[1].fence == bed.made.train.fence);
  CHECK(ended[1].epoch_images == 40);
  CHECK(ended[1].device.find("1 thread, libtorch") != std::string::npos);
  CHECK(bed.port.all<protocol::Started>().size() == 2);
  CHECK(bed.port.all<protocol::Rows>().size() == 4);
  const auto files = bed.port.all<protocol::CheckpointMade>();
  REQUIRE(files.size() == 3);  // a source; predictions of both
  CHECK(files[0].kind == task::ArtifactKind::finished);
  CHECK(files[1].kind == task::ArtifactKind::predictions);
  CHECK(files[2].kind == task::ArtifactKind::predictions);
}

TEST_CASE("trainer: a task whose source is missing is refused with the reason, and the next one is taken") {
  Bed bed("trainer-refused");
  bed.port.idle.push_back(frame::encode(protocol::Bundle{{bed.made.train}}));
  bed.port.idle.push_back(frame::encode(protocol::Bundle{{bed.made.pretrain}}));

  const auto ended = bed.run();

  REQUIRE(ended.size() == 2);
  CHECK(ended[0].kind == task::End::refused);
  CHECK(ended[0].text.find(bed.made.pretrain.task.id.brief()) != std::string::npos);
  CHECK(ended[1].kind == task::End::done);
}

TEST_CASE("trainer: Cancel ends the training in hand, but not one of another fence") {
  Bed bed("trainer-cancel");
  bed.port.idle.push_back(frame::encode(protocol::Bundle{{bed.made.pretrain}}));
  protocol::Cancel order{bed.made.pretrain.fence, bed.made.pretrain.task.id};

  SECTION("of this attempt") {
    bed.port.between[2] = frame::encode(order);
    CHECK(bed.run().at(0).kind == task::End::cancelled);
  }
  SECTION("of an older attempt") {
    order.fence.attempt = 0;
    bed.port.between[2] = frame::encode(order);
    CHECK(bed.run().at(0).kind == task::End::done);
  }
}

TEST_CASE("trainer: Stop saves the training in hand and gives back what waits; the saved one ends the same") {
  Bed whole("trainer-stop-whole"), bed("trainer-stop");
  whole.port.idle.push_back(frame::encode(protocol::Bundle{{whole.made.pretrain}}));
  whole.run();
  bed.port.idle.push_back(frame::encode(protocol::Bundle{{bed.made.pretrain}}));
  bed.port.between[1] = frame::encode(protocol::Bundle{{bed.made.train}});
  bed.port.between[3] = frame::encode(protocol::Stop{});

  const auto ended = bed.run();

  REQUIRE(ended.size() == 2);
  CHECK(ended[0].kind == task::End::stopped);
  CHECK(ended[1].kind == task::End::stopped);
  CHECK(ended[1].task == bed.made.train.task.id);
  const auto files = bed.port.all<protocol::CheckpointMade>();
  REQUIRE(files.size() == 1);
  CHECK(files[0].kind == task::ArtifactKind::training);

  Bed rest("trainer-stop-rest");
  rest.made.setup.artifact_dir = rest.made.setup.unfinished_dir = bed.made.setup.artifact_dir;
  rest.made.pretrain.resume = files[0].artifact;
  rest.port.idle = {frame::encode(rest.made.setup), frame::encode(rest.made.catalog),
                    frame::encode(protocol::Bundle{{rest.made.pretrain}})};
  rest.run();
  CHECK(rest.port.all<protocol::Started>().at(0).resumed_from == files[0].at);
  CHECK((rest.port.all<protocol::Rows>().back().rows == whole.port.all<protocol::Rows>().back().rows));
}

TEST_CASE("trainer: a finished network is measured, beside a training of the same bundle") {
  Bed bed("trainer-measure-first"), rest("trainer-measure");
  bed.port.idle.push_back(frame::encode(protocol::Bundle{{bed.made.pretrain}}));
  bed.run();
  const auto files = bed.port.all<protocol::CheckpointMade>();
  REQUIRE(files.at(0).kind == task::ArtifactKind::finished);
  rest.made.setup.artifact_dir = rest.made.setup.unfinished_dir = bed.made.setup.artifact_dir;
  auto measured = rest.made.pretrain;
  measured.finished = files[0].artifact;
  measured.task.record.evaluations[0].every = 0;
  rest.made.train.sources[measured.task.id] = files[0].artifact;
  rest.port.idle = {frame::encode(rest.made.setup), frame::encode(rest.made.catalog),
                    frame::encode(protocol::Bundle{{rest.made.train, measured}})};

  const auto ended = rest.run();

  REQUIRE(ended.size() == 2);
  CHECK(ended[0].task == measured.task.id);
  CHECK(ended[0].kind == task::End::done);
  CHECK(ended[0].epoch_images == 0);
  CHECK(ended[1].kind == task::End::done);
  const auto before = bed.port.all<protocol::Rows>().back().rows;  // running score, valid, test
  CHECK((rest.port.all<protocol::Rows>().front().rows == std::vector<metrics::Row>{before.at(1), before.at(2)}));
}

TEST_CASE("trainer: images whose labels have another number of outputs cannot be measured on") {
  Bed bed("trainer-outputs");
  auto& catalog = bed.made.catalog.catalog;
  task::ImageSetSpec halves = task::training(bed.made.pretrain.task).images;
  halves.labels = catalog.add(task::LabelMap{{0, 1, 2, 3}, {0, 0, 1, 1}, 2, {}});
  bed.made.pretrain.task.record.evaluations[0].images = catalog.add(halves);
  bed.port.idle.back() = frame::encode(bed.made.catalog);
  bed.port.idle.push_back(frame::encode(protocol::Bundle{{bed.made.pretrain}}));

  const auto ended = bed.run();

  REQUIRE(ended.size() == 1);
  CHECK(ended[0].kind == task::End::refused);
  CHECK(ended[0].text.find("valid images have labels of 2 outputs (the network has 4)") != std::string::npos);
}

TEST_CASE("trainer: a queued task can be cancelled before it starts") {
  Bed bed("trainer-cancel-queued");
  bed.port.idle.push_back(frame::encode(protocol::Bundle{{bed.made.pretrain}}));
  bed.port.between[1] = frame::encode(protocol::Bundle{{bed.made.train}});
  bed.port.between[3] = frame::encode(protocol::Cancel{bed.made.train.fence, bed.made.train.task.id});

  const auto ended = bed.run();

  REQUIRE(ended.size() == 2);
  CHECK(ended[0].kind == task::End::done);
  CHECK(ended[1].task == bed.made.train.task.id);
  CHECK(ended[1].kind == task::End::cancelled);
  CHECK(bed.port.all<protocol::Started>().size() == 1);
}

TEST_CASE("trainer: when the agent is gone, the training in hand is given up") {
  Bed bed("trainer-alone");
  bed.port.idle.push_back(frame::encode(protocol::Bundle{{bed.made.pretrain}}));
  bed.port.open = false;

  CHECK(bed.run().at(0).kind == task::End::cancelled);
}
