// Writes the methods paragraphs on networks and training: optimiser, rates, augmentation, length, precision.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "espalier/network/networks.hpp"
#include "espalier/study/train_table.hpp"
#include "report/html.hpp"
#include "report/sections/methods.hpp"

namespace espalier::report {
namespace {

using Tasks = std::vector<const store::TaskState*>;

std::string number(double value) { return fmt::format("{}", static_cast<float>(value)); }

std::string length_text(const task::Moment& length) {
  if (length.step == 0) return fmt::format("{} epochs", length.epoch);
  return fmt::format("{} epochs and {} steps", length.epoch, length.step);
}

/// "unit 7: 0.01, from epoch 15 on 0.001"; units with equal rates are named together.
std::string rates_text(const task::TrainSpec& spec) {
  struct TrainingGroup {
    std::string rates;
    std::size_t first, last;
  };
  std::vector<TrainingGroup> groups;
  for (std::size_t i = 0; i < spec.units.size(); ++i) {
    const auto trained = spec.units[i].trained;
    std::string rates = trained == task::Trained::no            ? "frozen"
                        : trained == task::Trained::scale_shift ? "scaled and shifted, "
                                                                : "";
    for (const auto& point : spec.units[i].rates) {
      const bool is_first = &point == &spec.units[i].rates.front();
      rates +=
          is_first ? number(point.rate) : fmt::format(", from epoch {} on {}", point.from.epoch, number(point.rate));
    }
    if (groups.empty() || groups.back().rates != rates) groups.push_back({rates, i + 1, i + 1});
    groups.back().last = i + 1;
  }
  std::string text;
  for (const auto& group : groups) {
    const auto units = group.first == group.last ? fmt::format("unit {}", group.first)
                                                 : fmt::format("units {} to {}", group.first, group.last);
    text += (text.empty() ? "" : "; ") + units + ": " + group.rates;
  }
  return text;
}

/// "30 epochs, in batches of 64 (...), by ...": every training value that has a phrase.
std::string shared_values(const Tasks& tasks) {
  const auto text = [&](auto get) {
    return distinct(tasks, [&](const store::TaskState& t) { return get(task::training(t.task)); });
  };
  std::string all = text([](const task::TrainSpec& spec) { return length_text(spec.length); });
  for (const auto& row : study::train_rows()) {
    if (row.in_methods) all += fmt::format(fmt::runtime(row.methods), text(row.in_methods));
  }
  return all;
}

std::string group_text(const study::RateGroup& group) {
  std::string text = "units '" + group.units + "' ";
  if (group.relative) text += fmt::format("at {:g} times the rate of '{}'", group.relative->factor, group.relative->to);
  else text += group.start ? "at " + number(*group.start) : "at the default rate";
  const auto when = [](const study::Duration& d) {
    if (d.unit == study::Duration::Unit::percent) return fmt::format("{} % of a training", d.count);
    return fmt::format("{} {}", d.unit == study::Duration::Unit::epochs ? "epoch" : "step", d.count);
  };
  if (group.first) {
    text += fmt::format(", multiplied by {:g} at {}", group.factor, when(*group.first));
    if (group.every) {
      text += fmt::format(
          " and {} {}",
          group.decay_times == study::RateGroup::DecayTimes::multiples ? "then at each multiple of" : "then every",
          when(*group.every));
    }
  } else {
    text += ", never lowered";
  }
  return text;
}

std::string rate_groups(const PageContext& context) {
  const auto& train = context.study.train;
  std::vector<std::string> groups;
  for (const auto& group : merged(study::train_defaults(), train).rates) groups.push_back(group_text(group));
  std::string text = fmt::format(" Rates of target trainings: {}.", fmt::join(groups, "; "));
  const auto rise = train.warmup          ? to_string(*train.warmup)
                    : train.rates.empty() ? std::string(study::kDefaultWarmup)
                                          : "0";
  if (!rise.starts_with('0')) text += fmt::format(" At the start all rates rise in ten steps ({}).", rise);
  return text;
}

std::string train_eval_text(const Tasks& tasks) {
  const bool measured = std::any_of(tasks.begin(), tasks.end(), [](const auto* task) {
    return task::evaluation_named(task->task.record, metrics::Subset::train_eval) != nullptr;
  });
  return measured ? " The loss of the finished network on its training images is recorded too (train_eval)."
                  : " The loss of the finished network on its training images is not recorded (train_eval = false).";
}

std::string evaluation_text(const Tasks& tasks) {
  const auto every = distinct(tasks, [](const store::TaskState& t) {
    const auto* measured = task::evaluation_named(t.task.record, metrics::Subset::valid);
    if (!measured) measured = task::evaluation_named(t.task.record, metrics::Subset::test);
    return std::to_string(measured ? measured->every : 0);
  });
  return fmt::format(" Validation and test images are evaluated {}, in evaluation mode.",
                     every == "0"   ? "after the last epoch only"
                     : every == "1" ? "after every epoch"
                                    : "every " + every + " epochs and after the last") +
         train_eval_text(tasks);
}

/// "5 epochs", "100 steps".
std::string stretch_text(const task::Moment& every) {
  if (every.epoch == 0) return fmt::format("{} {}", every.step, every.step == 1 ? "step" : "steps");
  return every.epoch == 1 && every.step == 0 ? "epoch" : length_text(every);
}

/// What ends trainings before their length, where something does.
std::string stop_text(const Tasks& tasks) {
  std::set<std::string> rules;
  bool all_stop = true;
  for (const auto* task : tasks) {
    const auto& rule = task::training(task->task).stop;
    all_stop = all_stop && rule.on();
    if (!rule.on()) continue;
    const auto& all = task->task.record.evaluations;
    const auto judged =
        std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.images == rule.images; });
    rules.insert(fmt::format(
        "{} on {} images has not improved{} for {} evaluations, one every {} (its {} is the result)",
        metrics::facts_of(rule.metric).title, judged == all.end() ? "held-out" : metrics::name_of(judged->name),
        rule.min_delta > 0 ? fmt::format(" by more than {}", rule.min_delta) : "", rule.patience,
        stretch_text(rule.every), rule.restores_best ? "best state" : "last state"));
  }
  if (rules.empty()) return "";
  return fmt::format(" {} ends before this length once {}.",
                     all_stop ? "A training" : "Where a study says so, a training", fmt::join(rules, ", or "));
}

