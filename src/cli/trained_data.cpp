// Finds the data set that a training's images are of, by their digest, and names its outputs.
#include "cli/trained_data.hpp"

#include <algorithm>

#include "espalier/core/errors.hpp"
#include "espalier/plan/labelled_data.hpp"

namespace espalier::cli {
namespace {

/// The data set of the run's target where its images are the ones, else any with that digest.
const study::DataSet* data_of(const KeptNetwork& network, const store::State& state, const study::Study& study,
                              const std::string& digest) {
  const auto has_digest = [&](const std::string& name) {
    const auto facts = state.study.facts.data.find(name);
    return facts != state.study.facts.data.end() && facts->second.digest == digest && study.data.contains(name);
  };
  for (const auto& target : study.targets) {
    const bool is_own = network.run && network.run->value("target") == target.name;
    if (is_own && has_digest(target.data)) return &study.data.at(target.data);
  }
  for (const auto& [name, data] : study.data) {
    if (has_digest(name)) return &data;
  }
  return nullptr;
}

/// Walks from derived data to the data set with files.
void add_files(TrainedData& trained, const store::State& state, const study::Study& study) {
  trained.files = trained.data;
  while (!trained.files->from.empty()) {
    const auto& steps = trained.files->transforms;
    trained.transforms.insert(trained.transforms.begin(), steps.begin(), steps.end());
    trained.files = &study.data.at(trained.files->from);
  }
  trained.file_facts = &state.study.facts.data.at(trained.files->name);
}

template <class SourceOrTarget>
bool has_label_set(const std::vector<SourceOrTarget>& roles, const std::string& name) {
  return std::any_of(roles.begin(), roles.end(), [&](const SourceOrTarget& role) {
    return (name.empty() || role.name == name) && (!role.labels.empty() || role.classes.starts_with("labels."));
  });
}

/// Whether the outputs are called by a label set: of the run's target, or of a source, whose outputs a target may have.
bool is_named_by_labels(const KeptNetwork& network, const study::Study& study) {
  if (!network.run) return has_label_set(study.sources, "");
  const auto& labels = network.run->run->labels;
  const bool by_axis = std::any_of(labels.begin(), labels.end(), [](const plan::Label& label) {
    return label.axis == "labels" || label.axis.ends_with(".labels");
  });
  const auto target = network.run->value("target"), source = network.run->value("source");
  const bool of_source = std::any_of(study.targets.begin(), study.targets.end(), [&](const study::Target& one) {
    return one.name == target && one.outputs_of == "source";
  });
  return by_axis || has_label_set(study.targets, target) || (of_source && has_label_set(study.sources, source));
}

}  // namespace

TrainedData trained_data(const KeptNetwork& network, const store::State& state, const study::Study& study) {
  const auto spec = task::as_training(network.task->task);
  TrainedData trained;
  trained.data = data_of(network, state, study, spec.images.data);
  if (!trained.data)
    throw UsageError("the images that " + called(network) + " was trained on are not in the study any more",
                     "none of its data sets has their digest", "Name a run of the study as it is now.");
  trained.facts = &state.study.facts.data.at(trained.data->name);
  add_files(trained, state, study);
  const auto& labels = state.catalog.label_maps.at(spec.images.labels);
  trained.outputs = is_named_by_labels(network, study)
                        ? labels.names
                        : plan::LabelledData(*trained.data, *trained.facts).output_names(labels);
  trained.outputs.resize(static_cast<std::size_t>(labels.output_count));
  for (std::size_t i = 0; i < trained.outputs.size(); ++i) {
    if (trained.outputs[i].empty()) trained.outputs[i] = std::to_string(i);
  }
  return trained;
}

}  // namespace espalier::cli
