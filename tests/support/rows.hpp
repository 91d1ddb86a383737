#pragma once
// Rows of metrics with the three that every training has, on image sets that stand for themselves.
#include <vector>

#include "espalier/plan/plan.hpp"
#include "espalier/task/record_spec.hpp"

namespace espalier::testing {

/// The image set that made trainings are measured on under this name; none for the running score.
inline ImageSetId made_images(metrics::Subset name) {
  return name == metrics::Subset::train ? ImageSetId{} : ImageSetId::of(sha256(metrics::name_of(name)));
}

inline task::RecordSpec made_record(const std::vector<metrics::Subset>& names = {metrics::Subset::valid,
                                                                                 metrics::Subset::test}) {
  task::RecordSpec record;
  for (const auto name : names) record.evaluations.push_back({name, made_images(name), 1, {}});
  return record;
}

inline std::vector<plan::RunImages> made_measured() {
  std::vector<plan::RunImages> measured;
  for (const auto name : {metrics::Subset::valid, metrics::Subset::test, metrics::Subset::train_eval}) {
    measured.push_back({name, made_images(name)});
  }
  return measured;
}

/// Mean loss, and how many of `count` images were right.
inline metrics::Row measured_row(std::int32_t epoch, metrics::Subset subset, double loss, std::int64_t top1,
                                 std::int64_t top5, std::int64_t count, const ImageSetId& images) {
  metrics::Row row{epoch, 0, subset, images, count, {}};
  row.values.set(metrics::Metric::loss, loss);
  row.values.set(metrics::Metric::top1, static_cast<double>(top1));
  row.values.set(metrics::Metric::top5, static_cast<double>(top5));
  return row;
}

inline metrics::Row measured_row(std::int32_t epoch, metrics::Subset subset, double loss, std::int64_t top1,
                                 std::int64_t top5, std::int64_t count) {
  return measured_row(epoch, subset, loss, top1, top5, count, made_images(subset));
}

}  // namespace espalier::testing
