// Parses a table of training values such as [train], with its nested tables, and [augment.NAME].
#include "espalier/study/train_table.hpp"
#include "study/parse/parse_tables.hpp"

namespace espalier::study {
namespace {

void set_from(const Reader& reader, const std::string& prefix, const Entry& entry, TrainValues& values) {
  const auto value = scalar(*entry.node);
  if (!value) {
    return reader.error(entry.key, {"expected a single value", "found " + kind_of(*entry.node), ""});
  }
  if (const auto problem = set_train_value(values, prefix + entry.key, *value)) reader.error(entry.key, *problem);
}

/// Parses a table inside [train]: augment, evaluate or stop.
void set_nested(const Reader& train, const std::string& key, TrainValues& values) {
  const toml::table* table = train.child(key);
  if (!table) return;
  const Reader reader(*table, train.path(key), "train." + key, train.report());
  if (key == "augment") values.augment.emplace();
  if (key == "stop") values.stop = StopRule{.where = reader.where(), .on = true};
  for (const auto& entry : entries(*table)) {
    if (is_train_key(key + "." + entry.key)) set_from(reader, key + ".", entry, values);
  }
}

void check_source_only(const Reader& reader, bool is_source) {
  if (!reader.has("warn_below") || is_source) return;
  reader.error("warn_below",
               {"'warn_below' belongs to a source", "it judges pretrainings", "Move it to [source.NAME] train"});
}

void check_names(const Reader& reader) {
  for (const auto& row : train_rows()) {
    if (row.first_name.empty() || !reader.has(row.key) || !reader.has(row.first_name)) continue;
    reader.error(row.first_name, {row.key + " and " + row.first_name + " are one key",
                                  row.first_name + " is its earlier name", "Remove it"});
  }
}

void check_augment(Report& report, Location where, const std::string& key, const TrainValues& values) {
  if (values.augment && values.augment->shifted_crop > 0 && values.augment->random_resized > 0) {
    report.error(where, key,
                 {"both shifted_crop and random_resized", "a training image is cropped once", "Choose one"});
  }
}

/// A patience that is there and wrong is reported as such.
void check_stop(const Reader& reader) {
  const toml::table* stop = reader.table().get_as<toml::table>("stop");
  if (!stop || stop->contains("patience") || reader.report().has_error({reader.path("stop.")})) return;
  reader.error("stop",
               {"stop has no patience", "it says after how many evaluations without a better one a training ends",
                "Write stop = { metric = \"valid.top1\", every = 5, patience = 3 }"});
}

/// `augment = "light"`: the table of that name.
void set_named_augment(const Reader& reader, const Study& study, TrainValues& values) {
  const auto name = reader.word("augment");
  values.augment = name ? augment_named(study, *name) : std::nullopt;
  if (name && !values.augment) reader.error("augment", unknown_word("augmentation", *name, augment_names(study)));
}

task::AugmentSpec parse_augment(const Reader& root, const std::string& name, const toml::table& table) {
  const Reader reader(table, "augment." + name, "train.augment", root.report());
  TrainValues values;
  values.augment.emplace();
  for (const auto& entry : entries(table)) {
    if (is_train_key("augment." + entry.key)) set_from(reader, "augment.", entry, values);
  }
  check_augment(root.report(), reader.where(), "augment." + name, values);
  if (name == kNoAugment) {
    root.report().error(reader.where(), "augment.none",
                        {"'none' is the setting that changes nothing", "it is always there", "Choose another name"});
  }
  return *values.augment;
}

}  // namespace

void parse_augments(const Reader& root, Study& study) {
  const toml::table* all = root.child("augment");
  if (!all) return;
  for (const auto& entry : entries(*all)) {
    if (const toml::table* table = entry.node->as_table()) {
      study.augments[entry.key] = parse_augment(root, entry.key, *table);
    } else {
      root.report().error(entry.where, "augment." + entry.key,
                          {"expected a table", "found " + kind_of(*entry.node), "Write [augment.NAME]"});
    }
  }
}

TrainValues parse_train(const toml::table& table, const std::string& path, bool is_source, const Study& study,
                        Report& report) {
  const Reader reader(table, path, "train", report);
  TrainValues values;
  for (const auto& entry : entries(table)) {
    if (entry.key == "augment" && entry.node->is_string()) {
      set_named_augment(reader, study, values);
    } else if (entry.key == "augment" || entry.key == "evaluate" || (entry.key == "stop" && entry.node->is_table())) {
      set_nested(reader, entry.key, values);
    } else if (entry.key == "rates") {
      values.rates = parse_rates(*entry.node, reader.path("rates"), report);
    } else if (is_train_key(entry.key)) {
      set_from(reader, "", entry, values);
    }
  }
  check_names(reader);
  check_stop(reader);
  check_source_only(reader, is_source);
  if (table.get_as<toml::table>("augment"))
    check_augment(report, reader.where("augment"), reader.path("augment"), values);
  return values;
}

}  // namespace espalier::study
