// Ranks a gallery by cosine in double precision and sums the precisions at the hits.
#include "espalier/train/retrieval.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace espalier::train {

namespace {

at::Tensor directions_of(const at::Tensor& features) {
  const at::Tensor exact = features.to(at::kDouble);
  const at::Tensor length = exact.square().sum(1, /*keepdim=*/true).sqrt();
  return exact / length.masked_fill(length.eq(0), 1);
}

std::vector<std::int64_t> numbers_of(const at::Tensor& labels) {
  const at::Tensor whole = labels.to(at::kLong).contiguous();
  return {whole.const_data_ptr<std::int64_t>(), whole.const_data_ptr<std::int64_t>() + whole.numel()};
}

}  // namespace

Gallery::Gallery(const at::Tensor& features, const at::Tensor& labels, std::int64_t depth)
    : directions_(directions_of(features)), labels_(numbers_of(labels)), depth_(depth) {
  for (const auto label : labels_) {
    if (label >= static_cast<std::int64_t>(counts_.size())) counts_.resize(static_cast<std::size_t>(label + 1));
    ++counts_[static_cast<std::size_t>(label)];
  }
}

std::vector<double> Gallery::average_precisions(const at::Tensor& features, const at::Tensor& labels) const {
  const at::Tensor cosines = at::matmul(directions_of(features), directions_.t()).contiguous();
  const auto asked = numbers_of(labels);
  std::vector<std::int64_t> order(labels_.size());
  const auto found = order.begin() + std::min<std::int64_t>(depth_, static_cast<std::int64_t>(order.size()));
  std::vector<double> precisions;
  for (std::size_t query = 0; query < asked.size(); ++query) {
    const double* cosine = cosines.const_data_ptr<double>() + query * labels_.size();
    std::iota(order.begin(), order.end(), std::int64_t{0});
    std::partial_sort(order.begin(), found, order.end(), [cosine](std::int64_t a, std::int64_t b) {
      return cosine[a] != cosine[b] ? cosine[a] > cosine[b] : a < b;
    });
    const auto label = static_cast<std::size_t>(asked[query]);
    const std::int64_t relevant = label < counts_.size() ? counts_[label] : 0;
    double sum = 0, hits = 0;
    for (auto rank = order.begin(); rank != found; ++rank) {
      if (labels_[static_cast<std::size_t>(*rank)] != asked[query]) continue;
      sum += ++hits / static_cast<double>(rank - order.begin() + 1);
    }
    precisions.push_back(relevant > 0 ? sum / static_cast<double>(std::min(depth_, relevant))
                                      : std::numeric_limits<double>::quiet_NaN());
  }
  return precisions;
}

}  // namespace espalier::train
