// Packs measured rows into records and back: image sets become numbers, values stand in the order of the metrics.
#include "espalier/store/row_records.hpp"

#include <algorithm>
#include <cmath>

#include "espalier/core/errors.hpp"

namespace espalier::store {

std::optional<std::uint32_t> EvaluationSets::number_of(metrics::Subset subset, const ImageSetId& digest) const {
  const auto found = numbers_.find({subset, digest});
  if (found == numbers_.end()) return std::nullopt;
  return found->second;
}

std::uint32_t EvaluationSets::next() const { return sets_.empty() ? 1 : sets_.rbegin()->first + 1; }

void EvaluationSets::add(const EvaluationSet& set) {
  if (set.number == 0) throw CorruptionError("an image set has an impossible number");
  sets_[set.number] = set;
  numbers_[{set.subset, set.digest}] = set.number;
}

const EvaluationSet& EvaluationSets::at(std::uint32_t number) const {
  const auto found = sets_.find(number);
  if (found == sets_.end()) throw CorruptionError("rows of an image set that no record names");
  return found->second;
}

EvaluationSetsRecord EvaluationSets::unknown_of(const std::vector<metrics::Row>& rows) const {
  EvaluationSetsRecord record;
  for (const metrics::Row& row : rows) {
    const auto is_it = [&](const EvaluationSet& one) { return one.subset == row.subset && one.digest == row.set; };
    if (number_of(row.subset, row.set) || std::any_of(record.sets.begin(), record.sets.end(), is_it)) continue;
    record.sets.push_back({next() + static_cast<std::uint32_t>(record.sets.size()), row.subset, row.set});
  }
  return record;
}

RowsRecord EvaluationSets::packed(const Fence& fence, const TaskId& task, const std::vector<metrics::Row>& rows) const {
  RowsRecord record{fence, task, {}, {}};
  record.metrics.reserve(metrics::kMetrics.size());
  record.rows.reserve(rows.size());
  for (const auto& facts : metrics::kMetrics) {
    const auto has = [&](const metrics::Row& row) { return !std::isnan(row.values.get(facts.metric)); };
    if (std::any_of(rows.begin(), rows.end(), has)) record.metrics.push_back(facts.metric);
  }
  for (const metrics::Row& row : rows) {
    MeasuredRow packed{row.epoch, row.step, number_of(row.subset, row.set).value(), row.count, {}};
    packed.values.reserve(record.metrics.size());
    for (const auto metric : record.metrics) packed.values.push_back(row.values.get(metric));
    record.rows.push_back(std::move(packed));
  }
  return record;
}

metrics::Row EvaluationSets::unpacked(const RowsRecord& record, const MeasuredRow& packed) const {
  if (packed.values.size() != record.metrics.size()) throw CorruptionError("a row lacks values");
  const EvaluationSet& set = at(packed.set);
  metrics::Row row{packed.epoch, packed.step, set.subset, set.digest, packed.count, {}};
  for (std::size_t i = 0; i < record.metrics.size(); ++i) row.values.set(record.metrics[i], packed.values[i]);
  return row;
}

}  // namespace espalier::store
