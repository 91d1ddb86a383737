// Prints a task for `espalier show`: rates per unit over time, the network's sizes, its data and seeds.
#include "cli/show_task.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "cli/text_table.hpp"
#include "espalier/network/networks.hpp"
#include "espalier/task/timeline.hpp"
#include "espalier/task/transform_table.hpp"

namespace espalier::cli {
namespace {

constexpr std::size_t kClassesNamed = 6;

std::string moment_text(const task::Moment& moment) {
  return moment.step == 0 ? fmt::format("epoch {}", moment.epoch)
                          : fmt::format("epoch {} step {}", moment.epoch, moment.step);
}

std::set<task::Moment> changes(const task::TrainSpec& spec) {
  std::set<task::Moment> all;
  for (const auto& unit : spec.units) {
    for (const auto& point : unit.rates) all.insert(point.from);
  }
  return all;
}

std::string start_text(const task::UnitStart& start) {
  switch (start.kind) {
    case task::StartKind::fresh: return "new";
    case task::StartKind::task: return "copied from " + start.task.brief();
    case task::StartKind::checkpoint: return "copied from checkpoint " + start.checkpoint.hex.substr(0, 8);
  }
  return "";
}

const char* trained_text(task::Trained trained) {
  switch (trained) {
    case task::Trained::no: return "frozen";
    case task::Trained::all: return "yes";
    case task::Trained::scale_shift: return "scale and shift";
  }
  return "";
}

std::string rate_at(const task::UnitRow& row, const task::Moment& moment) {
  std::string text = "-";
  for (const auto& point : row.rates) {
    if (point.from <= moment) text = fmt::format("{}", point.rate);
  }
  return text;
}

std::string shape_text(const network::Shape& shape) {
  return fmt::format("{}x{}x{}", shape.channels, shape.height, shape.width);
}

const network::NetworkSpec& network_of(const plan::Plan& plan, const task::Task& task) {
  return plan.catalog.networks.at(task::as_training(task).network);
}

const task::LabelMap& labels_of(const plan::Plan& plan, const task::Task& task) {
  return plan.catalog.label_maps.at(task::as_training(task).images.labels);
}

std::string short_list(std::vector<std::string> names) {
  const bool is_cut = names.size() > kClassesNamed;
  names.resize(std::min(names.size(), kClassesNamed));
  return fmt::format("{}{}", fmt::join(names, ", "), is_cut ? ", ..." : "");
}

std::string sample_text(const task::SampleSpec& sample) {
  switch (sample.rule) {
    case task::SampleRule::all: return "all";
    case task::SampleRule::first: return fmt::format("the first {} of each output", sample.count);
    case task::SampleRule::random: return fmt::format("{} of each output at random", sample.count);
    case task::SampleRule::random_over_all: return fmt::format("{} at random over all outputs", sample.count);
    case task::SampleRule::random_by_class:
      return fmt::format("{} of each output at random, drawn class by class", sample.count);
  }
  return "";
}

/// "the first 20 of each output, of all but the last 15 of each class".
std::string images_text(const task::ImageSetSpec& images) {
  if (!images.parts.empty()) {
    return fmt::format("of the source {}; of the target {}", images_text(images.parts.front()),
                       images_text(images.parts.back()));
  }
  const std::string sample = sample_text(images.sample);
  const auto& part = images.partition;
  std::string text = sample;
  if (part.length > 0) text += fmt::format(" of the last {} of each class", part.length);
  if (part.behind > 0)
    text += fmt::format("{} but for its last {}", part.length > 0 ? "" : " of each class", part.behind);
  if (part.front > 0) text += fmt::format(", the first {} of those", part.front);
  if (!part.shares.empty()) text += fmt::format(", share {} of {}", part.share + 1, part.shares.size());
  if (part.folds > 0) {
    text += fmt::format(", {} fold {} of {}", part.fold_use == task::FoldUse::only ? "only" : "without", part.fold + 1,
                        part.folds);
  }
  return text;
}

std::string measured_text(const task::Catalog& catalog, const task::EvaluationSpec& measured) {
  return fmt::format("{:<9} {}; {}\n", metrics::name_of(measured.name),
                     images_text(catalog.image_sets.at(measured.images.hex.str())),
                     measured.every == 0   ? "measured at the end"
                     : measured.every == 1 ? "measured after every epoch"
                                           : fmt::format("measured every {} epochs", measured.every));
}

/// " (omniglot by blur (sigma 1.5), then ...)" of derived images.
std::string origin_text(const study::DataSet& data) {
  if (data.from.empty()) return "";
  std::vector<std::string> transforms;
  for (const auto& one : data.transforms) transforms.push_back(task::text_of(one));
  return fmt::format(" ({} by {})", data.from, fmt::join(transforms, ", then "));
}

/// "omniglot: images in a fixed shuffled order; pixels / 255 less (0) over (1), given; short classes refused".
std::string data_text(const study::DataSet& data, const task::TrainSpec& spec) {
  const auto rule = data.short_classes;
  return fmt::format("{}{}: images in {} order; pixels / 255 less ({}) over ({}), {}; short classes {}", data.name,
                     origin_text(data), data.order == task::ImageOrder::file ? "file" : "a fixed shuffled",
                     fmt::join(spec.mean, ", "), fmt::join(spec.std, ", "), data.mean.empty() ? "computed" : "given",
                     rule == study::ShortClasses::refuse     ? "refused"
                     : rule == study::ShortClasses::take_all ? "give all they have"
                                                             : "left out");
}

/// "5 epochs", "100 steps".
std::string stretch_text(const task::Moment& every) {
  const std::string epochs =
      every.epoch > 0 ? fmt::format("{} {}", every.epoch, every.epoch == 1 ? "epoch" : "epochs") : "";
  const std::string steps = every.step > 0 ? fmt::format("{} {}", every.step, every.step == 1 ? "step" : "steps") : "";
  return epochs + (epochs.empty() || steps.empty() ? "" : " and ") + steps;
}

/// "stops     once valid.top1 has not risen for 3 evaluations, one every 5 epochs; the best state is restored".
std::string stop_text(const task::Task& task) {
  const auto& rule = task::training(task).stop;
  if (!rule.on()) return "";
  const auto& all = task.record.evaluations;
  const auto judged = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.images == rule.images; });
  const auto& facts = metrics::facts_of(rule.metric);
  return fmt::format("stops     once {}.{} has not {}{} for {}, one every {}; {}\n",
                     judged == all.end() ? "?" : metrics::name_of(judged->name), facts.name,
                     facts.better == metrics::Better::higher ? "risen" : "fallen",
                     rule.min_delta > 0 ? fmt::format(" by more than {}", rule.min_delta) : "",
                     rule.patience == 1 ? "1 evaluation" : fmt::format("{} evaluations", rule.patience),
                     stretch_text(rule.every),
                     rule.restores_best ? "the best state is restored" : "the last state is the result");
}

