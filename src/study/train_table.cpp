// Holds the table of training values.
#include "espalier/study/train_table.hpp"

#include <fmt/format.h>

#include <limits>

#include "espalier/core/checks.hpp"
#include "espalier/task/optimisers.hpp"
#include "study/rate_values.hpp"
#include "study/stop_rows.hpp"
#include "study/value_range.hpp"

namespace espalier::study {
namespace {

constexpr std::int64_t kBig = std::numeric_limits<std::int32_t>::max();

std::string words_of(const Duration& value) { return to_string(value); }
std::string words_of(const task::AugmentSpec& value) { return augment_text(value); }
template <class T>
std::string words_of(const T& value) {
  return to_string(Value(value));
}

/// A row of one optional field; `read` is empty where the key is a table of its own.
template <class T>
TrainRow row_for(std::string key, TrainDoc doc, std::optional<T> TrainValues::* field, const std::optional<T>& fallback,
                 const std::function<Read<T>(const Value&)>& read) {
  TrainRow row;
  row.key = std::move(key);
  row.doc = std::move(doc);
  if (read) {
    row.set = [=](TrainValues& values, const Value& value) -> std::optional<Problem> {
      const auto got = read(value);
      if (!got.problem) values.*field = got.value;
      return got.problem;
    };
  }
  if (fallback) row.set_default = [=](TrainValues& values) { values.*field = fallback; };
  row.merge = [=](TrainValues& into, const TrainValues& over) {
    if (over.*field) into.*field = over.*field;
  };
  row.text = [=](const TrainValues& values) {
    return values.*field ? std::optional(words_of(*(values.*field))) : std::nullopt;
  };
  return row;
}

std::function<Read<std::int64_t>(const Value&)> integer_from(std::int64_t least) {
  return [=](const Value& value) { return integer_in(value, least, kBig); };
}
std::function<Read<double>(const Value&)> real(Range range) {
  return [=](const Value& value) { return real_in(value, range); };
}
std::function<Read<std::string>(const Value&)> word(const std::vector<std::string>& allowed) {
  return [=](const Value& value) { return word_of(value, allowed); };
}

/// Words that stand for the values of an enumeration.
template <class Enum>
struct Named {
  const char* name;
  Enum value;
};
constexpr Named<task::FrozenDropout> kFrozenDropouts[] = {{"off", task::FrozenDropout::off},
                                                          {"on", task::FrozenDropout::on}};
constexpr Named<task::Precision> kPrecisions[] = {
    {"fp32", task::Precision::fp32}, {"bf16", task::Precision::bf16}, {"tf32", task::Precision::tf32}};
constexpr Named<task::Keep> kKeeps[] = {{"none", task::Keep::none},
                                        {"selected", task::Keep::selected},
                                        {"last", task::Keep::last},
                                        {"best", task::Keep::best},
                                        {"all", task::Keep::all}};

template <class Enum, std::size_t N>
Enum value_named(const Named<Enum> (&all)[N], const std::string& name) {
  for (const auto& one : all) {
    if (name == one.name) return one.value;
  }
  ESPALIER_EXPECT(!"the parser lets no other word pass");
  return all[0].value;
}

template <class Enum, std::size_t N>
std::string name_of(const Named<Enum> (&all)[N], Enum value) {
  for (const auto& one : all) {
    if (one.value == value) return one.name;
  }
  return "";
}

TrainRow batch() {
  auto row =
      row_for<std::int64_t>("batch", {"integer", "32", "images a step; the last, smaller batch of an epoch is kept"},
                            &TrainValues::batch, 32, integer_from(1));
  row.to_spec = [](const TrainValues& v, task::TrainSpec& spec) { spec.batch = static_cast<std::int32_t>(*v.batch); };
  row.methods = ", in batches of {} (the last, smaller one is kept)";
  row.in_methods = [](const task::TrainSpec& spec) { return std::to_string(spec.batch); };
  return row;
}

auto duration_from(std::int64_t least, Shares shares = Shares::refused) {
  return [=](const Value& value) -> Read<Duration> {
    const auto duration = parse_duration(value);
    if (!duration || !is_in_range(*duration, least, shares)) return {{}, not_a_duration(value, least, shares)};
    return {*duration, std::nullopt};
  };
}

TrainRow epochs() {
  return row_for<Duration>("epochs",
                           {"duration", "\"1000 steps\"", "length: epochs, or steps; 0: drawn and never trained"},
                           &TrainValues::epochs, Duration{Duration::Unit::steps, 1000}, duration_from(0));
}

std::string number(double value) { return fmt::format("{}", static_cast<float>(value)); }

std::string optimiser_text(const task::TrainSpec& spec) {
  return fmt::format(fmt::runtime(task::row_of(spec.optimiser).methods), fmt::arg("momentum", number(spec.momentum)),
                     fmt::arg("decay", number(spec.weight_decay)));
}

TrainRow optimiser() {
  const auto names = task::optimiser_names();
  auto row = row_for<std::string>("optimiser", {"word", "\"sgd\"", either(names)}, &TrainValues::optimiser, "sgd",
                                  word(names));
  row.to_spec = [](const TrainValues& v, task::TrainSpec& spec) {
    spec.optimiser = task::optimiser_named(*v.optimiser);
  };
  row.methods = ", by {}";
  row.in_methods = optimiser_text;
  return row;
}

TrainRow momentum() {
  auto row = row_for<double>("momentum", {"number", "0.9", "of sgd, below 1"}, &TrainValues::momentum, 0.9,
                             real({.least = 0, .below = 1}));
  row.to_spec = [](const TrainValues& v, task::TrainSpec& spec) { spec.momentum = static_cast<float>(*v.momentum); };
  return row;
}

TrainRow weight_decay() {
  auto row = row_for<double>("weight_decay", {"number", "0", "added to the gradient, weights and biases alike"},
                             &TrainValues::weight_decay, 0, real({.least = 0, .most = 1}));
  row.to_spec = [](const TrainValues& v, task::TrainSpec& spec) {
    spec.weight_decay = static_cast<float>(*v.weight_decay);
  };
  return row;
}

TrainRow augment() {
  auto row = row_for<task::AugmentSpec>(
      "augment", {"table or word", "nothing", "random changes of training images, or the name of a setting of them"},
      &TrainValues::augment, task::AugmentSpec{}, {});
  row.set = [](TrainValues& values, const Value& value) {  // names but this one are the study's, and looked up there
    auto problem = word_of(value, {}).problem;
    if (value == Value(kNoAugment)) values.augment.emplace();
    return problem;
  };
  row.to_spec = [](const TrainValues& v, task::TrainSpec& spec) { spec.augment = *v.augment; };
  row.methods = "; augmentation: {}";
  row.in_methods = [](const task::TrainSpec& spec) { return augment_methods(spec.augment); };
  return row;
}

TrainRow frozen_dropout() {
  auto row = row_for<std::string>("frozen_dropout", {"word", "\"off\"", "dropout of frozen units: \"off\" or \"on\""},
                                  &TrainValues::frozen_dropout, "off", word({"off", "on"}));
  row.to_spec = [](const TrainValues& v, task::TrainSpec& spec) {
    spec.frozen_dropout = value_named(kFrozenDropouts, *v.frozen_dropout);
  };
  return row;
}

TrainRow precision() {
  auto row = row_for<std::string>("precision", {"word", "\"fp32\"", "\"fp32\", \"bf16\", or on GPUs \"tf32\""},
                                  &TrainValues::precision, "fp32", word({"fp32", "bf16", "tf32"}));
  row.to_spec = [](const TrainValues& v, task::TrainSpec& spec) {
    spec.precision = value_named(kPrecisions, *v.precision);
  };
  row.methods = "; precision {}";
  row.in_methods = [](const task::TrainSpec& spec) { return name_of(kPrecisions, spec.precision); };
  return row;
}

/// Without a default: that of the data's labels.
TrainRow loss() {
  return row_for<std::string>(
      "loss", {"word", "by the data", "\"cross-entropy\" of one label an image, \"binary\" cross-entropies of several"},
      &TrainValues::loss, {}, word({"cross-entropy", "binary"}));
}

/// Without a default here: it is by how the length is given.
TrainRow evaluate_every() {
  auto row = row_for<Duration>("evaluate.every",
                               {"duration", "1; 5 % of a length in steps",
                                "between evaluations: epochs, \"1000 steps\" or a share; the last is always "
                                "evaluated; 0: only the last"},
                               &TrainValues::evaluate_every, {}, duration_from(0, Shares::taken));
  row.to_record = [](const TrainValues& v, RecordSettings& record) { record.evaluate_every = *v.evaluate_every; };
  return row;
}

TrainRow train_eval() {
  auto row =
      row_for<bool>("train_eval", {"truth value", "false", "also measure the finished network on its training images"},
                    &TrainValues::train_eval, false, truth_of);
  row.first_name = "fit";
  row.to_record = [](const TrainValues& v, RecordSettings& record) { record.train_eval = *v.train_eval; };
  return row;
}

/// Without a default here: what it is depends on whether the rates are the default ones, too.
TrainRow warmup() {
  return row_for<Duration>("warmup",
                           {"duration", "10 % of a training whose rates are the default ones, else 0",
                            "how long all rates rise at the start, in ten steps"},
                           &TrainValues::warmup, {}, duration_from(0, Shares::taken));
}

/// An empty list is one that is inherited.
TrainRow rates() {
  TrainRow row;
  row.key = "rates";
  row.doc = {"array of tables", "top 0.003, rest 0.0003, x0.1 at 50 % and 75 %",
             "rate groups; the first that matches a unit wins"};
  row.set_default = [](TrainValues& values) { values.rates = default_rates(); };
  row.merge = [](TrainValues& into, const TrainValues& over) {
    if (!over.rates.empty()) into.rates = over.rates;
  };
  row.text = [](const TrainValues& v) { return v.rates.empty() ? std::nullopt : std::optional(rates_text(v.rates)); };
  return row;
}

/// An empty word is one that is inherited.
TrainRow keep() {
  TrainRow row;
  row.key = "keep";
  row.doc = {"word", "\"none\"",
             "networks of finished runs that are kept: \"none\", \"selected\", \"best\" or \"last\""};
  row.set = [](TrainValues& values, const Value& value) {
    const auto read = word_of(value, {"none", "selected", "best", "last"});
    if (!read.problem) values.keep = read.value;
    return read.problem;
  };
  row.set_default = [](TrainValues& values) { values.keep = "none"; };
  row.merge = [](TrainValues& into, const TrainValues& over) {
    if (!over.keep.empty()) into.keep = over.keep;
  };
  row.text = [](const TrainValues& v) { return v.keep.empty() ? std::nullopt : std::optional(v.keep); };
  row.to_record = [](const TrainValues& v, RecordSettings& record) { record.keep = value_named(kKeeps, v.keep); };
  return row;
}

TrainRow warn_below() {
  return row_for<double>("warn_below", {"number", "none", "sources: validation top-1 of a usable source"},
                         &TrainValues::warn_below, {}, real({.least = 0, .most = 1}));
}

}  // namespace

const std::vector<TrainRow>& train_rows() {
  static const std::vector<TrainRow> rows = [] {
    std::vector<TrainRow> all = {batch(),      epochs(),         optimiser(), momentum(), weight_decay(),
                                 augment(),    frozen_dropout(), precision(), loss(),     evaluate_every(),
                                 train_eval(), rates(),          warmup()};
    for (auto& row : stop_rows()) all.push_back(std::move(row));
    for (auto& row : {keep(), warn_below()}) all.push_back(row);
    return all;
  }();
  return rows;
}

void write_spec(const TrainValues& values, task::TrainSpec& spec) {
  for (const auto& row : train_rows()) {
    if (row.to_spec) row.to_spec(values, spec);
  }
}

RecordSettings record_settings(const TrainValues& values) {
  RecordSettings record;
  for (const auto& row : train_rows()) {
    if (row.to_record) row.to_record(values, record);
  }
  return record;
}

}  // namespace espalier::study
