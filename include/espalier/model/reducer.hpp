#pragma once
// Sums over the trainers of a group, so that all of them hold the same numbers.
#include <ATen/ATen.h>

#include <map>

#include "espalier/core/errors.hpp"

namespace espalier::model {

/// A member of the group is gone. The work in hand is given up, and no task of this trainer is to blame.
class GroupBroken : public Error {
 public:
  using Error::Error;
};

/// Every member must make the same buffers and the same calls in the same order.
class Reducer {
 public:
  virtual ~Reducer() = default;
  virtual std::int32_t size() const = 0;
  virtual std::int32_t rank() const = 0;  ///< from 0; rank 0 leads: it alone writes files and answers
  /// A buffer of `count` zeros, float32 or float64, in CPU or device memory, that lives as long as the reducer.
  virtual at::Tensor buffer(std::int64_t count, at::ScalarType type) = 0;
  /// Begins to sum one of its buffers over the members, in rank order, so that all get the same bits. The buffer must
  /// not be touched before finish().
  virtual void begin(const at::Tensor& buffer) = 0;
  /// Waits until all buffers given to begin() hold their sums. Throws GroupBroken.
  virtual void finish() = 0;

  /// Returns the sums of `values` over the members, float64, on the device of `values`. Calls begin() and finish().
  at::Tensor sum(const at::Tensor& values);

 private:
  std::map<std::int64_t, at::Tensor> scratch_;  ///< buffers of sum(), by length
};

/// The reducer of a trainer that works alone.
class SingleReducer : public Reducer {
 public:
  std::int32_t size() const override { return 1; }
  std::int32_t rank() const override { return 0; }
  at::Tensor buffer(std::int64_t count, at::ScalarType type) override { return at::zeros({count}, type); }
  void begin(const at::Tensor&) override {}
  void finish() override {}
};

}  // namespace espalier::model
