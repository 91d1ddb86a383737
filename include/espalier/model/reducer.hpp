#pragma once
// Sums over the trainers of a group, so that all of them hold the same numbers.
#include <ATen/ATen.h>

#include <map>

#include "espalier/core/errors.hpp"

namespace espalier::model {

/// The group has fallen apart: a member is gone. What is in hand is given up; nobody here is to blame.
class GroupBroken : public Error {
 public:
  using Error::Error;
};

/// Every member makes the same buffers and the same calls in the same order.
class Reducer {
 public:
  virtual ~Reducer() = default;
  virtual std::int32_t size() const = 0;
  virtual std::int32_t rank() const = 0;  ///< from 0, which leads: it alone writes files and answers
  /// Zeros [count], float32 or float64, that live as long as the reducer: on the processor, or on its device.
  virtual at::Tensor buffer(std::int64_t count, at::ScalarType type) = 0;
  /// Begins to add up one of its buffers over the members, in the order of their ranks: the same bits on all. The
  /// buffer is not to be touched before finish().
  virtual void begin(const at::Tensor& buffer) = 0;
  /// Waits for all that was begun. Throws GroupBroken.
  virtual void finish() = 0;

  /// The sums of `values` over the members, float64, where `values` are: begins and finishes.
  at::Tensor sum(const at::Tensor& values);

 private:
  std::map<std::int64_t, at::Tensor> scratch_;  ///< of sum(), by length
};

/// One trainer alone.
class SingleReducer : public Reducer {
 public:
  std::int32_t size() const override { return 1; }
  std::int32_t rank() const override { return 0; }
  at::Tensor buffer(std::int64_t count, at::ScalarType type) override { return at::zeros({count}, type); }
  void begin(const at::Tensor&) override {}
  void finish() override {}
};

}  // namespace espalier::model
