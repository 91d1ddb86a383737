#pragma once
// What is recorded of a task's work: the image sets it is measured on, and whether its network is kept. Never part of
// its identity.
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "espalier/metrics/row.hpp"
#include "espalier/task/image_set.hpp"

namespace espalier::task {

/// An image set to measure on, under the name that studies and tables call it by.
struct EvaluationSpec {
  metrics::Subset name = metrics::Subset::valid;
  ImageSetId images;                     ///< id_of() its spec, in the catalog
  std::int32_t every = 1;                ///< epochs; the end is always measured; 0: only the end
  std::vector<metrics::Metric> metrics;  ///< empty: metrics::kUnnamedMetrics
  std::int64_t every_steps = 0;          ///< besides, every so many steps from the start; 0: not
  bool operator==(const EvaluationSpec&) const = default;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    using frame::stored;
    archive& stored<1>("name", name) & stored<2>("images", images) & stored<3>("every", every) &
        stored<4>("metrics", metrics) & stored<5>("every_steps", every_steps);
  }
};

/// The numbers are stored.
enum class Keep : std::uint8_t { none = 0, selected = 1, last = 2, best = 3, all = 4 };
constexpr Keep last_known(Keep) { return Keep::all; }

struct RecordSpec {
  std::vector<EvaluationSpec> evaluations;  ///< at most one of a name and image set
  Keep keep = Keep::none;                   ///< of the finished network; sources are always kept
  bool operator==(const RecordSpec&) const = default;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& frame::stored<1>("evaluations", evaluations) & frame::stored<2>("keep", keep);
  }
};

/// The metrics that an evaluation measures.
std::vector<metrics::Metric> metrics_of(const EvaluationSpec& evaluation);

/// All metrics that score a network's outputs, as EvaluationSpec::metrics says them: empty where they are the unnamed
/// ones.
std::vector<metrics::Metric> all_metrics();

/// What must be recorded so that both are met; evaluations of `a` come first, in their order.
RecordSpec both(const RecordSpec& a, const RecordSpec& b);

/// Whether `recorded` holds the rows that `wanted` asks for: the same name and images, measured as often.
bool covers(const EvaluationSpec& recorded, const EvaluationSpec& wanted);

/// The evaluations of `wanted` that `recorded` does not cover; kept networks are not compared.
std::vector<EvaluationSpec> lacking(const RecordSpec& recorded, const RecordSpec& wanted);

/// Whether `recorded` measures the images of `wanted`, but at moments too far apart.
bool is_too_rare(const RecordSpec& recorded, const EvaluationSpec& wanted);

/// The first image set of that name; null where there is none.
const EvaluationSpec* evaluation_named(const RecordSpec& record, metrics::Subset name);

/// A row's place in a training: whole epochs, and further steps.
using RowMoment = std::pair<std::int32_t, std::int32_t>;
inline constexpr RowMoment kAnyMoment{std::numeric_limits<std::int32_t>::max(), 0};

/// The result on one image set: its last row there that is not behind `until`, in the order of moments; null where
/// there is none. `row_of` gives the metrics::Row of an item of `rows`.
template <class Rows, class RowOf>
const metrics::Row* result_at(const Rows& rows, metrics::Subset name, const ImageSetId& images, RowOf row_of,
                              RowMoment until = kAnyMoment) {
  const metrics::Row* last = nullptr;
  for (const auto& item : rows) {
    const metrics::Row& row = row_of(item);
    if (row.subset != name || row.set != images || RowMoment(row.epoch, row.step) > until) continue;
    if (!last || std::pair(row.epoch, row.step) >= std::pair(last->epoch, last->step)) last = &row;
  }
  return last;
}

}  // namespace espalier::task
