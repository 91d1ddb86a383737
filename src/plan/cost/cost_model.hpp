#pragma once
// Estimates what one training costs by itself in a given numeric form: seconds, multiply-adds, disk.
#include "espalier/plan/costs.hpp"
#include "espalier/plan/multiply_adds.hpp"
#include "plan/training_maker.hpp"

namespace espalier::plan {

inline constexpr double kUncalibratedRate = 2.5e10;  ///< multiply-adds per second of one CPU core with AVX-512 or AVX2
inline constexpr double kStepOverhead = 1e-3;        ///< seconds per step, besides arithmetic
inline constexpr double kBatchedOverhead = 3e-4;     ///< the same for one replica of a batched network
inline constexpr double kMemoryRate = 4e9;           ///< bytes of features per second gathered into batches

/// Number of images on which a training measures its network, each time counted.
double evaluated_images(const Training& training);
/// Multiply-adds of the part of a training that shows `epoch_images` images, with its share of evaluations; without
/// features.
double multiply_adds(const Training& training, const task::NumericForm& form, std::int64_t epoch_images);
/// Multiply-adds of computing the features of `images` images.
double feature_multiply_adds(const Training& training, const task::NumericForm& form, std::int64_t images);

CostKey key_of(const Training& training, const task::NumericForm& form);
/// The text of a key without what only a numeric form adds: cached units, replica, workers.
std::string across_forms(CostKey key);

class CostModel {
 public:
  explicit CostModel(const Calibration& calibration) : calibration_(calibration) {}

  /// Sets the measured time of trainings of this key as a multiple of the calibration's; later costs are multiplied by
  /// it.
  void learn(const std::string& key, double ratio) { learned_[key] = ratio; }
  /// The same for all forms of `work` (across_forms) that no finished training had: a machine that is slower than was
  /// thought is so in each, and what a pass saves is the difference of two forms.
  void learn_across_forms(const std::string& work, double ratio) { learned_across_forms_[work] = ratio; }

  Cost of(const Training& training, const task::NumericForm& form) const;
  /// Seconds of all steps and evaluations; without features.
  double cost_s(const Training& training, const task::NumericForm& form) const;
  /// Seconds to compute the features of `images` images.
  double features_s(const Training& training, const task::NumericForm& form, std::int64_t images) const;

 private:
  static Cost estimate(const Training& training, const task::NumericForm& form);
  double learned_ratio(const CostKey& key) const;

  const Calibration& calibration_;
  std::map<std::string, double> learned_, learned_across_forms_;
};

/// How often a training of this length is measured every so many epochs (0: only at its end).
std::int64_t evaluations(const task::EvaluationSpec& spec, const task::Moment& length, std::int64_t steps);
/// Images of the first evaluation of that name; 0 where there is none.
std::int64_t images_of(const Training& training, metrics::Subset name);
/// Images that it is measured on and does not train on.
std::int64_t held_out_images(const Training& training);

/// Bytes on disk at the end: kept networks, predictions, rows in journal and store.
std::int64_t disk_bytes(const Training& training);

}  // namespace espalier::plan
