// Sets the keys of a rule to stop, and puts the rule into words.
#include "study/stop_rows.hpp"

#include <fmt/format.h>

#include <limits>

#include "espalier/core/errors.hpp"
#include "espalier/metrics/row.hpp"
#include "study/value_range.hpp"

namespace espalier::study {
namespace {

constexpr const char* kNone = "none";
constexpr std::int64_t kBig = std::numeric_limits<std::int32_t>::max();

/// A row of one key: `set` changes a copy of the rule, which counts where it finds no problem.
TrainRow key_row(const std::string& key, TrainDoc doc,
                 const std::function<std::optional<Problem>(StopRule&, const Value&)>& set) {
  TrainRow row;
  row.key = "stop." + key;
  row.doc = std::move(doc);
  row.set = [=](TrainValues& values, const Value& value) {
    StopRule rule = values.stop.value_or(StopRule{});
    rule.on = true;
    auto problem = set(rule, value);
    if (!problem) values.stop = std::move(rule);
    return problem;
  };
  row.merge = [](TrainValues&, const TrainValues&) {};  // the rule is merged as a whole
  row.text = [](const TrainValues&) { return std::optional<std::string>(); };
  return row;
}

/// Only images that are scored while a network is trained can judge it.
std::optional<Problem> set_metric(StopRule& rule, const Value& value) {
  const auto read = word_of(value, {});
  if (read.problem) return read.problem;
  try {
    const auto metric = metrics::parse_metric(read.value);
    const bool is_held_out = metric.subset == metrics::Subset::valid || metric.subset == metrics::Subset::test;
    if (!is_held_out || metrics::facts_of(metric.metric).of_sets) {
      return Problem{"'" + read.value + "' cannot end a training",
                     "it is not measured on held-out images while the network is trained",
                     "Write \"valid.top1\", \"valid.top5\" or \"valid.loss\""};
    }
  } catch (const UsageError& error) {
    return error.problem();
  }
  rule.metric = read.value;
  return std::nullopt;
}

std::optional<Problem> set_every(StopRule& rule, const Value& value) {
  const auto duration = parse_duration(value);
  if (!duration || !is_in_range(*duration, 1, Shares::refused)) return not_a_duration(value, 1, Shares::refused);
  rule.every = *duration;
  return std::nullopt;
}

std::optional<Problem> set_patience(StopRule& rule, const Value& value) {
  const auto read = integer_in(value, 1, kBig);
  if (!read.problem) rule.patience = read.value;
  return read.problem;
}

std::optional<Problem> set_min_delta(StopRule& rule, const Value& value) {
  const auto read = real_in(value, {.least = 0});
  if (!read.problem) rule.min_delta = read.value;
  return read.problem;
}

std::optional<Problem> set_restore(StopRule& rule, const Value& value) {
  const auto read = word_of(value, {"best", "last"});
  if (!read.problem) rule.restore = read.value;
  return read.problem;
}

std::string duration_text(const Duration& every) {
  const std::string unit = every.unit == Duration::Unit::steps ? "step" : "epoch";
  return every.count == 1 ? unit : fmt::format("{} {}s", every.count, unit);
}

/// A table of its own; as a word only "none", which switches off a rule that would be inherited.
TrainRow whole() {
  TrainRow row;
  row.key = "stop";
  row.doc = {"table or word", "\"none\"",
             "a rule that ends a training before its length; \"none\": it trains to its length"};
  row.set = [](TrainValues& values, const Value& value) {
    auto problem = word_of(value, {kNone}).problem;
    if (!problem) values.stop.emplace();
    return problem;
  };
  row.merge = [](TrainValues& into, const TrainValues& over) {
    if (over.stop) into.stop = over.stop;
  };
  row.text = [](const TrainValues& v) {
    return v.stop && v.stop->on ? std::optional(stop_text(*v.stop)) : std::nullopt;
  };
  return row;
}

}  // namespace

std::vector<TrainRow> stop_rows() {
  return {whole(),
          key_row("metric",
                  {"word", "\"valid.top1\"", "what is compared: valid (or test), a dot, top1, top5, loss or another"},
                  set_metric),
          key_row("every", {"duration", "1", "epochs, or \"100 steps\", between its evaluations; the end is one, too"},
                  set_every),
          key_row("patience", {"integer", "required", "evaluations without a better one after which the training ends"},
                  set_patience),
          key_row("min_delta", {"number", "0", "better is better by more than this; of top1 and top5: a share"},
                  set_min_delta),
          key_row("restore",
                  {"word", "\"best\"",
                   "the result: the state of the \"best\" evaluation, the earliest of equal ones, "
                   "or the \"last\" state"},
                  set_restore)};
}

std::string stop_text(const StopRule& rule) {
  if (!rule.on) return kNone;
  std::string text = fmt::format("{} every {}, patience {}", rule.metric, duration_text(rule.every), rule.patience);
  if (rule.min_delta > 0) text += fmt::format(", better by more than {}", rule.min_delta);
  return text + (rule.restore == "best" ? ", the best state is restored" : ", the last state is the result");
}

}  // namespace espalier::study
