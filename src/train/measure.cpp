// Decides which subsets are due at a moment, evaluates them, and writes what finished members leave.
#include "train/measure.hpp"

#include <algorithm>
#include <cmath>

#include "espalier/task/evaluation_set.hpp"
#include "train/results.hpp"

namespace espalier::train {

using metrics::Subset;

Measurement::Measurement(BundleState& bundle, const Members& members, task::Moment at, const Score& running)
    : bundle_(bundle), members_(bundle.open_of(members)), at_(at), running_(running) {}

bool Measurement::due(std::size_t member) const {
  const std::int32_t every = bundle_.job(member).task.record.evaluate_every;
  return ends(member) || (at_.step == 0 && every > 0 && at_.epoch % every == 0);
}

bool Measurement::wants(std::size_t member, Subset subset) const {
  const auto& record = bundle_.job(member).task.record;
  switch (subset) {
    case Subset::train: return at_.step == 0 || ends(member);
    case Subset::valid: return record.valid && due(member);
    case Subset::test: return record.test && due(member);
    case Subset::fit: return record.fit && ends(member);
  }
  return false;
}

Order Measurement::run(const Evaluate& evaluate) {
  const Job& job = bundle_.job(members_.front());
  std::map<Subset, metrics::Row> rows;
  if (running_.count > 0) rows[Subset::train] = running_.row(Subset::train, {}, at_);
  Order order = Order::go_on;
  const EvaluationLimits limits{job.smoke ? kEvaluationBatch : -1,
                                [&] { return (order = bundle_.ask(members_, at_)) == Order::go_on; }};
  for (const auto& [subset, part] :
       {std::pair{Subset::valid, Part::valid}, {Subset::test, Part::test}, {Subset::fit, Part::train}}) {
    const bool wanted = std::any_of(members_.begin(), members_.end(), [&](std::size_t m) { return wants(m, subset); });
    if (order != Order::go_on || !wanted || part_of(*job.images, part).size() == 0) continue;
    Evaluation result = evaluate(part, limits);
    rows[subset] = result.score.row(subset, task::evaluation_set(job.task.train.subset, subset), at_);
    if (subset == Subset::test) predicted_ = std::move(result.labels);
  }
  if (order == Order::go_on) give_out(rows);
  return order;
}

void Measurement::give_out(const std::map<Subset, metrics::Row>& rows) {
  for (const std::size_t member : bundle_.open_of(members_)) {
    std::vector<metrics::Row> own;
    for (const auto& [subset, row] : rows) {
      if (!wants(member, subset)) continue;
      const double loss = row.of(metrics::Metric::loss);
      if (!std::isfinite(loss)) {
        own.clear();
        bundle_.end(member, task::End::diverged,
                    divergence_text(std::string("the loss on ") + name_of(subset), loss, at_));
        break;
      }
      own.push_back(row);
    }
    if (!own.empty()) bundle_.sink().rows(member, own);
  }
}

void finish(BundleState& bundle, std::size_t member, task::Moment at, const std::vector<std::int32_t>& predicted,
            const std::function<model::UnitNetwork()>& network) {
  const Job& job = bundle.job(member);
  if (!bundle.leads()) return bundle.end(member, task::End::done);
  const auto written = [&](task::ArtifactKind kind, const data::WrittenArtifact& file) {
    bundle.sink().checkpoint(member, {kind, at, file.id, file.bytes});
  };
  if (job.task.record.keep != task::Keep::none || job.task.kind == task::TaskKind::pretrain) {
    written(task::ArtifactKind::finished, write_finished(job, network(), at));
  }
  if (!job.smoke && job.task.record.test && !predicted.empty()) {
    written(task::ArtifactKind::predictions, write_predictions(job, predicted, at));
  }
  bundle.end(member, task::End::done);
}

}  // namespace espalier::train