/// Length, batches and seeds of a training.
std::string steps_text(const task::Task& task) {
  const auto& spec = task::training(task);
  const task::Timeline timeline(task.images, spec.batch, spec.length);
  std::string text = fmt::format("length    {}, {} steps, {} images seen, batches of {}\n", moment_text(spec.length),
                                 timeline.total_steps(), task.epoch_images, spec.batch);
  text += stop_text(task);
  text +=
      fmt::format("seeds     init {:016x}, order {:016x}, masks {:016x}, augmentation {:016x} (0: nothing is drawn)\n",
                  spec.init_seed, spec.order_seed, spec.mask_seed, spec.augment_seed);
  return text;
}

/// What a probe does with features, and with which images.
std::string features_text(const task::ProbeSpec& probe) {
  const auto unit = probe.features;
  if (probe.method == task::ProbeMethod::linear) {
    const auto& linear = probe.linear;
    return fmt::format("fits      {} (C = {}) to{} features of unit {} of {}\n",
                       task::classifier_names().at(static_cast<std::size_t>(linear.classifier)), linear.c,
                       linear.standardise ? " standardised" : "", unit, images_text(linear.images));
  }
  if (probe.method == task::ProbeMethod::retrieval) {
    return fmt::format(
        "looks up  features of unit {}, the nearest {} by cosine\ngallery   {}, by the source's network\n", unit,
        probe.retrieval.depth, images_text(probe.retrieval.gallery));
  }
  if (probe.method == task::ProbeMethod::neighbours) {
    return fmt::format("finds     the nearest neighbours by {} of features of unit {} among {}\n",
                       task::nearest_by_names().at(static_cast<std::size_t>(probe.neighbours.by)), unit,
                       images_text(probe.neighbours.images));
  }
  if (probe.method != task::ProbeMethod::distance) return "";
  const auto& distance = probe.distance;
  return fmt::format("compares  features of unit {} of {} images a side by {}\nsource    {}\ntarget    {}\n", unit,
                     distance.count, task::distance_names().at(static_cast<std::size_t>(distance.method)),
                     images_text(distance.source), images_text(distance.target));
}

