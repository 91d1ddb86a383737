// Fills a training spec: subset, unit rows with rates, seeds, optimiser and length.
#include "plan/training_maker.hpp"

#include "espalier/core/build_info.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/core/seed.hpp"
#include "espalier/study/train_table.hpp"
#include "plan/canonicalise.hpp"
#include "plan/findings.hpp"
#include "plan/rate_groups.hpp"
#include "plan/recipe.hpp"

namespace espalier::plan {
namespace {

std::vector<float> floats(const std::vector<double>& given, const std::vector<float>& measured) {
  return given.empty() ? measured : std::vector<float>(given.begin(), given.end());
}

task::SubsetSpec subset_of(const ClassPool& pool, std::int64_t per_class) {
  task::SubsetSpec subset;
  subset.data = pool.facts->digest;
  subset.classes = pool.digest;
  subset.train_available = static_cast<std::int32_t>(pool.train_available);
  subset.per_class =
      static_cast<std::int32_t>(per_class == 0 ? pool.train_available : std::min(per_class, pool.train_available));
  subset.valid_per_class = pool.data->valid_per_class;
  subset.test_per_class = pool.data->test_files ? 0 : pool.data->test_per_class;
  if (pool.data->test_files) subset.test_data = pool.facts->test_digest;
  subset.order = pool.data->order;
  return subset;
}

task::RecordSpec record_of(const TrainingWish& wish, const Training& training) {
  task::RecordSpec record;
  study::write_record(*wish.values, record);
  record.valid = training.valid_images > 0;
  record.test = training.test_images > 0;
  if (wish.role == Role::source) record.keep = task::Keep::last;
  return record;
}

void count(Training& training, const TrainingWish& wish) {
  const auto& spec = training.spec;
  training.images = wish.pool->images(spec.subset.per_class);
  training.classes = wish.pool->count();
  training.valid_images = wish.pool->valid_images;
  training.test_images = wish.pool->test_images;
}

}  // namespace

network::Shape TrainingMaker::input_of(const ClassPool& pool, const study::TrainValues& values) {
  const auto& whole = pool.facts->shape;
  const auto& augment = *values.augment;
  const auto side = augment.random_resized > 0 ? augment.random_resized : augment.centre_crop;
  const auto evaluated =
      augment.centre_crop > 0 ? network::Shape{whole.channels, augment.centre_crop, augment.centre_crop} : whole;
  const auto trained = side > 0 ? network::Shape{whole.channels, side, side} : whole;
  if (!(trained == evaluated)) {
    throw Refusal{"training sees " + std::to_string(trained.height) + " x " + std::to_string(trained.width) +
                      " pixels, evaluation " + std::to_string(evaluated.height) + " x " +
                      std::to_string(evaluated.width),
                  "random_resized crops training images", "Set centre_crop = " + std::to_string(side) + " in augment."};
  }
  if (evaluated.height > whole.height || evaluated.width > whole.width) {
    throw Refusal{"centre_crop = " + std::to_string(augment.centre_crop) + " is larger than the images",
                  "they have " + std::to_string(whole.height) + " x " + std::to_string(whole.width) + " pixels",
                  "Lower it."};
  }
  return trained;
}

const std::vector<network::UnitCost>& TrainingMaker::units(const KnownNetwork& network, const network::Shape& input,
                                                           std::int32_t classes) {
  const UnitsKey key{network.digest, input.channels, input.height, input.width, classes};
  const auto known = units_.find(key);
  if (known != units_.end()) return known->second;
  try {
    return units_.emplace(key, network::infer(*network.spec, input, classes)).first->second;
  } catch (const UsageError& error) {
    throw Refusal{error.what(), "", ""};
  }
}

void TrainingMaker::set_seeds(task::TrainSpec& spec, const TrainingWish& wish) {
  const std::int64_t size = spec.subset.per_class;
  const auto key = std::make_tuple(wish.role, wish.streams.split, wish.streams.replicate, size);
  auto known = seeds_.find(key);
  if (known == seeds_.end()) {
    const auto study_seed = static_cast<std::uint64_t>(study_.seed);
    const std::string_view role = wish.role == Role::source ? "source" : "target";
    const auto seed = [&](std::string_view purpose) {
      return seed_of(study_seed, {purpose, role, wish.streams.split, wish.streams.replicate, size});
    };
    const auto init = seed_of(study_seed, {std::string_view("init"), role, wish.streams.split, wish.streams.replicate});
    known = seeds_.emplace(key, std::array{init, seed("order"), seed("mask"), seed("augment")}).first;
  }
  spec.init_seed = known->second[0];
  spec.order_seed = known->second[1];
  spec.mask_seed = known->second[2];
  spec.augment_seed = known->second[3];
}

void TrainingMaker::set_rows(Training& training, const TrainingWish& wish, std::int64_t per_epoch) const {
  const auto& protocol = wish.protocol;
  auto groups = wish.values->rates;
  if (protocol.sets_decay) set_decay(groups, protocol.decay);
  std::vector<std::optional<std::vector<task::RatePoint>>> points(groups.size());
  const auto depth = static_cast<std::int32_t>(protocol.uses.size());
  training.spec.units.resize(protocol.uses.size());
  for (std::int32_t u = 1; u <= depth; ++u) {
    const auto use = protocol.uses[static_cast<std::size_t>(u - 1)];
    auto& row = training.spec.units[static_cast<std::size_t>(u - 1)];
    if (use != study::UnitUse::fresh) row.start = wish.copied_from;
    row.trained = use == study::UnitUse::frozen ? task::Trained::no : task::Trained::all;
    if (row.trained == task::Trained::no) continue;
    const auto group = group_of(groups, {u, depth, protocol.high_units, use != study::UnitUse::fresh});
    if (!points[group]) points[group] = rate_points(schedule_of(groups, group), training.steps, per_epoch);
    row.rates = *points[group];
  }
}

Training TrainingMaker::make(const TrainingWish& wish) {
  Training training;
  auto& spec = training.spec;
  spec.numerics_version = build_info::kNumericsVersion;
  spec.network = wish.network->digest;
  spec.input = input_of(*wish.pool, *wish.values);
  spec.mean = floats(wish.pool->data->mean, wish.pool->facts->mean);
  spec.std = floats(wish.pool->data->std, wish.pool->facts->std);
  spec.subset = subset_of(*wish.pool, wish.per_class);
  study::write_spec(*wish.values, spec);
  count(training, wish);
  const auto per_epoch = steps_per_epoch(training.images, spec.batch);
  training.steps = steps_of(*wish.values->epochs, per_epoch);
  spec.length = moment_of(training.steps, per_epoch);
  training.epoch_images = spec.length.epoch * training.images + std::int64_t{1} * spec.length.step * spec.batch;
  training.units = &units(*wish.network, spec.input, wish.pool->count());
  set_rows(training, wish, per_epoch);
  set_seeds(spec, wish);
  canonicalise(spec, *training.units);
  training.record = record_of(wish, training);
  return training;
}

}  // namespace espalier::plan
