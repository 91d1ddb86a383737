#pragma once
// The trainer's loop: takes setups, catalogs and bundles from a port, trains one bundle after the other, answers.
#include <deque>
#include <functional>
#include <optional>
#include <vector>

#include "espalier/protocol/control.hpp"
#include "espalier/protocol/group.hpp"
#include "espalier/protocol/progress.hpp"
#include "espalier/train/device_context.hpp"
#include "espalier/train/training.hpp"
#include "trainer/fault.hpp"
#include "trainer/image_cache.hpp"
#include "trainer/port.hpp"

namespace espalier::trainer {

class AgentReducer;

class Trainer {
 public:
  /// `slot` is this trainer's index on its machine, which chooses its GPU.
  Trainer(Port& port, Fault fault, int slot = 0) : port_(port), fault_(std::move(fault)), slot_(slot) {}

  /// Runs until told to exit or until the other side is gone. Throws only errors that no task causes.
  void run();

 private:
  class Steering;
  class Reporter;

  void take(const frame::Frame& frame);
  void take(const protocol::PeerBuffer& peer);
  void set_up(const protocol::Setup& setup);
  void take_waiting();
  void cancel(const protocol::Cancel& order);
  bool is_cancelled(const protocol::TaskAssignment& assignment) const;
  void work(const protocol::Bundle& bundle);
  void train(const protocol::Bundle& bundle);
  void measure(const protocol::TaskAssignment& assignment, const train::Job& job);
  void train_in_group(const protocol::Group& group, const protocol::Bundle& able, const std::vector<train::Job>& jobs);
  void await_end(AgentReducer& host_reducer);
  train::Job job_of(const protocol::TaskAssignment& assignment);
  train::MeasuredSet measured_set(const task::EvaluationSpec& evaluation, std::int32_t outputs,
                                  const std::function<void()>& alive);
  std::shared_ptr<const data::ImageSet> images_in(const task::ImageSetSpec& set, const std::function<void()>& alive);
  protocol::Ended answer(const protocol::TaskAssignment& assignment, task::End kind) const;

  Port& port_;
  Fault fault_;
  protocol::Setup setup_;
  task::Catalog catalog_;
  ImageCache images_;
  int slot_;
  std::optional<train::DeviceContext> device_context_;  ///< set by the first setup
  std::deque<protocol::Bundle> queue_;
  std::vector<protocol::InFlightTask> cancelled_;
  bool stopping_ = false, leaving_ = false;
  std::string group_;                        ///< of the bundle in hand, for example "a group of 2 through agents"
  AgentReducer* host_reducer_ = nullptr;     ///< set while a group's bundle is in work
  std::vector<protocol::PeerBuffer> peers_;  ///< messages of a group whose bundle has not begun
  std::map<TaskId, ArtifactId> finished_;    ///< networks made here, for later tasks that were given none
};

}  // namespace espalier::trainer
