#pragma once
// Rows as the journal holds them: image sets are named once, in a record of their own, and by number afterwards.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "espalier/store/records.hpp"

namespace espalier::store {

/// The image sets that a journal's records have named so far, numbered from 1.
class EvaluationSets {
 public:
  /// A number may skip some: their records can be lost, and what was named later still counts.
  void add(const EvaluationSet& set);
  /// The sets of `rows` that no record has named, numbered as they are to be named.
  EvaluationSetsRecord unknown_of(const std::vector<metrics::Row>& rows) const;
  /// All sets of `rows` must be known.
  RowsRecord packed(const Fence& fence, const TaskId& task, const std::vector<metrics::Row>& rows) const;
  /// Throws CorruptionError where its set or a value is missing.
  metrics::Row unpacked(const RowsRecord& record, const MeasuredRow& packed) const;

 private:
  std::uint32_t next() const;
  std::optional<std::uint32_t> number_of(metrics::Subset subset, const ImageSetId& digest) const;
  const EvaluationSet& at(std::uint32_t number) const;

  std::map<std::uint32_t, EvaluationSet> sets_;  ///< by number
  std::map<std::pair<metrics::Subset, ImageSetId>, std::uint32_t> numbers_;
};

/// Appends rows to a journal by `write(record)`, the records that name their image sets first.
template <class Write>
void write_rows(const EvaluationSets& sets, const Fence& fence, const TaskId& task,
                const std::vector<metrics::Row>& rows, Write write) {
  if (const auto unknown = sets.unknown_of(rows); !unknown.sets.empty()) write(unknown);
  write(sets.packed(fence, task, rows));
}

}  // namespace espalier::store
