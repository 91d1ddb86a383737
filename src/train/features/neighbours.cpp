// Searches by matrix products in float32, and settles what these cannot tell apart in double precision.
#include "espalier/train/neighbours.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace espalier::train {

namespace {

constexpr double kRounding = 1.0 / (1 << 24);  ///< of one float32 operation, relative

constexpr std::int64_t kQueries = 256, kImages = 1024;  ///< of a block, whose scores stay in the cache

/// In double precision, and always in the same order.
double product(const float* a, const float* b, std::int64_t count) {
  double sum = 0;
  for (std::int64_t i = 0; i < count; ++i) sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return sum;
}

/// The length of each row, in double precision.
std::vector<double> lengths_of(const at::Tensor& features) {
  std::vector<double> lengths;
  const float* row = features.const_data_ptr<float>();
  for (std::int64_t i = 0; i < features.size(0); ++i, row += features.size(1))
    lengths.push_back(std::sqrt(product(row, row, features.size(1))));
  return lengths;
}

/// Each row divided by its length; rows of zeros stay.
at::Tensor directions_of(const at::Tensor& features, const std::vector<double>& lengths) {
  const at::Tensor length = at::tensor(lengths, at::kDouble).to(at::kFloat).unsqueeze(1);
  return features / length.masked_fill(length.eq(0), 1);
}

/// Places whose score may be among the greatest `count`, given that scores are wrong by half of `margin` at most.
class Candidates {
 public:
  Candidates(std::int64_t count, float margin) : best_(static_cast<std::size_t>(count), kNone), margin_(margin) {}

  /// Scores of the images from `first` on.
  void see(const float* scores, std::int64_t count, std::int64_t first) {
    constexpr std::int64_t kAtOnce = 32;
    for (std::int64_t start = 0; start < count; start += kAtOnce) {
      const std::int64_t end = std::min(start + kAtOnce, count);
      bool any = false;  // one comparison of many numbers at once
      for (std::int64_t place = start; place < end; ++place) any |= scores[place] >= bound_;
      if (!any) continue;
      for (std::int64_t place = start; place < end; ++place) {
        if (!(scores[place] >= bound_)) continue;
        places_.emplace_back(scores[place], first + place);
        if (scores[place] > best_.front()) insert(scores[place]);
      }
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
    : by_(by), features_(features.contiguous()), lengths_(lengths_of(features_)) {
  const bool by_angle = by == task::NearestBy::cosine;
  searched_ = by_angle ? directions_of(features_, lengths_) : features_;
  const at::Tensor lengths = at::tensor(lengths_, at::kDouble);
  offset_ = by_angle ? at::zeros({features_.size(0)}) : (lengths.square() / -2).to(at::kFloat);
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

/// How far apart two scores may be by rounding alone: of a sum of n products the error is at most n roundings of the
/// product of both lengths.
float NearestNeighbours::margin_of(double length) const {
  const double reach = by_ == task::NearestBy::cosine ? 1 : length * longest_ + longest_ * longest_;
  return static_cast<float>(2 * static_cast<double>(features_.size(1) + 8) * kRounding * reach);
}

std::vector<std::int64_t> NearestNeighbours::ranked(const float* query, double length,
                                                    const std::vector<std::int64_t>& places, std::int64_t count) const {
  std::vector<std::pair<double, std::int64_t>> scored;
  for (const auto place : places) scored.emplace_back(exact(query, length, place), place);
  std::sort(scored.begin(), scored.end(),
            [](const auto& a, const auto& b) { return a.first != b.first ? a.first > b.first : a.second < b.second; });
  std::vector<std::int64_t> nearest;
  for (const auto& [score, place] : scored) nearest.push_back(place);
  for (std::int64_t i = 0; std::ssize(nearest) < count; ++i) {  // those without a score are not finite
    if (std::find(nearest.begin(), nearest.end(), i) == nearest.end()) nearest.push_back(i);
  }
  nearest.resize(static_cast<std::size_t>(count));
  return nearest;
}

at::Tensor NearestNeighbours::nearest(const at::Tensor& features, std::int64_t count) const {
  const at::Tensor asked = features.contiguous();
  at::Tensor nearest = at::empty({asked.size(0), std::min(count, features_.size(0))}, at::kLong);
  for (std::int64_t first = 0; first < asked.size(0); first += kQueries) {
    const std::int64_t last = std::min(first + kQueries, asked.size(0));
    search(asked.slice(0, first, last), nearest.slice(0, first, last));
  }
  return nearest;
}

/// Of one block of queries; `nearest` [queries, neighbours] gets what is found.
void NearestNeighbours::search(const at::Tensor& asked, const at::Tensor& nearest) const {
  const std::int64_t queries = asked.size(0), width = asked.size(1), images = features_.size(0),
                     found = nearest.size(1);
  const auto lengths = lengths_of(asked);
  const at::Tensor seen = by_ == task::NearestBy::cosine ? directions_of(asked, lengths) : asked;
  std::vector<Candidates> candidates;
  for (const double length : lengths) candidates.emplace_back(found, margin_of(length));
  for (std::int64_t first = 0; first < images; first += kImages) {
    const std::int64_t last = std::min(first + kImages, images);
    const at::Tensor scores = at::addmm(offset_.slice(0, first, last), seen, searched_.slice(0, first, last).t());
    for (std::int64_t query = 0; query < queries; ++query)
      candidates[static_cast<std::size_t>(query)].see(scores.const_data_ptr<float>() + query * (last - first),
                                                      last - first, first);
  }
  for (std::int64_t query = 0; query < queries; ++query) {
    const auto own = static_cast<std::size_t>(query);
    const auto places =
        ranked(asked.const_data_ptr<float>() + query * width, lengths[own], candidates[own].places(), found);
    std::copy(places.begin(), places.end(), nearest.mutable_data_ptr<std::int64_t>() + query * found);
  }
}

}  // namespace espalier::train
