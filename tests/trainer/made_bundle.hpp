#pragma once
// A tiny study by hand: one pretraining and one training that starts from it, on a pack of made images.
#include <string>

#include "espalier/data/pack.hpp"
#include "espalier/network/networks.hpp"
#include "espalier/protocol/control.hpp"
#include "espalier/protocol/progress.hpp"
#include "train/made_job.hpp"

namespace espalier::testing {

struct MadeBundle {
  protocol::Setup setup;
  protocol::CatalogUpdate catalog;
  task::RecordSpec record;  ///< of both
  protocol::TaskAssignment pretrain, train;

  explicit MadeBundle(const std::filesystem::path& folder) {
    const auto images = made_images(10, 5);
    const auto pack = data::make_pack(images.images, images.labels.to(at::kInt), {"a", "b", "c", "d"});
    data::write_pack(folder / "pack.safetensors", pack);
    setup.artifact_dir = setup.unfinished_dir = (folder / "artifacts").string();
    std::filesystem::create_directories(setup.artifact_dir);
    setup.packs[pack.digest] = (folder / "pack.safetensors").string();

    task::TrainSpec spec = task::training(made_job({}).task);
    spec.network = catalog.catalog.add(*network::named("cifar7", {.width = 0.125}));
    const auto labels = catalog.catalog.add(task::one_output_each({0, 1, 2, 3}));
    spec.images = {pack.digest, labels, {.behind = 5}, {task::SampleRule::first, 5}};
    const task::ImageSetSpec valid{pack.digest, labels, {.behind = 3, .length = 2}},
        test{pack.digest, labels, {.length = 3}};
    record.evaluations = {{metrics::Subset::valid, catalog.catalog.add(valid)},
                          {metrics::Subset::test, catalog.catalog.add(test)}};
    pretrain = assign(spec, 1);
    pretrain.task.record.keep = task::Keep::last;
    for (std::size_t u = 0; u < 6; ++u) spec.units[u].start = {task::StartKind::task, pretrain.task.id, {}};
    spec.units[0].trained = task::Trained::no;
    spec.units[0].rates = {};
    train = assign(spec, 2);
    train.task.inputs = {{pretrain.task.id, task::InputRole::pretraining}};
  }

  protocol::TaskAssignment assign(const task::TrainSpec& spec, std::uint32_t attempt) const {
    protocol::TaskAssignment assignment;
    assignment.fence = {1, attempt};
    task::training(assignment.task) = spec;
    assignment.task.id = task::task_id(spec);
    assignment.task.record = record;
    return assignment;
  }
};

}  // namespace espalier::testing
