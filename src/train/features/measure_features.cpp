// Gathers features from the cache, fits and scores a classifier or measures a distance, and gives out the rows.
#include "train/features/measure_features.hpp"

#include <algorithm>

#include "espalier/core/checks.hpp"
#include "espalier/core/seed.hpp"
#include "espalier/train/distances.hpp"
#include "espalier/train/linear_classifier.hpp"
#include "espalier/train/neighbours.hpp"
#include "train/bundle/measure.hpp"
#include "train/losses.hpp"
#include "train/prepare_network.hpp"

namespace espalier::train {

std::optional<at::Tensor> features_of(FeatureInputs& inputs, SetNumber number, std::int64_t images, const GoOn& go_on) {
  std::vector<at::Tensor> parts;
  for (std::int64_t first = 0; first < images; first += task::kEvaluationBatch) {
    const std::int64_t count = std::min(task::kEvaluationBatch, images - first);
    parts.push_back(inputs.evaluation(number, first, count).to(at::kFloat).cpu().flatten(1));
    if (!go_on()) return std::nullopt;
  }
  return at::cat(parts);
}

namespace {

/// One probe at work: its network, its features, and when to stop.
class FeatureProbe {
 public:
  FeatureProbe(BundleState& bundle, const Job& job, task::Moment at)
      : bundle_(bundle),
        job_(job),
        at_(at),
        sets_(job),
        inputs_(job, sets_, bundle.device_context().features(),
                prepare_network(job, bundle.device_context().device())) {}

  ControlFlag run() {
    if (go_on_() && inputs_.fill(go_on_) && bundle_.is_open(0) && measure()) {
      bundle_.charge({0}, 0);
      if (!predictions_.empty()) write_predictions_of(bundle_, 0, at_, sets_, predictions_);
      bundle_.end(0, task::End::done);
    }
    return flag_;
  }

 private:
  bool measure() {
    switch (job_.probe->method) {
      case task::ProbeMethod::linear: return classify();
      case task::ProbeMethod::neighbours: return find_neighbours();
      default: return compare();
    }
  }

  bool classify() {
    const auto fitted_to = features_of(inputs_, kTrainingImages, job_.images->size(), go_on_);
    if (!fitted_to) return false;
    const auto fitted = fit_linear(job_.probe->linear, *fitted_to, job_.images->labels, job_.outputs, go_on_);
    if (!fitted) return false;
    if (!fitted->remark.empty()) bundle_.sink().remark("task " + job_.task.id.brief() + ": " + fitted->remark);
    std::vector<metrics::Row> rows;
    for (const MeasuredSet& measured : job_.evaluations) {
      const auto row = score(*fitted, measured);
      if (!row) return false;
      rows.push_back(*row);
    }
    bundle_.sink().rows(0, rows);
    return true;
  }

  std::optional<metrics::Row> score(const LinearClassifier& fitted, const MeasuredSet& measured) {
    const SetNumber number = sets_.number_of(measured);
    const at::Tensor& labels = measured.images->labels;
    Evaluation result;
    for (std::int64_t first = 0; first < labels.size(0); first += task::kEvaluationBatch) {
      const std::int64_t count = std::min(task::kEvaluationBatch, labels.size(0) - first);
      const at::Tensor scores = fitted.scores(inputs_.evaluation(number, first, count).to(at::kFloat).cpu());
      const at::Tensor wanted = labels.slice(0, first, first + count);
      result.score.add(scores, wanted, at::cross_entropy_loss(scores, wanted).item<float>());
      const at::Tensor best = scores.argmax(1).to(at::kInt).contiguous();
      result.labels.insert(result.labels.end(), best.const_data_ptr<std::int32_t>(),
                           best.const_data_ptr<std::int32_t>() + count);
      if (job_.probe->linear.classifier == task::Classifier::logistic) {  // scores of an SVM are no logits
        const at::Tensor probability = greatest_probability(scores).contiguous();
        result.probability.insert(result.probability.end(), probability.const_data_ptr<float>(),
                                  probability.const_data_ptr<float>() + count);
      }
      if (!go_on_()) return std::nullopt;
    }
    const Scored whole = scored(result, labels, job_.outputs);
    if (measured.name == metrics::Subset::test)
      predictions_[number] = {std::move(result.labels), std::move(result.probability), {}};
    return row_for(measured, whole, at_);
  }

