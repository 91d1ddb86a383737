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
  protocol::Assign pretrain, train;

  explicit MadeBundle(const std::filesystem::path& folder) {
    const auto images = made_images(10, 5);
    const auto pack = data::make_pack(images.images, images.labels.to(at::kInt), {"a", "b", "c", "d"});
    data::write_pack(folder / "pack.safetensors", pack);
    setup.artifact_dir = setup.unfinished_dir = (folder / "artifacts").string();
    std::filesystem::create_directories(setup.artifact_dir);
    setup.packs[pack.digest] = (folder / "pack.safetensors").string();

    task::TrainSpec spec = made_job({}).task.train;
    spec.network = catalog.catalog.add(*network::named("cifar7", {.width = 0.125}));
    spec.subset.data = pack.digest;
    spec.subset.classes = catalog.catalog.add(task::ClassList{{0, 1, 2, 3}});
    spec.subset.per_class = spec.subset.train_available = 5;
    spec.subset.valid_per_class = 2;
    spec.subset.test_per_class = 3;
    pretrain = assign(spec, 1);
    pretrain.task.kind = task::TaskKind::pretrain;
    for (std::size_t u = 0; u < 6; ++u) spec.units[u].start = {task::StartKind::task, pretrain.task.id, {}};
    spec.units[0].trained = task::Trained::no;
    spec.units[0].rates = {};
    train = assign(spec, 2);
    train.task.needs = {pretrain.task.id};
  }

  static protocol::Assign assign(const task::TrainSpec& spec, std::uint32_t attempt) {
    protocol::Assign order;
    order.fence = {1, attempt};
    order.task.train = spec;
    order.task.id = task::task_id(spec);
    return order;
  }
};

}  // namespace espalier::testing
