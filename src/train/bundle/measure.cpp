// Decides which image sets are due at a moment, evaluates them, and writes what finished members leave.
#include "train/bundle/measure.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "espalier/core/checks.hpp"
#include "espalier/data/label_matrix.hpp"
#include "espalier/data/safetensors.hpp"
#include "espalier/model/description.hpp"
#include "espalier/train/feature_means.hpp"

namespace espalier::train {

using metrics::Metric;
using metrics::Subset;

namespace {

data::Metadata describe_file(const Job& job, const char* kind, task::Moment at) {
  return {{"kind", kind},
          {"task", job.task.id.hex.str()},
          {"network", task::training(job.task).network},
          {"classes", std::to_string(job.classes)},
          {"epoch", std::to_string(at.epoch)},
          {"step", std::to_string(at.step)}};
}

/// The images that the network was not trained on: for test, else for validation; null where it has none.
const MeasuredSet* held_out(const Job& job) {
  for (const Subset name : {Subset::test, Subset::valid}) {
    for (const MeasuredSet& one : job.evaluations) {
      if (one.name == name) return &one;
    }
  }
  return nullptr;
}

/// Writes the network's tensors, with kind, task and moment as metadata, and its mean features on held-out images, by
/// which other images' distance from these is known where these are not at hand.
data::WrittenArtifact write_finished(const Job& job, model::UnitNetwork network, task::Moment at,
                                     const task::Stopped& stopped) {
  data::Metadata metadata = model::describe({network.spec(), network.input(), network.classes()});
  metadata.merge(describe_file(job, "espalier network 1", at));
  if (stopped != task::Stopped{}) {  // `at` is the moment of the result; the training may have gone on
    metadata["ended_epoch"] = std::to_string(stopped.ended.epoch);
    metadata["ended_step"] = std::to_string(stopped.ended.step);
  }
  data::NamedTensors tensors = network.state();
  if (const MeasuredSet* seen = held_out(job); seen && !job.smoke) {
    const auto means = feature_means(network, *seen->images, task::training(job.task));
    if (means) add_feature_means(*means, network, tensors, metadata);
  }
  return data::write_artifact(job.output_dir, tensors, metadata);
}

/// Writes per image of `set` "predicted" and "label" (int32, the network's outputs), "row" (int64, in its pack) and
/// where there is one "probability" (float32, the softmax of the predicted output); of several labels an image "score"
/// (float32) and "label" (int8: 1, 0, -1 not counted), [images, outputs], and "row".
data::WrittenArtifact write_predictions(const Job& job, const data::ImageSet& set, const Predicted& predicted,
                                        task::Moment at) {
  const bool several = predicted.scores.defined();
  data::Metadata metadata = describe_file(job, several ? "espalier scores 1" : "espalier predictions 1", at);
  metadata["data"] = set.data;
  const at::Tensor rows = at::tensor(set.rows, at::kLong);
  if (several) {
    const at::Tensor labels = set.labels.to(at::kChar).contiguous();
    return data::write_artifact(job.output_dir,
                                {{"row", rows}, {"score", predicted.scores.contiguous()}, {"label", labels}}, metadata);
  }
  data::NamedTensors tensors{{"row", rows},
                             {"predicted", at::tensor(predicted.labels, at::kInt)},
                             {"label", set.labels.to(at::kInt).contiguous()}};
  if (!predicted.probability.empty()) tensors.push_back({"probability", at::tensor(predicted.probability, at::kFloat)});
  return data::write_artifact(job.output_dir, tensors, metadata);
}

bool is_whole(const Predicted& predicted) { return !predicted.labels.empty() || predicted.scores.defined(); }

/// The set that a job's predictions are made for; null where it has none.
const MeasuredSet* test_set(const Job& job) {
  const auto test = std::find_if(job.evaluations.begin(), job.evaluations.end(),
                                 [](const MeasuredSet& one) { return one.name == Subset::test; });
  return test == job.evaluations.end() ? nullptr : &*test;
}

double loss_of(const Score& score, task::Moment at) { return score.row(Subset::train, {}, at).of(Metric::loss); }

}  // namespace

Measurement::Measurement(BundleState& bundle, const ImageSets& sets, const Members& members, task::Moment at,
                         const Score& running)
    : Measurement(bundle, sets, members, at, running,
                  {[&bundle, at](std::size_t member) { return bundle.timeline(member).is_end(at); }, {}}) {}

Measurement::Measurement(BundleState& bundle, const ImageSets& sets, const Members& members, task::Moment at,
                         const Score& running, Occasion occasion)
    : bundle_(bundle),
      sets_(sets),
      members_(bundle.open_of(members)),
      at_(at),
      running_(running),
      occasion_(std::move(occasion)) {}

bool is_due(const MeasuredSet& measured, const task::Timeline& timeline, task::Moment at) {
  if (measured.every_steps > 0 && timeline.index(at) % measured.every_steps == 0) return true;
  return at.step == 0 && measured.every > 0 && at.epoch % measured.every == 0;
}

bool is_due_by_steps(const Job& job, std::int64_t step) {
  return std::any_of(job.evaluations.begin(), job.evaluations.end(), [step](const MeasuredSet& measured) {
    return measured.every_steps > 0 && step % measured.every_steps == 0;
  });
}

std::int64_t next_due_by_steps(const Job& job, std::int64_t step, std::int64_t most) {
  for (const MeasuredSet& measured : job.evaluations) {
    const std::int64_t every = measured.every_steps;
    if (every > 0) most = std::min(most, (step / every + 1) * every);
  }
  return most;
}

Measurement::Measurement(const Measurement& before, const Members& ending)
    : bundle_(before.bundle_),
      sets_(before.sets_),
      members_(before.bundle_.open_of(ending)),
      at_(before.at_),
      running_(before.running_),
      occasion_{[](std::size_t) { return true; }, {}},
      scores_(before.scores_),
      predictions_(before.predictions_) {
  std::set<std::pair<std::size_t, SetNumber>> given;
  for (const std::size_t member : members_) {
    gave_running_ = gave_running_ || before.wants_running(member);
    for (const MeasuredSet& measured : bundle_.job(member).evaluations) {
      if (before.wants(member, measured)) given.emplace(member, sets_.number_of(measured));
    }
  }
  occasion_.given = [&sets = sets_, given](std::size_t member, const MeasuredSet& measured) {
    return given.contains({member, sets.number_of(measured)});
  };
}

bool Measurement::wants(std::size_t member, const MeasuredSet& measured) const {
  if (occasion_.given && occasion_.given(member, measured)) return false;
  if (ends(member)) return true;
  const bool judges = occasion_.judges && occasion_.judges(member);
  if (judges && measured.id == task::training(bundle_.job(member).task).stop.images) return true;
  return !occasion_.only_judges && is_due(measured, bundle_.timeline(member), at_);
}

bool Measurement::wants_running(std::size_t member) const {
  return running_.count > 0 && !gave_running_ && (at_.step == 0 || ends(member));
}

metrics::Row Measurement::judged(std::size_t member) const {
  const auto& job = bundle_.job(member);
  const auto& images = task::training(job.task).stop.images;
  const auto measured = std::find_if(job.evaluations.begin(), job.evaluations.end(),
                                     [&](const MeasuredSet& one) { return one.id == images; });
  ESPALIER_EXPECT(measured != job.evaluations.end());
  return row_of(scores_.at(sets_.number_of(*measured)), measured->name, images, at_);
}

metrics::Row Measurement::running_row() const {
  const bool several = data::are_several(sets_.of(kTrainingImages).labels);
  return row_of({running_, {}, "", several}, Subset::train, {}, at_);
}

/// A test set is measured at the end even where its row is known: for the predictions.
bool Measurement::is_wanted(SetNumber number) const {
  return std::any_of(members_.begin(), members_.end(), [&](std::size_t member) {
    const Job& job = bundle_.job(member);
    return std::any_of(job.evaluations.begin(), job.evaluations.end(), [&](const MeasuredSet& one) {
      return sets_.number_of(one) == number && (wants(member, one) || (ends(member) && &one == test_set(job)));
    });
  });
}

bool Measurement::is_predicted(SetNumber number) const {
  return std::any_of(members_.begin(), members_.end(), [&](std::size_t member) {
    const MeasuredSet* test = test_set(bundle_.job(member));
    return test && sets_.number_of(*test) == number;
  });
}

ControlFlag Measurement::run(const Evaluate& evaluate) {
  const bool smoke = bundle_.job(members_.front()).smoke;
  ControlFlag flag = ControlFlag::go_on;
  const EvaluationLimits limits{smoke ? task::kEvaluationBatch : -1,
                                [&] { return (flag = bundle_.ask(members_, at_)) == ControlFlag::go_on; }};
  for (SetNumber number = 0; number < sets_.size() && flag == ControlFlag::go_on; ++number) {
    if (sets_.of(number).size() == 0 || !is_wanted(number) || scores_.contains(number)) continue;
    Evaluation result = evaluate(number, limits);
    if (flag != ControlFlag::go_on) break;
    scores_[number] = scored(result, sets_.of(number).labels, bundle_.job(members_.front()).outputs);
    if (is_predicted(number))
      predictions_[number] = {std::move(result.labels), std::move(result.probability), std::move(result.scores)};
  }
  if (flag == ControlFlag::go_on) give_out();
  return flag;
}

/// Rows on each of the member's sets, in its order, behind the running score.
std::vector<metrics::Row> Measurement::rows_of(std::size_t member) const {
  std::vector<metrics::Row> rows;
  if (wants_running(member)) rows.push_back(running_row());
  for (const MeasuredSet& measured : bundle_.job(member).evaluations) {
    const auto score = scores_.find(sets_.number_of(measured));
    if (score != scores_.end() && wants(member, measured)) rows.push_back(row_for(measured, score->second, at_));
  }
  return rows;
}

/// What to say where a loss is not finite; empty where all are.
std::string Measurement::lost_of(std::size_t member) const {
  const auto text = [&](Subset name, double loss) {
    return std::isfinite(loss) ? "" : divergence_text(std::string("the loss on ") + name_of(name), loss, at_);
  };
  std::string lost = wants_running(member) ? text(Subset::train, loss_of(running_, at_)) : "";
  for (const MeasuredSet& measured : bundle_.job(member).evaluations) {
    const auto score = scores_.find(sets_.number_of(measured));
    if (!lost.empty() || score == scores_.end() || !wants(member, measured)) continue;
    lost = text(measured.name, loss_of(score->second.score, at_));
  }
  return lost;
}

void Measurement::give_out() const {
  for (const std::size_t member : bundle_.open_of(members_)) {
    if (const std::string lost = lost_of(member); !lost.empty()) {
      bundle_.end(member, task::End::diverged, lost);
      continue;
    }
    for (const MeasuredSet& measured : bundle_.job(member).evaluations) {
      const auto found = scores_.find(sets_.number_of(measured));
      if (found != scores_.end() && !found->second.remark.empty())
        bundle_.remark(member, std::string(metrics::name_of(measured.name)) + " images: " + found->second.remark);
    }
    const auto rows = rows_of(member);
    if (!rows.empty()) bundle_.sink().rows(member, rows);
  }
}

metrics::Row row_for(const MeasuredSet& measured, const Scored& scored, task::Moment at) {
  if (measured.metrics.empty() && !scored.several) return scored.score.row(measured.name, measured.id, at);
  metrics::Row row = row_of(scored, measured.name, measured.id, at);
  if (measured.metrics.empty()) return row;
  metrics::Values asked;
  for (const Metric metric : measured.metrics) {
    // How far two sets are apart that a network was taught to tell apart: the share that it gets right.
    asked.set(metric, metric == Metric::distance ? row.of(Metric::top1) : row.values.get(metric));
  }
  row.values = asked;
  return row;
}

void write_predictions_of(BundleState& bundle, std::size_t member, task::Moment at, const ImageSets& sets,
                          const Predictions& predictions) {
  const Job& job = bundle.job(member);
  const MeasuredSet* test = test_set(job);
  if (!test || job.smoke) return;
  const SetNumber number = sets.number_of(*test);
  const auto predicted = predictions.find(number);
  if (predicted == predictions.end() || !is_whole(predicted->second)) return;
  const auto file = write_predictions(job, sets.of(number), predicted->second, at);
  bundle.sink().checkpoint(member, {task::ArtifactKind::predictions, at, file.id, file.bytes});
}

void finish(BundleState& bundle, std::size_t member, task::Moment at, const ImageSets& sets,
            const Predictions& predictions, const std::function<model::UnitNetwork()>& network) {
  const Job& job = bundle.job(member);
  if (!bundle.leads()) return bundle.end(member, task::End::done);
  if (job.task.record.keep != task::Keep::none) {
    const auto file = write_finished(job, network(), at, bundle.stopped(member));
    bundle.sink().checkpoint(member, {task::ArtifactKind::finished, at, file.id, file.bytes});
  }
  write_predictions_of(bundle, member, at, sets, predictions);
  bundle.end(member, task::End::done);
}

}  // namespace espalier::train
