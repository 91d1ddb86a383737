// Writes finished networks and test predictions as artifacts with describing metadata.
#include "train/bundle/results.hpp"

#include "espalier/model/description.hpp"

namespace espalier::train {

namespace {

data::Metadata describe_file(const Job& job, const char* kind, task::Moment at) {
  return {{"kind", kind},
          {"task", job.task.id.hex.str()},
          {"network", task::training(job.task).network},
          {"classes", std::to_string(job.classes)},
          {"epoch", std::to_string(at.epoch)},
          {"step", std::to_string(at.step)}};
}

}  // namespace

data::WrittenArtifact write_finished(const Job& job, const model::UnitNetwork& network, task::Moment at) {
  data::Metadata metadata = model::describe({network.spec(), network.input(), network.classes()});
  metadata.merge(describe_file(job, "espalier network 1", at));
  return data::write_artifact(job.output_dir, network.state(), metadata);
}

data::WrittenArtifact write_predictions(const Job& job, const data::ImageSet& set,
                                        const std::vector<std::int32_t>& predicted, task::Moment at) {
  data::Metadata metadata = describe_file(job, "espalier predictions 1", at);
  metadata["data"] = set.data;
  return data::write_artifact(job.output_dir,
                              {{"predicted", at::tensor(predicted, at::kInt)},
                               {"label", set.labels.to(at::kInt).contiguous()},
                               {"row", at::tensor(set.rows, at::kLong)}},
                              metadata);
}

}  // namespace espalier::train
