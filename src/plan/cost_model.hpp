#pragma once
// What a training costs, before anything was measured.
#include "plan/training_maker.hpp"

namespace espalier::plan {

inline constexpr double kUncalibratedRate = 2.5e10;  ///< multiply-adds a second of one CPU core with AVX-512 or AVX2
inline constexpr double kStepOverhead = 1e-3;        ///< seconds a step, beside its arithmetic

/// Forward and backward multiply-adds of one training image: frozen units forward only, and nothing goes back below
/// the lowest trained unit.
double step_multiply_adds(const task::TrainSpec& spec, const std::vector<network::UnitCost>& units);

/// Seconds on one worker, evaluations included.
double cost_s(const Training& training, double multiply_adds_per_s);

/// Bytes at the end: kept networks, predictions, rows in journal and store.
std::int64_t disk_bytes(const Training& training);

}  // namespace espalier::plan
