// Chooses network, image size, lengths and folds for what was seen.
#include "cli/init/make_draft.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "espalier/core/errors.hpp"
#include "espalier/network/networks.hpp"

namespace espalier::cli {
namespace {

constexpr std::int32_t kSmallSide = 32, kLargeSide = 64;
constexpr std::int64_t kFolds = 5, kFoldsOfMany = 3;  // three: the fewest from which settings can be told apart
constexpr std::int64_t kManyImages = 10'000, kSomeImages = 1000;

bool are_grey(const session::FolderLook& look) { return look.grey == look.looked; }

/// As a network's file would be seen.
session::NetworkLook named(const std::string& name) {
  session::NetworkLook look;
  look.name = name;
  const auto spec = network::named(name);  // outlives the loop, as a temporary would not
  for (const auto& unit : spec->units) {
    look.units.push_back(unit.name);
    look.linear.push_back(std::any_of(unit.layers.begin(), unit.layers.end(),
                                      [](const auto& layer) { return layer.kind == network::LayerKind::linear; }));
  }
  return look;
}

/// The images of both folders have one form.
void choose_network(const Seen& seen, Draft& draft) {
  draft.network = named("cifar7");
  const bool large = std::min(seen.images.median.height, seen.images.median.width) >= kLargeSide;
  draft.side = large ? kLargeSide : kSmallSide;
  draft.grey = are_grey(seen.images) && (!seen.pretrain || are_grey(*seen.pretrain));
}

/// The images take the form that the checkpoint's network was made for.
void fit_network(const Seen& seen, Draft& draft) {
  draft.network = *seen.network;
  const auto& input = draft.network.input;
  const auto& look = seen.images;
  if (draft.depth() < 2)
    throw UsageError("'" + seen.checkpoint_path + "' has one unit",
                     "the last unit is the classifier, and no other is left to copy", "Name another source.");
  if (input.channels != 1 && input.channels != 3)
    throw UsageError(fmt::format("'{}' takes images of {} channels", seen.checkpoint_path, input.channels),
                     "images of a folder have one or three", "Name another source.");
  draft.grey = input.channels == 1;
  const bool torchvision =
      !seen.network->has_our_names && (seen.network->name == "alexnet" || seen.network->name.starts_with("resnet"));
  if (torchvision && draft.network.mean.empty()) {
    draft.network.mean = {0.485F, 0.456F, 0.406F};
    draft.network.std = {0.229F, 0.224F, 0.225F};
  }
  const bool as_they_are = look.sizes == 1 && look.looked == look.images && look.median.height == input.height &&
                           look.median.width == input.width;
  if (as_they_are) return;
  if (input.height != input.width) {
    throw UsageError(
        fmt::format("'{}' takes images of {} x {} pixels", seen.checkpoint_path, input.height, input.width),
        "the images of the folder have other sizes, and are resized to squares only",
        "Resize them, or name another source.");
  }
  draft.side = input.height;
}

constexpr std::int64_t kLeastBatch = 8;  // with 4, cifar7 from scratch diverged at the rates below

/// More passes over fewer images.
std::int32_t epochs_for(std::int64_t images) { return images < kSomeImages ? 60 : images < kManyImages ? 30 : 15; }

std::int32_t batch_for(std::int64_t images) {
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(images / 20, kLeastBatch, 32));
}

}  // namespace

Draft make_draft(const Seen& seen, const std::string& name) {
  Draft draft;
  draft.name = name;
  draft.target = data_of(seen.images, seen.images_path, true);
  draft.folds = static_cast<std::int32_t>(
      std::min(are_few(seen.images) ? kFolds : kFoldsOfMany, draft.target.least - draft.target.test));
  if (seen.network) {
    draft.source = DraftSource::checkpoint;
    draft.checkpoint = seen.checkpoint_path;
    draft.distance = seen.distance;
    fit_network(seen, draft);
  } else {
    choose_network(seen, draft);
  }
  if (seen.pretrain) {
    draft.source = DraftSource::pretraining;
    draft.pretrain = data_of(*seen.pretrain, seen.pretrain_path, false);
    draft.source_epochs = epochs_for(draft.pretrain.training_images());
  }
  draft.epochs = epochs_for(draft.target.training_images());
  draft.batch = batch_for(draft.target.training_images());
  draft.has_linear = draft.source != DraftSource::none && draft.target.training_images() < kSomeImages;
  draft.has_distance = draft.source == DraftSource::pretraining;
  draft.protocols = protocols_for(draft);
  return draft;
}

}  // namespace espalier::cli
