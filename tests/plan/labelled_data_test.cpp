// Which images are trained on and which are held out, and classes at two levels.
#include "espalier/plan/labelled_data.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>

#include "support/planning.hpp"

namespace espalier::plan {
namespace {

study::DataSet data_with(std::int32_t valid, std::int32_t test) {
  study::DataSet data;
  data.name = "letters";
  data.valid_per_class = valid;
  data.test_per_class = test;
  return data;
}

DataFacts facts_with(std::vector<std::int64_t> counts) {
  DataFacts facts;
  facts.digest = "main";
  facts.test_digest = "tests";
  facts.class_counts = std::move(counts);
  return facts;
}

}  // namespace

TEST_CASE("data: training, validation and test images lie one behind the other and share none") {
  CHECK(rc::check("ranges", [] {
    const auto valid = *rc::gen::inRange(0, 9), test = *rc::gen::inRange(0, 9), count = *rc::gen::inRange(0, 40);
    const auto data = data_with(valid, test);
    const auto facts = facts_with({count});
    const LabelledData labelled(data, facts);

    const auto trained = labelled.training_images("labels", 5).partition;
    const auto validated = labelled.validation_images("labels").partition;
    const auto tested = labelled.test_images_of("labels").partition;

    RC_ASSERT(tested.behind == 0);
    RC_ASSERT(tested.length == test);
    RC_ASSERT(validated.behind == tested.length);
    RC_ASSERT(validated.length == valid);
    RC_ASSERT(trained.behind == validated.behind + validated.length);
    RC_ASSERT(labelled.trainable(0) == std::max(0, count - trained.behind));
  }));
}

TEST_CASE("data: test files of their own hold nothing back from the main files") {
  auto data = data_with(4, 0);
  data.test_files.emplace();
  const auto facts = facts_with({20});
  const LabelledData labelled(data, facts);

  CHECK(labelled.training_images("labels", 5).partition.behind == 4);
  CHECK(labelled.validation_images("labels").partition.behind == 0);
  CHECK((labelled.test_images_of("labels") == task::ImageSetSpec{"tests", "labels", {}, {}, data.order}));
}

TEST_CASE("data: a coarse class has the images of its fine ones, each held out by its own") {
  auto data = data_with(2, 3);
  data.label_kind = "coarse";
  auto facts = facts_with({10, 6, 4, 0});
  facts.levels["coarse"] = {{0, 1, 0, -1}, {"big", "small"}};
  const LabelledData labelled(data, facts);

  CHECK(labelled.class_count() == 2);
  CHECK(labelled.finest(0) == std::vector<std::int32_t>{0, 2});
  CHECK(labelled.trainable(0) == 5);  // of ten images five are left, of four none
  CHECK(labelled.valid_images(0) == 4);
  CHECK(labelled.test_images(1) == 3);
  const auto map = labelled.label_map({1, 0});
  CHECK(map.classes == std::vector<std::int32_t>{1, 0, 2});
  CHECK(map.outputs == std::vector<std::int32_t>{0, 1, 1});
  CHECK(map.names == std::vector<std::string>{"small", "big"});
}

TEST_CASE("data: a label map's outputs have this set's names, whichever set's are in the catalog") {
  auto data = data_with(0, 0);
  auto facts = facts_with({10, 10, 10});
  facts.class_names = {"ash", "beech", "cedar"};
  task::LabelMap map = LabelledData(data, facts).label_map({2, 0});
  map.names = {"lime", "maple"};  // another set's

  CHECK(LabelledData(data, facts).output_names(map) == std::vector<std::string>{"cedar", "ash"});

  data.label_kind = "coarse";
  facts.levels["coarse"] = {{0, 1, 0}, {"big", "small"}};
  const LabelledData coarse(data, facts);
  CHECK(coarse.output_names(coarse.label_map({1, 0})) == std::vector<std::string>{"small", "big"});
}

TEST_CASE("data: parts of divided images leave nothing over, and hold their images out within themselves") {
  CHECK(rc::check("parts", [] {
    const auto count = *rc::gen::inRange(0, 60), valid = *rc::gen::inRange(0, 5), test = *rc::gen::inRange(0, 5);
    const auto data = data_with(valid, test);
    const auto facts = facts_with({count});
    std::int64_t all = 0;
    for (std::int32_t share = 0; share < 3; ++share) {
      const LabelledData part(data, facts, {{0.3, 0.3, 0.4}, share, 8});
      const auto trained = part.training_images("labels", 5).partition;
      RC_ASSERT(trained.shares.size() == 3U);
      RC_ASSERT(trained.share == share);
      RC_ASSERT(trained.seed == 8U);
      RC_ASSERT(part.validation_images("labels").partition.share == share);
      RC_ASSERT(part.test_images_of("labels").partition.shares.size() == 3U);
      RC_ASSERT(part.trainable(0) == std::max<std::int64_t>(0, part.images(0) - valid - test));
      all += part.images(0);
    }
    RC_ASSERT(all == count);
  }));
}

TEST_CASE("data: folds of a part are drawn by the part's seed, and test files are not divided") {
  auto data = data_with(0, 0);
  const auto facts = facts_with({20});
  data.test_files.emplace();
  const LabelledData part(data, facts, {{0.5, 0.5}, 1, 8});
  const auto fold = part.fold_images("labels", 0, {2, 1, 99}, task::FoldUse::only).partition;
  CHECK(fold.seed == 8);
  CHECK(fold.share == 1);
  CHECK(part.fold_count(0, 0, {2, 1, 99}, task::FoldUse::only) == 5);
  CHECK(part.test_images_of("labels").partition.shares.empty());
  CHECK(part.measures_on_files_alone());
}

}  // namespace espalier::plan
