#pragma once
// Finds the nearest neighbours of images among others by their features: exact, and the same however they are batched.
#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

#include "espalier/task/probe_methods.hpp"

namespace espalier::train {

class NearestNeighbours {
 public:
  /// `features` [images, features] float32 on the CPU: those that neighbours are found among.
  NearestNeighbours(const at::Tensor& features, task::NearestBy by);

  /// [queries, neighbours] int64: rows of the constructor's features, the nearest first, equally near ones in their
  /// order; as many as there are where `count` is more. Cosines and distances are compared in double precision.
  /// Features that are all 0 have cosine 0 with everything; those that are not finite come last. `features` [queries,
  /// features] float32 on the CPU.
  at::Tensor nearest(const at::Tensor& features, std::int64_t count) const;

 private:
  void search(const at::Tensor& asked, const at::Tensor& nearest) const;
  float margin_of(double length) const;
  std::vector<std::int64_t> ranked(const float* query, double length, const std::vector<std::int64_t>& places,
                                   std::int64_t count) const;
  double exact(const float* query, double length, std::int64_t image) const;

  task::NearestBy by_;
  at::Tensor features_;  ///< as given
  at::Tensor searched_;  ///< [images, features] float32: as given, or their directions
  at::Tensor offset_;    ///< [images] float32, added to products: what makes the greatest sum the least distance
  std::vector<double> lengths_;
  double longest_ = 0;  ///< of what is searched
};

}  // namespace espalier::train
