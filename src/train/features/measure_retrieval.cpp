// Looks the images of a probe's sets up in its gallery, whose features come from a network of their own.
#include <cmath>

#include "espalier/train/retrieval.hpp"
#include "train/features/measure_features.hpp"
#include "train/prepare_network.hpp"

namespace espalier::train {

namespace {

/// The gallery alone, as its own network sees it.
Job gallery_job(const Job& job) {
  Job gallery = job;
  task::ProbeSpec seen = *job.probe;
  seen.units = seen.retrieval.units;
  seen.mean = seen.retrieval.mean;
  seen.std = seen.retrieval.std;
  gallery.task.work = task::untrained(seen);
  gallery.evaluations.clear();
  return gallery;
}

/// The job without its gallery, which the network of the queries does not see.
Job queries_job(const Job& job) {
  Job queries = job;
  auto none = std::make_shared<data::ImageSet>(*job.images);
  none->rows.clear();
  none->labels = none->labels.slice(0, 0, 0);
  queries.images = none;
  return queries;
}

/// One probe at work, and when to stop.
class Retrieval {
 public:
  Retrieval(BundleState& bundle, const Job& job, task::Moment at) : bundle_(bundle), job_(job), at_(at) {}

  ControlFlag run() {
    if (go_on_() && look_up() && bundle_.is_open(0)) {
      bundle_.charge({0}, 0);
      bundle_.sink().rows(0, rows_);
      bundle_.end(0, task::End::done);
    }
    return flag_;
  }

 private:
  FeatureInputs inputs_of(const Job& job, const ImageSets& sets) {
    auto& context = bundle_.device_context();
    return {job, sets, context.features(), prepare_network(job, context.device())};
  }

  bool look_up() {
    const auto gallery = gallery_features();
    if (!gallery) return false;
    const Gallery looked_in(*gallery, job_.images->labels, job_.probe->retrieval.depth);
    const Job queries = queries_job(job_);
    const ImageSets sets(queries);
    FeatureInputs inputs = inputs_of(queries, sets);
    if (!inputs.fill(go_on_)) return false;
    for (const MeasuredSet& measured : queries.evaluations) {
      if (!look_up(looked_in, inputs, sets.number_of(measured), measured)) return false;
    }
    return true;
  }

  std::optional<at::Tensor> gallery_features() {
    const Job gallery = gallery_job(job_);
    const ImageSets sets(gallery);
    FeatureInputs inputs = inputs_of(gallery, sets);
    if (!inputs.fill(go_on_)) return std::nullopt;
    return features_of(inputs, kTrainingImages, gallery.images->size(), go_on_);
  }

  /// Notes the mean over the set's images that have relevant ones in the gallery.
  bool look_up(const Gallery& gallery, FeatureInputs& inputs, SetNumber number, const MeasuredSet& measured) {
    const at::Tensor& labels = measured.images->labels;
    double sum = 0;
    std::int64_t answered = 0;
    for (std::int64_t first = 0; first < labels.size(0); first += task::kEvaluationBatch) {
      const std::int64_t count = std::min(task::kEvaluationBatch, labels.size(0) - first);
      const at::Tensor features = inputs.evaluation(number, first, count).to(at::kFloat).cpu().flatten(1);
      for (const double precision : gallery.average_precisions(features, labels.slice(0, first, first + count))) {
        if (std::isnan(precision)) continue;
        sum += precision;
        ++answered;
      }
      if (!go_on_()) return false;
    }
    if (answered == 0) return true;
    metrics::Row row{at_.epoch, at_.step, measured.name, measured.id, answered, {}};
    row.values.set(metrics::Metric::map10, sum / static_cast<double>(answered));
    rows_.push_back(row);
    return true;
  }

  BundleState& bundle_;
  const Job& job_;
  task::Moment at_;
  ControlFlag flag_ = ControlFlag::go_on;
  GoOn go_on_ = [this] { return (flag_ = bundle_.ask({0}, at_)) == ControlFlag::go_on; };
  std::vector<metrics::Row> rows_;
};

}  // namespace

ControlFlag measure_retrieval(BundleState& bundle, const Job& job, task::Moment at) {
  return Retrieval(bundle, job, at).run();
}

}  // namespace espalier::train
