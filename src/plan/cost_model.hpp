#pragma once
// Estimates what one training costs by itself in a given numeric form: seconds, multiply-adds, disk.
#include "espalier/plan/costs.hpp"
#include "plan/training_maker.hpp"

namespace espalier::plan {

inline constexpr double kUncalibratedRate = 2.5e10;  ///< multiply-adds a second of one CPU core with AVX-512 or AVX2
inline constexpr double kStepOverhead = 1e-3;        ///< seconds a step, beside its arithmetic
inline constexpr double kFusedOverhead = 3e-4;       ///< the same of one lane of a batched network
inline constexpr double kMemoryRate = 4e9;           ///< bytes of features a second, gathered into batches
inline constexpr std::int64_t kEvaluationBatch = 64;

/// Forward and backward multiply-adds of one training image: frozen units forward only (the first `cached` not at
/// all), and nothing goes back below the lowest trained unit.
double step_multiply_adds(const task::TrainSpec& spec, const std::vector<network::UnitCost>& units,
                          std::int32_t cached = 0);
/// Of the units after the first `after`.
double forward_multiply_adds(const std::vector<network::UnitCost>& units, std::int32_t after = 0);

/// Of its evaluations: images on which the network is measured, each time counted.
double evaluated_images(const Training& training);
/// Of that part of a training that shows it `epoch_images`, and as many of its evaluations; features not counted.
double multiply_adds(const Training& training, const task::NumericForm& form, std::int64_t epoch_images);
/// Of the features of so many images.
double feature_multiply_adds(const Training& training, const task::NumericForm& form, std::int64_t images);

CostKey key_of(const Training& training, const task::NumericForm& form);

class CostModel {
 public:
  explicit CostModel(const Calibration& calibration) : calibration_(calibration) {}

  /// What trainings of this key really took, as a multiple of what the calibration says: from now on counted in.
  void learn(const std::string& key, double ratio) { learned_[key] = ratio; }

  Cost of(const Training& training, const task::NumericForm& form) const;
  /// Seconds of `steps` steps, evaluations and all; features not counted.
  double cost_s(const Training& training, const task::NumericForm& form) const;
  /// Seconds to compute the features of so many images.
  double features_s(const Training& training, const task::NumericForm& form, std::int64_t images) const;

 private:
  static Cost estimate(const Training& training, const task::NumericForm& form);

  const Calibration& calibration_;
  std::map<std::string, double> learned_;
};

/// Times the network is measured on validation and test images.
std::int64_t evaluations(const Training& training);

/// Bytes at the end: kept networks, predictions, rows in journal and store.
std::int64_t disk_bytes(const Training& training);

}  // namespace espalier::plan
