// Outputs of frozen units, computed once an image.
#include "espalier/device/device.hpp"
#include "espalier/train/numeric_form.hpp"
#include "train/bundle_jobs.hpp"
#include "train/inputs.hpp"
#include "train/prepare_network.hpp"

using namespace espalier;
using namespace espalier::testing;

namespace {

/// Rows as close as rounding leaves them.
void check_close(const Notes& left, const Notes& right) {
  REQUIRE(left.all.size() == right.all.size());
  for (std::size_t i = 0; i < left.all.size(); ++i) {
    INFO("row " << i << ", epoch " << left.all[i].epoch);
    CHECK(left.all[i].of(metrics::Metric::loss) == Approx(right.all[i].of(metrics::Metric::loss)).epsilon(1e-5));
    CHECK(left.all[i].count == right.all[i].count);
  }
}

train::Job uncached(train::Job job) {
  job.task.form = {};
  return job;
}

}  // namespace

TEST_CASE("features: a training on cached features is the same training to rounding, whatever is frozen") {
  const auto job = made_job(scratch("features-close"));
  const auto source = some_source(job, 5);
  for (std::int32_t units = 1; units <= 7; ++units) {
    INFO(units << " units");
    auto cached = frozen(job, source, units);
    cached = with_fit(cached);
    const auto notes = each_alone({cached, uncached(cached)});
    CHECK(notes[0].outcome.end == task::End::done);
    check_close(notes[0], notes[1]);
  }
}

TEST_CASE("features: mirrored images have features of their own") {
  const auto job = made_job(scratch("features-flip"));
  auto cached = frozen(job, some_source(job, 5), 3);
  task::training(cached.task).augment.flip = true;
  auto straight = cached;
  task::training(straight.task).augment.flip = false;

  const auto notes = each_alone({cached, uncached(cached), straight});

  check_close(notes[0], notes[1]);
  CHECK(notes[0].all[0].of(metrics::Metric::loss) != Approx(notes[2].all[0].of(metrics::Metric::loss)).epsilon(1e-4));
}

TEST_CASE("features: each source has its own, though one trainer holds both") {
  const auto job = made_job(scratch("features-sources"));
  const auto first = frozen(job, some_source(job, 5), 4), second = frozen(job, some_source(job, 6), 4);

  const auto together = run_bundle({first, second});

  check_close(together[0], each_alone({uncached(first)}).front());
  check_close(together[1], each_alone({uncached(second)}).front());
  CHECK(together[0].all[0].of(metrics::Metric::loss) !=
        Approx(together[1].all[0].of(metrics::Metric::loss)).epsilon(1e-4));
}

TEST_CASE("features: those that do not fit the memory are computed each time, to the same bits") {
  const auto job = made_job(scratch("features-memory"));
  auto cached = frozen(job, some_source(job, 5), 2);
  task::training(cached.task).augment.flip = true;

  check_same(run_bundle({cached}, After(), 1000), run_bundle({cached}));
}

TEST_CASE("features: an image's features depend on that image alone, not on its neighbours or its place") {
  train::apply(task::NumericForm{});
  for (const std::string name : {"cifar7", "mnist4", "resnet18"}) {
    auto job = made_job({});
    job.network = *network::named(name, {.width = name == "resnet18" ? 0.25 : 1});
    task::training(job.task).input = {1, 28, 28};
    task::training(job.task).units.assign(job.network.units.size(), {});
    auto network = train::prepare_network(job, at::kCPU);
    const at::Tensor images = at::randn({train::kFeatureChunk, 1, 28, 28});
    for (std::int32_t unit = 1; unit < network.depth(); ++unit) {
      INFO(name << ", unit " << unit);
      const at::Tensor features = network.features(images, unit);
      const at::Tensor order = at::randperm(train::kFeatureChunk, at::kLong);
      const at::Tensor moved = network.features(images.index_select(0, order), unit);
      CHECK(at::equal(features.index_select(0, order), moved));
      at::Tensor others = at::randn_like(images);
      others[17].copy_(images[5]);
      CHECK(at::equal(network.features(others, unit)[17], features[5]));
    }
  }
}

