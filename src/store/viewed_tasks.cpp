// Turns the columns of /tasks and /metrics into tasks and rows as the journal had them.
#include "store/viewed_tasks.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <set>

#include "espalier/core/errors.hpp"
#include "espalier/h5/file.hpp"
#include "espalier/store/layout.hpp"
#include "espalier/store/tables.hpp"
#include "store/describe.hpp"

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

std::int32_t small_of(std::int64_t number) {
  if (number < 0 || number > INT32_MAX) throw CorruptionError("a moment or a number of the form is impossible");
  return static_cast<std::int32_t>(number);
}

/// The view shows hits as shares of the images; the journal holds their number.
double stored_value(const metrics::MetricFacts& facts, double shown, std::int64_t count) {
  if (facts.adds == metrics::Adds::mean || std::isnan(shown)) return shown;
  return std::round(shown * static_cast<double>(count));
}

std::vector<task::NumericForm> read_forms(const h5::ReadFile& view) {
  const auto column = [&](const char* name) { return view.integers("tasks", name); };
  const auto threads = column("threads"), cached = column("cached_units"), fused = column("fused");
  const auto workers = column("workers");
  std::vector<task::NumericForm> forms(threads.size());
  for (std::size_t i = 0; i < forms.size(); ++i)
    forms[i] = {small_of(threads[i]), small_of(cached[i]), fused[i] != 0, small_of(workers[i])};
  return forms;
}

bool has_column(const h5::ReadFile& view, const char* table, const std::string& name) {
  const auto columns = view.columns(table);
  return std::find(columns.begin(), columns.end(), name) != columns.end();
}

/// Where rules to stop ended tasks; views of earlier versions know of none.
std::vector<task::Stopped> read_stopped(const h5::ReadFile& view, std::size_t tasks) {
  std::vector<task::Stopped> all(tasks);
  if (!has_column(view, "tasks", "ended_epoch")) return all;
  const auto column = [&](const char* name) { return view.integers("tasks", name); };
  const auto ended = column("ended_epoch"), ended_step = column("ended_step");
  const auto result = column("result_epoch"), result_step = column("result_step");
  for (std::size_t i = 0; i < tasks; ++i) {
    all[i] = {{small_of(ended[i]), small_of(ended_step[i])}, {small_of(result[i]), small_of(result_step[i])}};
  }
  return all;
}

void read_tasks(const h5::ReadFile& view, ViewedTasks& all) {
  const auto ids = view.texts("tasks", "task"), states = view.texts("tasks", "state");
  const auto devices = view.texts("tasks", "device"), finished = view.texts("tasks", "finished");
  const auto predictions = view.texts("tasks", "predictions");
  const auto seconds = view.reals("tasks", "seconds");
  const auto images = view.integers("tasks", "epoch_images");
  const auto forms = read_forms(view);
  const auto stopped = read_stopped(view, ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    all.tasks[id_of<TaskId>(ids[i])] = {
        states[i], devices[i], seconds[i], images[i], artifact_of(finished[i]), artifact_of(predictions[i]),
        forms[i],  stopped[i], {}};
  }
}

void read_rows(const h5::ReadFile& view, ViewedTasks& all) {
  const auto tasks = view.texts("metrics", "task"), subsets = view.texts("metrics", "subset");
  const auto sets = view.texts("metrics", "set");
  const auto epochs = view.integers("metrics", "epoch"), steps = view.integers("metrics", "step");
  const auto counts = view.integers("metrics", "count");
  std::vector<std::vector<double>> values;
  for (const auto& facts : metrics::kMetrics) {  // one that is newer than the view was not measured
    const bool is_there = has_column(view, "metrics", facts.name);
    values.push_back(is_there ? view.reals("metrics", facts.name)
                              : std::vector<double>(tasks.size(), std::numeric_limits<double>::quiet_NaN()));
  }
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    metrics::Row row{small_of(epochs[i]),        small_of(steps[i]), subset_of(subsets[i]),
                     id_of<ImageSetId>(sets[i]), counts[i],          {}};
    for (std::size_t m = 0; m < values.size(); ++m) {
      const auto& facts = metrics::kMetrics.at(m);
      row.values.set(facts.metric, stored_value(facts, values[m][i], row.count));
    }
    all.tasks[id_of<TaskId>(tasks[i])].rows.push_back(row);
  }
}

