// Turns the columns of /tasks and /metrics into tasks and rows as the journal had them.
#include "store/viewed_tasks.hpp"

#include <cmath>

#include "espalier/core/errors.hpp"
#include "espalier/h5/file.hpp"
#include "espalier/store/layout.hpp"
#include "espalier/store/tables.hpp"

namespace espalier::store {

namespace {

template <class Id>
Id id_of(const std::string& text) {
  if (!ShortText::can_hold(text)) throw CorruptionError("'" + text + "' is no id");
  return Id{text};
}

ArtifactId artifact_of(const std::string& text) {
  if (!text.empty() && !is_artifact_name(text + ".safetensors")) throw CorruptionError("'" + text + "' is no digest");
  return {text};
}

metrics::Subset subset_of(const std::string& stored) {
  for (const metrics::Subset subset : metrics::kSubsets) {
    if (stored == metrics::stored_name_of(subset)) return subset;
  }
  throw CorruptionError("'" + stored + "' is no image set's name");
}

std::int32_t moment_of(std::int64_t number) {
  if (number < 0 || number > INT32_MAX) throw CorruptionError("a moment is impossible");
  return static_cast<std::int32_t>(number);
}

/// The view shows hits as shares of the images; the journal holds their number.
double stored_value(const metrics::MetricFacts& facts, double shown, std::int64_t count) {
  if (facts.adds == metrics::Adds::mean || std::isnan(shown)) return shown;
  return std::round(shown * static_cast<double>(count));
}

void read_tasks(const h5::ReadFile& view, ViewedTasks& all) {
  const auto ids = view.texts("tasks", "task"), states = view.texts("tasks", "state");
  const auto devices = view.texts("tasks", "device"), finished = view.texts("tasks", "finished");
  const auto predictions = view.texts("tasks", "predictions");
  const auto seconds = view.reals("tasks", "seconds");
  const auto images = view.integers("tasks", "epoch_images");
  for (std::size_t i = 0; i < ids.size(); ++i) {
    all.tasks[id_of<TaskId>(ids[i])] = {
        states[i], devices[i], seconds[i], images[i], artifact_of(finished[i]), artifact_of(predictions[i]), {}};
  }
}

void read_rows(const h5::ReadFile& view, ViewedTasks& all) {
  const auto tasks = view.texts("metrics", "task"), subsets = view.texts("metrics", "subset");
  const auto sets = view.texts("metrics", "set");
  const auto epochs = view.integers("metrics", "epoch"), steps = view.integers("metrics", "step");
  const auto counts = view.integers("metrics", "count");
  std::vector<std::vector<double>> values;
  for (const auto& facts : metrics::kMetrics) values.push_back(view.reals("metrics", facts.name));
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    metrics::Row row{moment_of(epochs[i]),       moment_of(steps[i]), subset_of(subsets[i]),
                     id_of<ImageSetId>(sets[i]), counts[i],           {}};
    for (std::size_t m = 0; m < values.size(); ++m) {
      const auto& facts = metrics::kMetrics.at(m);
      row.values.set(facts.metric, stored_value(facts, values[m][i], row.count));
    }
    all.tasks[id_of<TaskId>(tasks[i])].rows.push_back(row);
  }
}

}  // namespace

ViewedTasks read_viewed_tasks(const std::filesystem::path& file) {
  const h5::ReadFile view(file);
  const auto number = [&](const char* name) { return view.integer_attribute("provenance", name); };
  if (number("schema") != kViewSchema) throw CorruptionError("another version of this program wrote it");
  ViewedTasks all;
  all.position = {static_cast<std::uint32_t>(number("position_segment")),
                  static_cast<std::uint64_t>(number("position_bytes"))};
  read_tasks(view, all);
  read_rows(view, all);
  return all;
}

}  // namespace espalier::store
