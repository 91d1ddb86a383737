// Fills a training spec: subset, unit rows with rates, seeds, optimiser and length.
#include "plan/training_maker.hpp"

#include <algorithm>

#include "espalier/core/build_info.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/core/seed.hpp"
#include "espalier/metrics/row.hpp"
#include "espalier/study/train_table.hpp"
#include "espalier/task/stop_rule.hpp"
#include "plan/canonicalise.hpp"
#include "plan/cost/cost_model.hpp"
#include "plan/findings.hpp"
#include "plan/rate_groups.hpp"
#include "plan/train_settings.hpp"

namespace espalier::plan {
namespace {

std::vector<float> floats(const std::vector<double>& given, const std::vector<float>& measured) {
  return given.empty() ? measured : std::vector<float>(given.begin(), given.end());
}

task::Trained trained_of(study::UnitUse use) {
  switch (use) {
    case study::UnitUse::frozen: return task::Trained::no;
    case study::UnitUse::scaled: return task::Trained::scale_shift;
    case study::UnitUse::tuned:
    case study::UnitUse::fresh: break;
  }
  return task::Trained::all;
}

/// How often images are measured: every so many epochs, or steps; never but at the end.
struct Interval {
  std::int32_t epochs = 0;
  std::int64_t steps = 0;
};

/// Steps that are whole epochs are these, so that a moment has one name.
Interval interval_of(const study::Duration& every, std::int64_t per_epoch, std::int64_t whole) {
  if (every.unit == study::Duration::Unit::epochs) return {static_cast<std::int32_t>(every.count), 0};
  const auto steps = every.count == 0 ? 0 : std::max<std::int64_t>(1, steps_of(every, per_epoch, whole));
  if (steps % per_epoch == 0) return {static_cast<std::int32_t>(steps / per_epoch), 0};
  return {0, steps};
}

/// Images a class; all there are is one value, however it is asked for.
std::int64_t size_of(const TrainingRequest& request) {
  const auto all = request.pool->train_available;
  if (request.pool->data->has_several_labels() && request.images_over_all >= all) return all;
  return request.per_class == 0 ? all : std::min(request.per_class, all);
}

/// Draws a size at random; all images there are need no draw. The seed knows neither the size, so that larger samples
/// hold smaller ones, nor the target, so that targets derived from one data set draw the same images of it.
void draw(Training& training, const TrainingRequest& request, std::int64_t study_seed) {
  const auto& pool = *request.pool;
  const auto size = size_of(request), all = pool.images(pool.train_available);
  const bool stratified = request.sample->stratified;
  const auto count = stratified ? pool.images(size) : request.images_over_all;
  if (count == all) {
    training.spec.images = pool.data->training_images(pool.labels, pool.train_available);
  } else {
    const std::int64_t replicate = request.sample->redraw.empty() ? 0 : request.streams.replicate;
    training.spec.images.sample = {
        stratified ? task::SampleRule::random : task::SampleRule::random_over_all, stratified ? size : count,
        seed_of(static_cast<std::uint64_t>(study_seed), {"target sample", request.streams.split, replicate})};
  }
  training.images = count;
}

/// The loss of the data's labels. Throws CompileError where the study asks for the other.
task::Loss loss_of(const TrainingRequest& request) {
  const bool several = !request.given && request.pool->data->has_several_labels();
  const auto loss = several ? task::Loss::binary : task::Loss::cross_entropy;
  const auto& asked = request.values->loss;
  if (request.given || !asked || (*asked == "binary") == several) return loss;
  const std::string data = "data '" + request.pool->data->study().name + "'";
  throw CompileError{{"train.loss = \"" + *asked + "\" on " + data,
                      several ? "its images may have several labels, which a softmax takes for one"
                              : "its images have one label each, whose outputs a softmax tells apart",
                      "Leave train.loss out: it follows the data."},
                     "train.loss on " + data,
                     /*in_study=*/true};
}

/// The metrics that are asked for, with the one that a rule to stop reads.
std::vector<metrics::Metric> with_judged(const TrainingRequest& request) {
  auto asked = request.asked;
  const auto& stop = request.values->stop;
  if (stop && stop->on) asked.push_back(metrics::parse_metric(stop->metric).metric);
  return asked;
}

}  // namespace

std::vector<metrics::Metric> metrics_on(const ClassPool& pool, const std::vector<metrics::Metric>& asked) {
  using metrics::Metric;
  std::vector<Metric> measured;
  const bool several = pool.data->has_several_labels();
  bool any_asked = several;
  for (const auto& facts : metrics::kMetrics) {
    const bool is_asked = facts.on_request && std::find(asked.begin(), asked.end(), facts.metric) != asked.end();
    const bool fits = several ? facts.multi_label || facts.metric == Metric::loss : !facts.multi_label;
    if (facts.of_sets || !fits || (facts.on_request && !is_asked)) continue;
    measured.push_back(facts.metric);
    any_asked = any_asked || is_asked;
  }
  return any_asked ? measured : task::all_metrics();
}

network::Shape TrainingMaker::input_of(const ClassPool& pool, const study::TrainValues& values) {
  const auto& whole = pool.data->facts().shape;
  const auto& augment = *values.augment;
  const auto side = augment.random_resized > 0 ? augment.random_resized : augment.centre_crop;
  const auto evaluated =
      augment.centre_crop > 0 ? network::Shape{whole.channels, augment.centre_crop, augment.centre_crop} : whole;
  const auto trained = side > 0 ? network::Shape{whole.channels, side, side} : whole;
  if (!(trained == evaluated)) {
    throw CompileError{
        {"training sees " + std::to_string(trained.height) + " x " + std::to_string(trained.width) +
             " pixels, evaluation " + std::to_string(evaluated.height) + " x " + std::to_string(evaluated.width),
         "random_resized crops training images", "Set centre_crop = " + std::to_string(side) + " in augment."}};
  }
  if (evaluated.height > whole.height || evaluated.width > whole.width) {
    throw CompileError{{"centre_crop = " + std::to_string(augment.centre_crop) + " is larger than the images",
                        "they have " + std::to_string(whole.height) + " x " + std::to_string(whole.width) + " pixels",
                        "Lower it."}};
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
    throw CompileError{error.problem()};
  }
}

void TrainingMaker::set_seeds(task::TrainSpec& spec, const TrainingRequest& request) {
  const std::int64_t size = size_of(request);  // before folding: the folds of a run share their streams
  const auto key = std::make_tuple(request.role, request.streams.split, request.streams.replicate, size);
  auto known = seeds_.find(key);
  if (known == seeds_.end()) {
    const auto study_seed = static_cast<std::uint64_t>(study_.seed);
    const std::string_view role = request.role == Role::source ? "source" : "target";
    const auto seed = [&](std::string_view purpose) {
      return seed_of(study_seed, {purpose, role, request.streams.split, request.streams.replicate, size});
    };
    const auto init =
        seed_of(study_seed, {std::string_view("init"), role, request.streams.split, request.streams.replicate});
    known = seeds_.emplace(key, std::array{init, seed("order"), seed("mask"), seed("augment")}).first;
  }
  spec.init_seed = known->second[0];
  spec.order_seed = known->second[1];
  spec.mask_seed = known->second[2];
  spec.augment_seed = known->second[3];
}

void TrainingMaker::set_rows(Training& training, const TrainingRequest& request, std::int64_t per_epoch) const {
  const auto& protocol = request.protocol;
  auto groups = request.values->rates;
  if (protocol.sets_decay) set_decay(groups, protocol.decay);
  std::vector<std::optional<std::vector<task::RatePoint>>> points(groups.size());
  const auto depth = static_cast<std::int32_t>(protocol.uses.size());
  training.spec.units.resize(protocol.uses.size());
  for (std::int32_t u = 1; u <= depth; ++u) {
    const auto use = protocol.uses[static_cast<std::size_t>(u - 1)];
    auto& row = training.spec.units[static_cast<std::size_t>(u - 1)];
    if (use != study::UnitUse::fresh) row.start = request.copied->at(static_cast<std::size_t>(u - 1));
    row.trained = trained_of(use);
    if (row.trained == task::Trained::no) continue;
    const auto group = group_of(groups, {u, depth, protocol.high_units, use != study::UnitUse::fresh});
    if (!points[group]) {
      auto schedule = schedule_of(groups, group);
      schedule.warmup = request.values->warmup;
      points[group] = rate_points(schedule, training.steps, per_epoch);
    }
    row.rates = *points[group];
  }
}

void TrainingMaker::set_images(Training& training, const TrainingRequest& request,
                               const std::optional<FoldImages>& fold) const {
  const auto& pool = *request.pool;
  if (request.given) {
    training.spec.images = request.given->train;
    training.images = request.given->count;
    return;
  }
  training.images = fold ? fold->trained.count : pool.images(size_of(request));
  const bool several = pool.data->has_several_labels();
  if (several && request.images_over_all > 0) training.images = request.images_over_all;
  training.spec.images =
      fold ? fold->trained.spec : pool.data->training_images(pool.labels, several ? training.images : size_of(request));
  if (pool.drawn_per_class > 0)
    training.spec.images.sample = {task::SampleRule::random_by_class, size_of(request), pool.images_seed};
  if (request.sample && request.sample->random) draw(training, request, study_.seed);
}

/// A fold's own images are those of validation.
void TrainingMaker::set_record(Training& training, const TrainingRequest& request,
                               const std::optional<FoldImages>& fold, std::int64_t per_epoch) {
  const auto wanted = study::record_settings(*request.values);
  const auto often = interval_of(wanted.evaluate_every, per_epoch, training.steps);
  const auto* given = request.given;
  const auto measured = metrics_on(*request.pool, with_judged(request));
  const auto add = [&](metrics::Subset name, const ImageSetId& images, Interval every, std::int64_t count) {
    training.record.evaluations.push_back({name, images, every.epochs, given ? given->metrics : measured, every.steps});
    training.evaluated.push_back(count);
  };
  training.record.evaluations.reserve(3);
  training.evaluated.reserve(3);
  if (fold) {
    add(metrics::Subset::valid, catalog_.add(fold->validated.spec), often, fold->validated.count);
  }
  for (const auto& one : given ? given->evaluations : request.pool->evaluations) {
    if (fold && one.name == metrics::Subset::valid) continue;
    add(one.name, one.images, often, one.count);
  }
  if (wanted.train_eval)
    add(metrics::Subset::train_eval, catalog_.add(training.spec.images), /*every=*/{}, training.images);
  training.record.keep = request.role == Role::source ? task::Keep::last : wanted.keep;
}

/// The rule reads one of the image sets that the training is measured on anyway.
void TrainingMaker::set_stop(Training& training, const study::TrainValues& values, std::int64_t per_epoch) {
  if (!values.stop || !values.stop->on || training.steps == 0) return;
  const auto& rule = *values.stop;
  const auto metric = metrics::parse_metric(rule.metric);
  const auto* judged = task::evaluation_named(training.record, metric.subset);
  if (!judged) {
    const std::string name = metrics::name_of(metric.subset);
    throw CompileError{{"train.stop reads '" + rule.metric + "', and there are no " + name + " images",
                        "the data set holds none out", "Add " + name + " = { per_class = N } to the data set."}};
  }
  if (rule.patience < 1) throw CompileError{{"train.stop has no patience", "", "Add stop = { patience = 3 }."}};
  const std::int64_t every = steps_of(rule.every, per_epoch);
  if (every > training.steps) {
    throw CompileError{
        {"train.stop evaluates every " + to_string(rule.every) +
             (rule.every.unit == study::Duration::Unit::epochs ? " epochs" : "") + ", which never comes",
         "the training takes " + std::to_string(training.steps) + " steps, " + std::to_string(per_epoch) + " an epoch",
         "Evaluate more often, or train longer."},
        "train.stop evaluates every " + to_string(rule.every),
        /*in_study=*/true};
  }
  training.spec.stop = {
      judged->images, metric.metric,         moment_of(every, per_epoch), static_cast<std::int32_t>(rule.patience),
      rule.min_delta, rule.restore == "best"};
  const task::Timeline timeline(training.images, training.spec.batch, training.spec.length);
  const bool changes =
      training.spec.stop.restores_best || task::least_steps(training.spec.stop, timeline) < timeline.total_steps();
  if (!changes) training.spec.stop = {};  // it never ends the training, and the last state is the result anyway
}

Training TrainingMaker::make(const TrainingRequest& request) {
  Training training;
  auto& spec = training.spec;
  spec.identity_version = task::kIdentityVersion;
  spec.numerics_version = build_info::kNumericsVersion;
  spec.network = request.network->digest;
  spec.input = input_of(*request.pool, *request.values);
  spec.mean = floats(request.pool->data->study().mean, request.pool->data->facts().mean);
  spec.std = floats(request.pool->data->study().std, request.pool->data->facts().std);
  std::optional<FoldImages> fold;
  if (request.fold.folds > 0) fold = fold_images(*request.pool, request.per_class, request.fold);
  set_images(training, request, fold);
  study::write_spec(*request.values, spec);
  spec.loss = loss_of(request);
  training.classes = request.given ? request.given->classes : request.pool->output_count();
  const auto per_epoch = steps_per_epoch(training.images, spec.batch);
  training.steps = steps_of(*request.values->epochs, per_epoch);
  spec.length = moment_of(training.steps, per_epoch);
  training.epoch_images = spec.length.epoch * training.images + std::int64_t{1} * spec.length.step * spec.batch;
  training.units = &units(*request.network, spec.input, training.classes);
  set_rows(training, request, per_epoch);
  set_seeds(spec, request);
  canonicalise(spec, *training.units);
  training.backward_multiply_adds = backward_multiply_adds(spec, *training.units);
  set_record(training, request, fold, per_epoch);
  set_stop(training, *request.values, per_epoch);
  return training;
}

}  // namespace espalier::plan
