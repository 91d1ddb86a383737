// What a draft chooses for what was seen: network, size, lengths and folds.
#include "cli/init/make_draft.hpp"

#include <catch2/catch.hpp>

#include "espalier/core/errors.hpp"
#include "init_looks.hpp"

using namespace espalier;
using cli::DraftSource;
using cli::make_draft;
using testing::look_of;
using testing::network_of;
using testing::seen_of;

TEST_CASE("draft: without a source a small network is trained from scratch, on images of its size") {
  const auto draft = make_draft(seen_of({200, 200, 200}), "mine");

  CHECK(draft.source == DraftSource::none);
  CHECK(draft.network.name == "cifar7");
  CHECK(draft.side == 32);
  CHECK(draft.depth() == 7);
  auto seen = seen_of({200, 200, 200});
  seen.images = look_of({200, 200, 200}, 100);
  CHECK(make_draft(seen, "mine").side == 64);
}

TEST_CASE("draft: fewer images are passed over more often, in smaller batches") {
  const auto few = make_draft(seen_of({20, 20}), "mine"), many = make_draft(seen_of({9000, 9000}), "mine");

  CHECK((few.epochs == 60 && few.batch == 8));
  CHECK((many.epochs == 15 && many.batch == 32));
}

TEST_CASE("draft: few images are divided into five folds, more into three, and never into more than a class has") {
  CHECK(make_draft(seen_of({100, 100}), "mine").folds == 5);
  CHECK(make_draft(seen_of({900, 900}), "mine").folds == 3);
  CHECK(make_draft(seen_of({5, 4}), "mine").folds == 3);
}

TEST_CASE("draft: linear classifiers are for few images with a source, distances for a source with images") {
  auto seen = seen_of({100, 100});
  CHECK_FALSE(make_draft(seen, "mine").has_linear);
  seen.pretrain = look_of({500, 500});
  CHECK((make_draft(seen, "mine").has_linear && make_draft(seen, "mine").has_distance));
  seen.images = look_of({900, 900});
  CHECK_FALSE(make_draft(seen, "mine").has_linear);
}

TEST_CASE("draft: images are normalised as the source's were, where that is known") {
  auto seen = seen_of({100, 100});
  seen.network = network_of(10);
  CHECK(make_draft(seen, "mine").network.mean.empty());
  seen.network->has_our_names = false;  // torchvision's, or behind a prefix
  CHECK(make_draft(seen, "mine").network.std == std::vector<float>{0.229F, 0.224F, 0.225F});
  seen.network->mean = {0.5F, 0.5F, 0.5F};
  CHECK(make_draft(seen, "mine").network.mean == std::vector<float>{0.5F, 0.5F, 0.5F});
}

TEST_CASE("draft: images take the form of the checkpoint's network") {
  auto seen = seen_of({100, 100});
  seen.network = network_of(10);
  seen.checkpoint_path = "net.safetensors";

  auto draft = make_draft(seen, "mine");
  CHECK((draft.source == DraftSource::checkpoint && draft.side == 64 && !draft.grey));

  seen.network->input = {1, 28, 28};
  draft = make_draft(seen, "mine");
  CHECK((draft.side == 28 && draft.grey));

  seen.network->input = {3, 32, 32};
  CHECK(make_draft(seen, "mine").side == 0);  // as they are
}

TEST_CASE("draft: a network that the images cannot be given to is refused") {
  auto seen = seen_of({100, 100});
  seen.checkpoint_path = "net.safetensors";

  seen.network = network_of(1);
  CHECK_THROWS_WITH(make_draft(seen, "mine"), Catch::Contains("'net.safetensors' has one unit"));
  seen.network = network_of(10);
  seen.network->input = {3, 64, 48};
  CHECK_THROWS_WITH(make_draft(seen, "mine"), Catch::Contains("takes images of 64 x 48 pixels"));
  seen.network->input = {4, 64, 64};
  CHECK_THROWS_WITH(make_draft(seen, "mine"), Catch::Contains("takes images of 4 channels"));
}

TEST_CASE("draft: grey images of both folders are read with one channel") {
  auto seen = seen_of({100, 100});
  seen.images.grey = seen.images.looked;
  seen.pretrain = look_of({500, 500});
  CHECK_FALSE(make_draft(seen, "mine").grey);

  seen.pretrain->grey = seen.pretrain->looked;
  const auto draft = make_draft(seen, "mine");
  CHECK(draft.grey);
  CHECK(draft.source == DraftSource::pretraining);
  CHECK(draft.source_epochs == 60);
}
