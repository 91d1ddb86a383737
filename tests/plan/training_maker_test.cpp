// The spec of one training: its images, unit rows with their rates, seeds, length, and what is recorded of it.
#include "plan/training_maker.hpp"

#include <catch2/catch.hpp>

#include "espalier/task/sharing.hpp"
#include "plan/findings.hpp"
#include "plan/train_settings.hpp"
#include "support/study_builder.hpp"

using namespace espalier;
using namespace espalier::plan;

namespace {

constexpr std::int64_t kClasses = 4, kTrainable = 12;  // of a class's 20 images 3 are for validation, 5 for tests

/// A target of small_study(): its values and class pool, and a maker of trainings of three units.
class Scene {
 public:
  study::Study study = support::small_study();

  Training make(const Protocol& protocol, std::int64_t per_class = 0, StreamKey streams = {},
                Role role = Role::target) {
    const std::string name = role == Role::target ? "other" : "half";
    TrainSettings settings(study);
    TrainingRequest request;
    request.role = role;
    request.values = &settings.of(role, name, {});
    request.pool = &pools_.of(role, name, 1);
    request.network = &network_;
    request.protocol = protocol;
    request.per_class = per_class;
    request.copied = &copied_;
    request.streams = streams;
    return maker_.make(request);
  }

  std::string refusal(const Protocol& protocol) {
    try {
      make(protocol);
    } catch (const CompileError& error) {
      return error.problem.problem;
    }
    return "";
  }

  const task::Catalog& catalog() const { return catalog_; }
  const std::vector<task::UnitStart>& copied() const { return copied_; }

 private:
  Facts facts_ = support::small_facts();
  task::Catalog catalog_;
  ClassPools pools_{study, facts_, {}, catalog_};
  TrainingMaker maker_{study, catalog_};
  network::NetworkSpec spec_ = support::tiny_network();
  KnownNetwork network_{"digest-of-tiny", &spec_};
  std::vector<task::UnitStart> copied_ =
      std::vector<task::UnitStart>(3, {task::StartKind::task, TaskId::of(sha256("a source")), {}});
};

/// The first unit copied and frozen, the second copied and tuned, the third new; one unit at the top rate.
Protocol mixed() {
  Protocol protocol = from_scratch(3);
  protocol.uses = {study::UnitUse::frozen, study::UnitUse::tuned, study::UnitUse::fresh};
  protocol.high_units = 1;
  return protocol;
}

std::vector<float> rates_of(const task::UnitRow& row) {
  std::vector<float> rates;
  for (const auto& point : row.rates) rates.push_back(point.rate);
  return rates;
}

}  // namespace

TEST_CASE("training maker: copied units start from their source, frozen ones have no rates, the top has its own") {
  Scene scene;

  const auto& units = scene.make(mixed()).spec.units;

  REQUIRE(units.size() == 3);
  CHECK(units[0].start == scene.copied()[0]);
  CHECK(units[0].trained == task::Trained::no);
  CHECK(units[0].rates.empty());
  CHECK(units[1].start == scene.copied()[1]);
  CHECK(units[1].trained == task::Trained::all);
  CHECK(rates_of(units[1]) == std::vector<float>{1e-3F, 1e-4F, 1e-5F});
  CHECK(units[2].start.kind == task::StartKind::fresh);
  CHECK(rates_of(units[2]) == std::vector<float>{1e-2F, 1e-3F, 1e-4F});
  CHECK(units[2].rates[1].from == task::Moment{30, 0});
}

TEST_CASE("training maker: a decay that the protocol sets counts for the top group, and 'never' takes it away") {
  Scene scene;
  auto protocol = mixed();
  protocol.sets_decay = true;
  protocol.decay = study::Duration{study::Duration::Unit::epochs, 5};
  CHECK(scene.make(protocol).spec.units[2].rates[1].from == task::Moment{5, 0});

  protocol.decay.reset();
  CHECK(rates_of(scene.make(protocol).spec.units[2]) == std::vector<float>{1e-2F});
}

TEST_CASE("training maker: lengths count the last, smaller batch; epoch-images count images") {
  Scene scene;

  const auto whole = scene.make(mixed(), 5);  // 20 images in batches of 8
  CHECK(whole.images == kClasses * 5);
  CHECK(whole.steps == 90 * 3);
  CHECK(whole.spec.length == task::Moment{90, 0});
  CHECK(whole.epoch_images == 90 * kClasses * 5);
  CHECK(whole.classes == kClasses);

  scene.study.train.epochs = study::Duration{study::Duration::Unit::steps, 7};
  const auto part = scene.make(mixed(), 5);
  CHECK(part.spec.length == task::Moment{2, 1});
  CHECK(part.epoch_images == 2 * kClasses * 5 + 8);
}

TEST_CASE("training maker: all images and at least as many as there are make one spec") {
  Scene scene;

  const auto all = scene.make(mixed());

  CHECK(all.images == kClasses * kTrainable);
  CHECK(scene.make(mixed(), kTrainable).spec == all.spec);
  CHECK(scene.make(mixed(), kTrainable + 1).spec == all.spec);
  CHECK_FALSE(scene.make(mixed(), kTrainable - 1).spec == all.spec);
}