/// "axis=value,axis=value" as describe.cpp joins them. Nothing where a value may hold one of these characters itself.
std::optional<std::vector<plan::Label>> labels_of(const std::string& text, const std::set<std::string>& axes) {
  std::vector<plan::Label> labels;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    const std::string piece = text.substr(at, end - at);
    const std::size_t equals = piece.find('=');
    if (equals == std::string::npos || piece.find('=', equals + 1) != std::string::npos) return std::nullopt;
    labels.push_back({piece.substr(0, equals), piece.substr(equals + 1)});
    if (!axes.contains(labels.back().axis)) return std::nullopt;
    at = end + 1;
  }
  return labels;
}

/// The settings that each selection compared, by its key.
std::map<std::string, std::vector<plan::Candidate>> read_candidates(const h5::ReadFile& view,
                                                                    const std::set<std::string>& axes) {
  const auto keys = view.texts("candidates", "key"), values = view.texts("candidates", "values");
  const auto integers = [&](const char* name) { return view.integers("candidates", name); };
  const auto units = integers("trained_units"), splits = integers("splits"), missing = integers("missing");
  const auto diverged = integers("diverged"), wins = integers("wins"), same = integers("indistinguishable");
  const auto means = view.reals("candidates", "mean"), losses = view.reals("candidates", "loss");
  const auto p_values = view.reals("candidates", "p_value");
  std::map<std::string, std::vector<plan::Candidate>> all;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    auto& one = all[keys[i]].emplace_back();
    one.values = labels_of(values[i], axes).value_or(std::vector<plan::Label>{});
    one.mean = means[i];
    one.loss = losses[i];
    one.trained_units = small_of(units[i]);
    one.splits = small_of(splits[i]);
    one.missing = small_of(missing[i]);
    one.diverged = small_of(diverged[i]);
    one.wins = small_of(wins[i]);
    one.p_value = p_values[i];
    one.indistinguishable = same[i] != 0;
  }
  return all;
}

/// A setting was chosen from those that were compared: so a text that was split wrongly does not pass for one.
bool is_among(const std::vector<plan::Label>& chosen, const std::vector<plan::Candidate>& candidates) {
  const auto text = [](const std::vector<plan::Label>& labels) { return labels_text(labels); };
  return !chosen.empty() && std::any_of(candidates.begin(), candidates.end(),
                                        [&](const plan::Candidate& one) { return text(one.values) == text(chosen); });
}

void read_selections(const h5::ReadFile& view, ViewedTasks& all) {
  const auto columns = view.columns("runs");
  const std::set<std::string> axes(columns.begin(), columns.end());
  const auto candidates = read_candidates(view, axes);
  const auto column = [&](const char* name) { return view.texts("selections", name); };
  const auto keys = column("key"), experiments = column("experiment"), pers = column("per"), metrics = column("metric");
  const auto chosen = column("chosen"), reasons = column("reason");
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto compared = candidates.find(keys[i]);
    const auto per = labels_of(pers[i], axes), values = labels_of(chosen[i], axes);
    if (compared == candidates.end() || !per || !values || !is_among(*values, compared->second)) continue;
    all.selections.push_back({keys[i], experiments[i], *per, metrics[i], *values, reasons[i], compared->second});
  }
}

}  // namespace

ViewedTasks read_viewed_tasks(const std::filesystem::path& file) {
  const h5::ReadFile view(file);
  const auto number = [&](const char* name) { return view.integer_attribute("provenance", name); };
  if (number("schema") > kViewSchema) throw CorruptionError("a newer version of this program wrote it");
  if (number("schema") != kViewSchema) throw CorruptionError("an older version of this program wrote it");
  ViewedTasks all;
  all.position = {static_cast<std::uint32_t>(number("position_segment")),
                  static_cast<std::uint64_t>(number("position_bytes"))};
  read_tasks(view, all);
  read_rows(view, all);
  try {
    read_selections(view, all);
  } catch (const Error&) {
    all.selections.clear();  // they are made anew, and the rows are whole
  }
  return all;
}

}  // namespace espalier::store
