#pragma once
// A measured value as it was counted, so that equal results compare equal whatever their rounded quotients are.
#include "espalier/metrics/row.hpp"

namespace espalier::metrics {

/// `amount / of`: 7 of 10 images, or a mean loss of 1.
struct Share {
  double amount = 0;
  std::int64_t of = 1;
  Share() = default;
  Share(double value) : amount(value) {}  // NOLINT(google-explicit-constructor): a mean is a share of one
  Share(double amount_, std::int64_t of_) : amount(amount_), of(of_) {}
  double value() const { return of ? amount / static_cast<double>(of) : 0; }
};

/// What `row.of(metric)` is the quotient of; its amount is NaN where the metric was not measured.
Share share_of(const Row& row, Metric metric);

}  // namespace espalier::metrics