  /// An image's class is that of its nearest neighbour; its five nearest are asked, too.
  bool find_neighbours() {
    const auto among = features_of(inputs_, kTrainingImages, job_.images->size(), go_on_);
    if (!among) return false;
    const NearestNeighbours references(*among, job_.probe->neighbours.by);
    std::vector<metrics::Row> rows;
    for (const MeasuredSet& measured : job_.evaluations) {
      const auto row = find_neighbours(references, measured);
      if (!row) return false;
      rows.push_back(*row);
    }
    bundle_.sink().rows(0, rows);
    return true;
  }

  std::optional<metrics::Row> find_neighbours(const NearestNeighbours& references, const MeasuredSet& measured) {
    constexpr std::int64_t kMost = 5;
    const SetNumber number = sets_.number_of(measured);
    const at::Tensor known = job_.images->labels.to(at::kLong), labels = measured.images->labels.to(at::kLong);
    const auto asked = features_of(inputs_, number, labels.size(0), go_on_);
    if (!asked) return std::nullopt;
    const at::Tensor nearest = references.nearest(*asked, kMost);
    const at::Tensor theirs = known.index_select(0, nearest.flatten()).view_as(nearest);
    const at::Tensor hits = theirs.eq(labels.unsqueeze(1));
    metrics::Row row{at_.epoch, at_.step, measured.name, measured.id, labels.size(0), {}};
    row.values.set(metrics::Metric::top1, hits.select(1, 0).sum().item<double>());
    row.values.set(metrics::Metric::top5, hits.any(1).sum().item<double>());
    if (measured.name == metrics::Subset::test) {
      const at::Tensor best = theirs.select(1, 0).to(at::kInt).contiguous();
      predictions_[number].labels.assign(best.const_data_ptr<std::int32_t>(),
                                         best.const_data_ptr<std::int32_t>() + best.numel());
    }
    return row;
  }

  /// The distance between one half of the source's images and the target's, and beside it that of the two halves.
  bool compare() {
    ESPALIER_EXPECT(job_.evaluations.size() == 1);
    const auto& spec = job_.probe->distance;
    const MeasuredSet& target = job_.evaluations.front();
    const auto source = features_of(inputs_, kTrainingImages, job_.images->size(), go_on_);
    if (!source) return false;
    const auto other = features_of(inputs_, sets_.number_of(target), target.images->size(), go_on_);
    if (!other) return false;
    ESPALIER_EXPECT(source->size(0) == 2 * spec.count && other->size(0) == spec.count);
    const at::Tensor drawn = in_random_order(*source, spec.seed), halves = in_random_order(*other, spec.seed);
    const at::Tensor first = drawn.slice(0, 0, spec.count), second = drawn.slice(0, spec.count);
    const auto distance = distance_of(spec.method, first, halves, go_on_);
    const auto floor = distance ? distance_of(spec.method, first, second, go_on_) : std::nullopt;
    if (!floor) return false;
    metrics::Row row{at_.epoch, at_.step, target.name, target.id, spec.count, {}};
    row.values.set(metrics::Metric::distance, *distance);
    row.values.set(metrics::Metric::floor, *floor);
    bundle_.sink().rows(0, {row});
    return true;
  }

  /// Image sets list their images class by class.
  static at::Tensor in_random_order(const at::Tensor& features, std::uint64_t seed) {
    const auto order = permutation(static_cast<std::int32_t>(features.size(0)), seed_of(seed, {"halves"}));
    return features.index_select(0, at::tensor(order, at::kInt));
  }

  BundleState& bundle_;
  const Job& job_;
  task::Moment at_;
  ControlFlag flag_ = ControlFlag::go_on;
  GoOn go_on_ = [this] { return (flag_ = bundle_.ask({0}, at_)) == ControlFlag::go_on; };
  ImageSets sets_;
  FeatureInputs inputs_;
  Predictions predictions_;
};

}  // namespace

ControlFlag measure_features(BundleState& bundle, const Job& job, task::Moment at) {
  if (job.probe->method == task::ProbeMethod::retrieval) return measure_retrieval(bundle, job, at);
  return FeatureProbe(bundle, job, at).run();
}

}  // namespace espalier::train