TEST_CASE("training maker: initial values are those of split and replicate, other streams those of the size, too") {
  Scene scene;
  const auto spec_of = [&](std::int64_t per_class, StreamKey streams) {
    return scene.make(mixed(), per_class, streams).spec;
  };
  const auto first = spec_of(2, {1, 1});

  CHECK(spec_of(4, {1, 1}).init_seed == first.init_seed);
  CHECK(spec_of(4, {1, 1}).order_seed != first.order_seed);
  CHECK(spec_of(2, {2, 1}).init_seed != first.init_seed);
  CHECK(spec_of(2, {1, 2}).init_seed != first.init_seed);
  CHECK(spec_of(2, {2, 1}).init_seed != spec_of(2, {1, 2}).init_seed);
  CHECK(scene.make(from_scratch(3), 2).spec.init_seed == first.init_seed);  // whatever the protocol
  CHECK(scene.make(from_scratch(3), 2, {}, Role::source).spec.init_seed != first.init_seed);
}

TEST_CASE("training maker: mean and deviation are the study's where it has some, else the measured ones") {
  Scene scene;
  CHECK(scene.make(mixed()).spec.mean == std::vector<float>{0.5F});

  scene.study.data["letters"].mean = {0.25};
  CHECK(scene.make(mixed()).spec.mean == std::vector<float>{0.25F});
  CHECK(scene.make(mixed()).spec.std == std::vector<float>{0.25F});
}

TEST_CASE("training maker: validation and test images are measured on, the training images where train_eval asks") {
  Scene scene;
  const auto names = [](const Training& training) {
    std::vector<metrics::Subset> found;
    for (const auto& one : training.record.evaluations) found.push_back(one.name);
    return found;
  };
  const auto plain = scene.make(mixed(), 2);
  CHECK(names(plain) == std::vector{metrics::Subset::valid, metrics::Subset::test});
  CHECK(plain.evaluated == std::vector<std::int64_t>{kClasses * 3, kClasses * 5});

  scene.study.train.train_eval = true;
  const auto fit = scene.make(mixed(), 2);
  CHECK(names(fit) == std::vector{metrics::Subset::valid, metrics::Subset::test, metrics::Subset::train_eval});
  CHECK(fit.evaluated.back() == kClasses * 2);
  CHECK(fit.record.evaluations.back().every == 0);
  CHECK(scene.catalog().image_sets.contains(fit.record.evaluations.back().images.hex.str()));
}

TEST_CASE("training maker: a source keeps its network, a target what the study says") {
  Scene scene;
  scene.study.train.keep = "all";

  CHECK(scene.make(from_scratch(3), 0, {}, Role::source).record.keep == task::Keep::last);
  CHECK(scene.make(mixed()).record.keep == task::Keep::all);
}

TEST_CASE("training maker: training and evaluation must see images of one size, which the images must have") {
  Scene scene;
  scene.study.train.augment.emplace();
  scene.study.train.augment->random_resized = 6;
  CHECK(scene.refusal(mixed()) == "training sees 6 x 6 pixels, evaluation 8 x 8");

  scene.study.train.augment->centre_crop = 6;
  CHECK(scene.make(mixed()).spec.input == network::Shape{1, 6, 6});

  scene.study.train.augment->random_resized = 0;
  scene.study.train.augment->centre_crop = 9;
  CHECK(scene.refusal(mixed()) == "centre_crop = 9 is larger than the images");
}

TEST_CASE("training maker: a frozen unit saves the backward pass below the lowest that is trained") {
  Scene scene;
  auto tuned = mixed();
  tuned.uses[0] = study::UnitUse::tuned;

  CHECK(scene.make(mixed()).backward_multiply_adds < scene.make(tuned).backward_multiply_adds);
}

TEST_CASE("training maker: a rule to stop reads an image set of the record; its stretch is written as a moment") {
  Scene scene;
  study::StopRule rule{.on = true, .every = {study::Duration::Unit::epochs, 5}, .patience = 3, .min_delta = 0.01};
  const auto plain = scene.make(mixed(), 5);
  scene.study.train.stop = rule;

  const auto stopping = scene.make(mixed(), 5);

  CHECK(stopping.spec.stop.images == task::evaluation_named(stopping.record, metrics::Subset::valid)->images);
  CHECK(stopping.spec.stop.metric == metrics::Metric::top1);
  CHECK(stopping.spec.stop.every == task::Moment{5, 0});
  CHECK(stopping.spec.stop.patience == 3);
  CHECK(stopping.spec.stop.min_delta == 0.01);
  CHECK(stopping.spec.stop.restores_best);
  CHECK(task::task_id(stopping.spec) != task::task_id(plain.spec));
  CHECK(task::family_key(stopping.spec, {}) == task::family_key(plain.spec, {}));

  rule.every = {study::Duration::Unit::steps, 4};  // 3 steps an epoch
  scene.study.train.stop = rule;
  CHECK(scene.make(mixed(), 5).spec.stop.every == task::Moment{1, 1});
}

TEST_CASE("training maker: a rule that can change nothing is none") {
  Scene scene;
  const auto plain = scene.make(mixed(), 5);
  study::StopRule rule{.on = true, .every = {study::Duration::Unit::epochs, 30}, .patience = 2, .restore = "last"};
  scene.study.train.stop = rule;
  CHECK(task::task_id(scene.make(mixed(), 5).spec) == task::task_id(plain.spec));

  scene.study.train.stop->patience = 1;  // may end after 60 of 90 epochs
  CHECK(scene.make(mixed(), 5).spec.stop.on());
  scene.study.train.stop->on = false;
  CHECK(task::task_id(scene.make(mixed(), 5).spec) == task::task_id(plain.spec));
}

TEST_CASE("training maker: a rule without images, or one that never evaluates, is refused") {
  Scene scene;
  scene.study.train.stop = study::StopRule{.on = true, .every = {study::Duration::Unit::epochs, 91}, .patience = 1};
  CHECK_THAT(scene.refusal(mixed()), Catch::Contains("every 91 epochs, which never comes"));
}