/// "frozen", or "not used" behind the features that a probe takes.
std::string trained_text(const task::Task& task, std::size_t unit, task::Trained trained) {
  const auto* probe = task::probe_of(task);
  const bool is_used = !probe || probe->features == 0 || unit < static_cast<std::size_t>(probe->features);
  return is_used ? trained_text(trained) : "not used";
}

}  // namespace

std::string units_table(const plan::Plan& plan, const task::Task& task) {
  const auto spec = task::as_training(task);
  const auto moments = changes(spec);
  std::vector<std::string> header = {"unit", "name", "start", "trained"};
  for (const auto& moment : moments) header.push_back("rate from " + moment_text(moment));
  Table table(header);
  const auto& network = network_of(plan, task);
  for (std::size_t u = 0; u < spec.units.size(); ++u) {
    const auto& row = spec.units[u];
    std::vector<std::string> cells = {std::to_string(u + 1), network.units[u].name, start_text(row.start),
                                      trained_text(task, u, row.trained)};
    for (const auto& moment : moments) cells.push_back(rate_at(row, moment));
    table.row(std::move(cells));
  }
  return table.text();
}

std::string network_table(const plan::Plan& plan, const task::Task& task) {
  const auto& network = network_of(plan, task);
  const auto units = network::infer(network, task::as_training(task).input, labels_of(plan, task).output_count);
  Table table({"unit", "name", "input", "output", "parameters", "multiply-adds"});
  for (std::size_t u = 0; u < units.size(); ++u) {
    const std::int64_t parameters = network::parameter_count({units[u]});
    table.row({std::to_string(u + 1), network.units[u].name, shape_text(units[u].input), shape_text(units[u].output),
               std::to_string(parameters), std::to_string(units[u].multiply_adds)});
  }
  return table.text() + fmt::format("{} parameters\n", network::parameter_count(units));
}

std::string task_facts(const plan::Plan& plan, const task::Task& task, const plan::LabelledData& data,
                       NamesFrom names) {
  const auto spec = task::as_training(task);
  const auto& labels = labels_of(plan, task);
  std::string text = fmt::format("data      {}\n", data_text(data.study(), spec));
  text += fmt::format("classes   {} ({})\n", labels.output_count,
                      short_list(names == NamesFrom::labels ? labels.names : data.output_names(labels)));
  if (spec.loss == task::Loss::cross_entropy && labels.output_count > 1) {
    text += fmt::format("chance    a guess has accuracy {:.1f} % and loss {:.3f}\n", 100.0 / labels.output_count,
                        std::log(labels.output_count));
  }
  const auto* probe = task::probe_of(task);
  text += probe ? features_text(*probe) : fmt::format("images    {}: {}\n", images_text(spec.images), task.images);
  for (const auto& measured : task.record.evaluations) text += measured_text(plan.catalog, measured);
  text += fmt::format("input     {}\n", shape_text(spec.input));
  if (!probe) text += steps_text(task);
  text += fmt::format("estimate  {:.1f} s (uncalibrated)\n", task.cost_s);
  return text;
}

}  // namespace espalier::cli
