// Groups trainings by their images without labels, and looks at networks by the features that they take.
#include "plan/cost/shared_images.hpp"

#include <algorithm>
#include <set>

#include "plan/cost/forms.hpp"

namespace espalier::plan {
namespace {

using Entry = TaskTable::Entry;

bool starts_fresh(const Entry& entry) {
  const auto& units = entry.training.spec.units;
  return std::all_of(units.begin(), units.end(),
                     [](const task::UnitRow& row) { return row.start.kind == task::StartKind::fresh; });
}

/// The trainings that begin with a fresh network and that other tasks take units or features of.
std::vector<const Entry*> first_networks(const TaskTable& tasks) {
  std::set<TaskId> used;
  for (const auto& entry : tasks.all()) {
    for (const auto& input : entry.inputs) used.insert(input.task);
  }
  for (const auto& entry : tasks.probes()) {
    for (const auto& input : entry.inputs) used.insert(input.task);
  }
  std::vector<const Entry*> first;
  for (const auto& entry : tasks.all()) {
    if (used.contains(entry.id) && starts_fresh(entry)) first.push_back(&entry);
  }
  return first;
}

/// Names images that are all there are of their classes, whatever their labels; "" for samples, which depend on them.
std::string images_key(const Entry& entry, const task::Catalog& catalog) {
  auto images = entry.training.spec.images;
  if (images.sample.rule != task::SampleRule::first) return "";
  auto classes = catalog.label_maps.at(images.labels).classes;
  std::sort(classes.begin(), classes.end());
  images.labels.clear();
  images.sample = {};
  std::string key = task::id_of(images).hex.str() + "/" + std::to_string(entry.training.images);
  for (const auto one : classes) key += "," + std::to_string(one);
  return key;
}

void count_labels(const TaskTable& tasks, const task::Catalog& catalog, SharedImages& shared) {
  struct Equal {
    std::int64_t trainings = 0;
    std::set<std::string> labels;
  };
  std::map<std::string, Equal> all;
  for (const auto* entry : first_networks(tasks)) {
    const auto key = images_key(*entry, catalog);
    if (key.empty()) continue;
    auto& equal = all[key];
    ++equal.trainings;
    equal.labels.insert(entry->training.spec.images.labels);
  }
  std::set<std::string> labels;
  for (const auto& [key, equal] : all) {
    if (equal.labels.size() < 2) continue;
    shared.relabelled += equal.trainings;
    labels.insert(equal.labels.begin(), equal.labels.end());
  }
  shared.labellings = static_cast<std::int64_t>(labels.size());
}

std::string kind_of(task::ProbeMethod method) {
  switch (method) {
    case task::ProbeMethod::evaluate: return "evaluation";
    case task::ProbeMethod::linear: return "linear classifier";
    case task::ProbeMethod::neighbours: return "neighbours";
    case task::ProbeMethod::distance: return "distance";
    case task::ProbeMethod::retrieval: return "retrieval";
  }
  return "";
}

}  // namespace

SharedImages shared_images_of(const TaskTable& tasks, const task::Catalog& catalog) {
  SharedImages shared;
  count_labels(tasks, catalog, shared);
  std::set<std::string> passes;
  for (const auto& entry : tasks.probes()) {
    ++shared.looks[kind_of(entry.probe.spec.method)];
    if (entry.form.cached_units == 0) ++shared.passes;
    else passes.insert(features_key(entry.probe, entry.form.cached_units));
  }
  shared.passes += static_cast<std::int64_t>(passes.size());
  return shared;
}

}  // namespace espalier::plan
