// Searches by matrix products in float32, and settles what these cannot tell apart in double precision.
#include "espalier/train/neighbours.hpp"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace espalier::train {

namespace {

constexpr double kRounding = 1.0 / (1 << 24);  ///< of one float32 operation, relative

double product(const float* a, const float* b, std::int64_t count) {
  double sum = 0;
  for (std::int64_t i = 0; i < count; ++i) sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return sum;
}

/// Each row divided by its length; rows of zeros stay.
at::Tensor directions_of(const at::Tensor& features) {
  const at::Tensor exact = features.to(at::kDouble);
  const at::Tensor length = exact.square().sum(1, /*keepdim=*/true).sqrt();
  return (exact / length.masked_fill(length.eq(0), 1)).to(at::kFloat);
}

/// Places whose score may be among the greatest `count`, given that scores are wrong by half of `margin` at most.
class Candidates {
 public:
  Candidates(std::int64_t count, float margin) : best_(static_cast<std::size_t>(count), kNone), margin_(margin) {}

  void see(const float* scores, std::int64_t count) {
    for (std::int64_t place = 0; place < count; ++place) {
      if (!(scores[place] >= bound_)) continue;
      places_.push_back({scores[place], place});
      if (scores[place] > best_.front()) insert(scores[place]);
    }
  }

  std::vector<std::int64_t> places() const {
    std::vector<std::int64_t> kept;
    for (const auto& [score, place] : places_) {
      if (score >= bound_) kept.push_back(place);
    }
    return kept;
  }

 private:
  static constexpr float kNone = -std::numeric_limits<float>::infinity();

  void insert(float score) {
    std::size_t at = 0;
    for (; at + 1 < best_.size() && best_[at + 1] < score; ++at) best_[at] = best_[at + 1];
    best_[at] = score;
    bound_ = best_.front() - margin_;
  }

  std::vector<float> best_;  ///< the greatest scores so far, ascending
  std::vector<std::pair<float, std::int64_t>> places_;
  float margin_, bound_ = kNone;
};

}  // namespace

NearestNeighbours::NearestNeighbours(const at::Tensor& features, task::NearestBy by)
    : by_(by), features_(features.contiguous()) {
  const std::int64_t images = features_.size(0), width = features_.size(1);
  const float* row = features_.const_data_ptr<float>();
  for (std::int64_t i = 0; i < images; ++i, row += width) lengths_.push_back(std::sqrt(product(row, row, width)));
  const bool by_angle = by == task::NearestBy::cosine;
  searched_ = (by_angle ? directions_of(features_) : features_).t();
  const at::Tensor lengths = at::tensor(lengths_, at::kDouble);
  offset_ = by_angle ? at::zeros({images}) : (lengths.square() / -2).to(at::kFloat);
  for (const double length : lengths_) longest_ = std::isfinite(length) ? std::max(longest_, length) : longest_;
}

/// The greater the nearer: cosine, or minus the squared distance.
double NearestNeighbours::exact(const float* query, double length, std::int64_t image) const {
  const std::int64_t width = features_.size(1);
  const float* row = features_.const_data_ptr<float>() + image * width;
  if (by_ == task::NearestBy::cosine) {
    const double lengths = length * lengths_[static_cast<std::size_t>(image)];
    return lengths > 0 ? product(query, row, width) / lengths : 0;
  }
  double sum = 0;
  for (std::int64_t i = 0; i < width; ++i) {
    const double difference = static_cast<double>(query[i]) - static_cast<double>(row[i]);
    sum += difference * difference;
  }
  return -sum;
}

std::vector<std::int64_t> NearestNeighbours::nearest_of(const float* query, const float* scores,
                                                        std::int64_t count) const {
  const std::int64_t images = features_.size(0), width = features_.size(1);
  const double length = std::sqrt(product(query, query, width));
  const double reach = by_ == task::NearestBy::cosine ? 1 : length * longest_ + longest_ * longest_;
  // Of a sum of n products the error is at most n roundings of the product of both lengths; twice that between two.
  Candidates candidates(count, static_cast<float>(2 * static_cast<double>(width + 8) * kRounding * reach));
  candidates.see(scores, images);
  std::vector<std::pair<double, std::int64_t>> ranked;
  for (const auto place : candidates.places()) ranked.emplace_back(exact(query, length, place), place);
  std::sort(ranked.begin(), ranked.end(),
            [](const auto& a, const auto& b) { return a.first != b.first ? a.first > b.first : a.second < b.second; });
  std::vector<std::int64_t> nearest;
  for (const auto& [score, place] : ranked) nearest.push_back(place);
  for (std::int64_t i = 0; i < images && std::ssize(nearest) < count; ++i) {  // without a score: not finite
    if (std::find(nearest.begin(), nearest.end(), i) == nearest.end()) nearest.push_back(i);
  }
  nearest.resize(static_cast<std::size_t>(count));
  return nearest;
}

at::Tensor NearestNeighbours::nearest(const at::Tensor& features, std::int64_t count) const {
  const at::Tensor asked = features.contiguous();
  const std::int64_t queries = asked.size(0), width = asked.size(1), images = features_.size(0);
  const std::int64_t found = std::min(count, images);
  const bool by_angle = by_ == task::NearestBy::cosine;
  const at::Tensor scores = at::addmm(offset_, by_angle ? directions_of(asked) : asked, searched_).contiguous();
  at::Tensor nearest = at::empty({queries, found}, at::kLong);
  at::parallel_for(0, queries, 1, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t query = first; query < last; ++query) {
      const auto own = nearest_of(asked.const_data_ptr<float>() + query * width,
                                  scores.const_data_ptr<float>() + query * images, found);
      std::copy(own.begin(), own.end(), nearest.mutable_data_ptr<std::int64_t>() + query * found);
    }
  });
  return nearest;
}

}  // namespace espalier::train
