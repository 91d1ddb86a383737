#pragma once
// A network on a device with everything that trains and measures it, as recorded work. Trainings of equal shape use it
// one after the other; tables hold what differs between them.
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "espalier/device/captured_graph.hpp"
#include "espalier/model/unit_network.hpp"
#include "espalier/task/timeline.hpp"
#include "espalier/train/optimiser.hpp"
#include "train/device/device_batches.hpp"
#include "train/device/device_score.hpp"

namespace espalier::train {

struct Job;

/// A key of everything that trainings must have in common to share a captured training.
std::string captured_shape(const Job& job);

class CapturedTraining {
 public:
  /// Takes over `network`, which is on the device. With `eager` nothing is recorded.
  CapturedTraining(const Job& job, model::UnitNetwork network, bool eager = false);
  CapturedTraining(const CapturedTraining&) = delete;
  CapturedTraining& operator=(const CapturedTraining&) = delete;

  model::UnitNetwork& network() { return network_; }
  Optimiser& optimiser() { return optimiser_; }
  /// Copies the values of `other`, of the same shape, and resets the optimiser.
  void take_over(model::UnitNetwork& other);

  DeviceBatches& training() { return training_; }
  /// The batches that evaluate the image set of that number (ImageSets); made where there are none yet.
  DeviceBatches& evaluation(std::size_t number);

  /// Fills the tables of rates and masks for all steps of `epoch`.
  void fill_steps(const task::TrainSpec& spec, const task::Timeline& timeline, std::int32_t epoch);
  /// Starts the step that is due in training(), on its first `count` images. Does not wait for the device.
  void step(std::int64_t count);
  /// Begins an epoch's sums with `running`.
  void start_steps(const Score& running) { score_.start(running); }
  DeviceScore::Sums take_steps() { return score_.take(); }

  void start_evaluation(std::size_t number, std::int64_t batches);
  /// Starts the batch that is due in evaluation(number). Does not wait for the device.
  void evaluate(std::size_t number);
  struct Measured {
    Score score;
    std::vector<std::int32_t> labels;  ///< predicted classes, whole batches
    std::vector<float> probability;    ///< softmax of these classes
    at::Tensor scores;                 ///< of several labels an image, and no score then: [batches x batch, outputs]
  };
  Measured take_evaluation(std::size_t number);

 private:
  class Masks : public model::MaskSource {
   public:
    explicit Masks(const CapturedTraining& captured) : captured_(captured) {}
    at::Tensor draw(const model::DropoutLayer& layer, std::int64_t first_row, std::int64_t rows,
                    std::int64_t row_elements, double probability) override;

   private:
    const CapturedTraining& captured_;
  };
  /// What evaluates one image set.
  struct Evaluated {
    explicit Evaluated(at::Device device);
    DeviceBatches device_batches;
    at::Tensor predicted;  ///< [batches, batch] int32; of several labels an image their scores: [..., outputs] float32
    at::Tensor probability;  ///< [batches, batch] float32, the softmax of the predicted classes
    std::unique_ptr<device::CapturedGraph> work;
    std::int64_t version = -1;
  };

  void train(std::int64_t count);
  void measure(Evaluated& set);
  void make_room(std::int64_t steps);

  at::Device device_;
  bool eager_;
  model::UnitNetwork network_;
  Optimiser optimiser_;
  std::int32_t cached_units_;
  std::vector<model::DropoutLayer> dropouts_;
  Masks masks_;
  DeviceBatches training_;
  std::deque<Evaluated> evaluations_;  ///< by number; a deque: recorded work refers to them when more are added
  at::Tensor rates_;                   ///< [steps, units]
  at::Tensor numbers_;                 ///< [steps, 1] float32: number of each step in its training, from 1
  at::Tensor seeds_;                   ///< [steps, dropout layers]
  DeviceScore score_, evaluated_;
  std::map<std::int64_t, std::unique_ptr<device::CapturedGraph>> steps_;  ///< recorded steps, by number of images
  std::int64_t version_ = -1;                                             ///< of the batches when they were recorded
};

}  // namespace espalier::train