std::string normalisation(const task::TrainSpec& spec) {
  std::vector<std::string> mean, std;
  for (const float value : spec.mean) mean.push_back(number(value));
  for (const float value : spec.std) std.push_back(number(value));
  return fmt::format(" Pixels are divided by 255, less the mean ({}), over the standard deviation ({}) of the channel.",
                     fmt::join(mean, ", "), fmt::join(std, ", "));
}

const char* init_name(network::Init init) {
  switch (init) {
    case network::Init::he_normal_fan_in: return "He-normal by fan-in with zero biases";
    case network::Init::he_normal_fan_out: return "He-normal by fan-out with zero biases";
    case network::Init::torch_default: return "PyTorch's defaults (uniform within 1/sqrt(fan-in))";
    case network::Init::gaussian: return "Caffe's Gaussian fillers";
    case network::Init::ones_zeros: return "ones and zeros for batch norm";
    case network::Init::none: break;
  }
  return "";
}

struct Traits {
  std::vector<std::string> inits;
  std::set<double> dropouts;
  bool batch_norm = false;
};

void walk(const std::vector<network::LayerSpec>& layers, Traits& traits) {
  auto& [inits, dropouts, batch_norm] = traits;
  for (const auto& layer : layers) {
    batch_norm = batch_norm || layer.kind == network::LayerKind::batch_norm;
    const std::string init = init_name(layer.init);
    if (!init.empty() && std::find(inits.begin(), inits.end(), init) == inits.end()) inits.push_back(init);
    if (layer.kind == network::LayerKind::dropout) dropouts.insert(layer.probability);
    for (const auto& branch : layer.branches) walk(branch, traits);
  }
}

}  // namespace

std::string network_methods(const PageContext& context) {
  std::string text;
  for (const auto& [digest, spec] : context.state().catalog.networks) {
    std::vector<std::string> names, dropping;
    Traits traits;
    for (const auto& unit : spec.units) {
      Traits own;
      walk(unit.layers, own);
      walk(unit.layers, traits);
      names.push_back(unit.name);
      if (!own.dropouts.empty()) dropping.push_back(unit.name);
    }
    const std::string name = context.study.networks.size() == 1 ? " " + context.study.networks.front().name : "";
    text += fmt::format("The network{} has {} units: {}. New units are drawn {}.", name, spec.depth(), listed(names),
                        listed(traits.inits));
    if (traits.dropouts.empty()) text += " It has no dropout. ";
    else
      text += fmt::format(" Dropout with probability {} in {}. ", fmt::join(traits.dropouts, " or "), listed(dropping));
    if (traits.batch_norm) text += "Batch norm of frozen units uses running statistics. ";
  }
  return text;
}

std::string training_methods(const PageContext& context) {
  const Tasks sources = trainings_of(context, TrainingsOf::source),
              targets = trainings_of(context, TrainingsOf::target);
  std::string text;
  if (!sources.empty()) {
    text += "Source networks train for " + shared_values(sources) + "; rates: " +
            distinct(sources, [](const store::TaskState& t) { return rates_text(task::training(t.task)); }) +
            ". The last epoch is used. ";
  }
  text += "Target networks train for " + shared_values(targets) + "." + rate_groups(context);
  const auto dropout = distinct(targets, [](const store::TaskState& t) {
    return std::string(task::training(t.task).frozen_dropout == task::FrozenDropout::on ? "on" : "off");
  });
  const auto losses = distinct(targets, [](const store::TaskState& t) {
    return std::string(task::training(t.task).loss == task::Loss::binary
                           ? "mean binary cross-entropy of the labels that count in the batch"
                           : "mean cross-entropy of the batch");
  });
  text += fmt::format(
      " The loss is the {}. Frozen units get no gradient and no decay; their dropout is "
      "{}.",
      losses, dropout);
  return text + stop_text(targets) + evaluation_text(targets) + normalisation(task::training(targets.front()->task));
}

}  // namespace espalier::report
