#pragma once
// The trainer's loop: takes setups, catalogs and assignments from a port, works on one task after the other, answers.
#include <deque>
#include <optional>
#include <vector>

#include "espalier/sched/messages.hpp"
#include "espalier/train/training.hpp"
#include "espalier/trainer/fault.hpp"
#include "espalier/trainer/image_shelf.hpp"
#include "espalier/trainer/port.hpp"

namespace espalier::trainer {

class Trainer {
 public:
  Trainer(Port& port, Fault fault) : port_(port), fault_(std::move(fault)) {}

  /// Until it is told to leave or the other side is gone. Only errors that are no task's own making escape.
  void run();

 private:
  class Steering;
  class Reporter;

  void take(const frame::Frame& frame);
  void take_waiting();
  void cancel(const sched::Cancel& order);
  void work(sched::Assign assign);
  sched::Ended end_of(const sched::Assign& assign);
  train::Job job_of(const sched::Assign& assign);
  sched::Ended answer(const sched::Assign& assign, sched::EndKind kind) const;

  Port& port_;
  Fault fault_;
  sched::Setup setup_;
  task::Catalog catalog_;
  ImageShelf images_;
  std::deque<sched::Assign> queue_;
  std::optional<sched::Cancel> in_hand_;  ///< what a Cancel must say to end the training in hand
  bool cancelled_ = false, stopping_ = false, leaving_ = false;
  std::map<TaskId, ArtifactId> finished_;  ///< networks made here: sources of later tasks that were given none
};

}  // namespace espalier::trainer