TEST_CASE("features: the cache drops what was used longest ago, never what is in use") {
  train::FeatureCache cache(3000);
  const auto fill = [](train::FeatureSet& set) {
    set.add({{0, false}, {1, false}}, at::zeros({2, 125}));
  };  // 1000 bytes
  auto first = cache.of("first");
  fill(*first);
  fill(*cache.of("second"));
  fill(*cache.of("third"));
  cache.of("second");

  const auto fourth = cache.of("fourth");
  CHECK(cache.make_room(*fourth, 1000));
  CHECK(cache.bytes() == 2000);
  CHECK(first->holds({1, false}));
  CHECK(cache.of("second")->holds({1, false}));
  CHECK_FALSE(cache.of("third")->holds({1, false}));
  CHECK_FALSE(cache.make_room(*fourth, 2500));
}

TEST_CASE("features: sizes share them, and what is there is not computed again") {
  const auto job = made_job(scratch("features-grow"));
  auto large = frozen(job, some_source(job, 5), 3), small = large;
  small.images = first_of(large.images, 8);
  train::FeatureCache cache(1 << 30);
  int chunks = 0;
  const auto fill = [&](const train::Job& one) {
    chunks = 0;
    const train::ImageSets sets(one);
    train::FeatureInputs inputs(one, sets, cache, train::prepare_network(one, at::kCPU));
    CHECK(inputs.fill([&] { return ++chunks > 0; }));
  };

  fill(small);
  CHECK(chunks == 3);  // training, validation, test images
  fill(large);
  CHECK(chunks == 1);
  fill(small);
  CHECK(chunks == 0);
}

TEST_CASE("features: those of more units go on from those of fewer, to the bits that images give") {
  train::apply(task::NumericForm{});
  for (const std::string name : {"cifar7", "mnist4", "resnet18"}) {
    auto job = made_job({});
    job.network = *network::named(name, {.width = name == "resnet18" ? 0.25 : 1});
    task::training(job.task).input = {1, 28, 28};
    task::training(job.task).units.assign(job.network.units.size(), {});
    auto network = train::prepare_network(job, at::kCPU);
    const at::Tensor images = at::randn({train::kFeatureChunk, 1, 28, 28});
    std::vector<train::ImageView> views;
    std::vector<std::int64_t> slots;
    for (std::int64_t i = 0; i < train::kFeatureChunk; ++i) {
      views.push_back({i, false});
      slots.push_back(i);
    }
    for (std::int32_t unit = 2; unit < network.depth(); ++unit) {
      const at::Tensor whole = network.features(images, unit);
      for (std::int32_t below = 1; below < unit; ++below) {
        INFO(name << ", unit " << unit << " from unit " << below);
        train::FeatureSet kept;
        kept.add(views, network.features(images, below));
        CHECK(at::equal(network.features(kept.gather(slots), unit, below), whole));
      }
    }
  }
}

TEST_CASE("features: a set of more units is filled from one of fewer, and from images where that lacks some") {
  const auto job = made_job(scratch("features-lower"));
  const auto source = some_source(job, 5);
  const auto low = frozen(job, source, 2), high = frozen(job, source, 5);
  const auto go_on = [] { return true; };
  const auto features_of = [&](const train::Job& one, train::FeatureCache& cache) {
    const train::ImageSets sets(one);
    train::FeatureInputs inputs(one, sets, cache, train::prepare_network(one, at::kCPU));
    CHECK(inputs.fill(go_on));
    return inputs.evaluation(train::kTrainingImages, 0, one.images->size());
  };
  train::FeatureCache alone(1 << 30), shared(1 << 30), partly(1 << 30);
  const at::Tensor expected = features_of(high, alone);

  features_of(low, shared);
  CHECK(at::equal(features_of(high, shared), expected));
  auto few = low;
  few.images = first_of(low.images, 8);
  features_of(few, partly);
  CHECK(at::equal(features_of(high, partly), expected));
}

TEST_CASE("features: in bf16 they are kept as they come, and give the training that computes them each time") {
  if (!device::has_bf16(at::kCPU)) return;
  const auto job = made_job(scratch("features-bf16"));
  auto cached = frozen(job, some_source(job, 5), 3);
  task::training(cached.task).precision = task::Precision::bf16;

  check_same(run_bundle({cached}, After(), 1000), run_bundle({cached}));
  const auto notes = each_alone({cached, uncached(cached)});
  CHECK(notes[0].all[0].of(metrics::Metric::loss) == Approx(notes[1].all[0].of(metrics::Metric::loss)).epsilon(0.02));
}
