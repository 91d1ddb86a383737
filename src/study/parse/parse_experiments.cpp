// Parses [[experiment]]: kind, start, axes, zips, exclusions, cases, fixed values and takes; and [[pick]].
#include <set>

#include "espalier/study/kinds.hpp"
#include "study/parse/parse_tables.hpp"

namespace espalier::study {
namespace {

void parse_zip(const Reader& reader, Experiment& experiment) {
  const toml::node* node = reader.node("zip");
  if (!node) return;
  const toml::array* array = node->as_array();
  if (!array) return reader.error("zip", {"expected an array of axis names", "found " + kind_of(*node), ""});
  const bool one_group = !array->empty() && array->get(0)->is_string();
  auto add = [&](const toml::node& group) {
    std::vector<std::string> names;
    for (const auto& element : *group.as_array()) {
      if (const auto* name = element.as_string()) {
        names.push_back(name->get());
      } else {
        reader.report().error(location_of(element), reader.path("zip"),
                              {"expected the name of an axis", "found " + kind_of(element), ""});
      }
    }
    experiment.zips.push_back(std::move(names));
  };
  if (one_group) return add(*node);
  for (const auto& element : *array) {
    if (element.is_array()) {
      add(element);
    } else {
      reader.report().error(location_of(element), reader.path("zip"),
                            {"expected an array of axis names", "found " + kind_of(element), ""});
    }
  }
}

void parse_excludes(const Reader& reader, Experiment& experiment) {
  std::set<std::string> names;
  for (const toml::table* table : reader.children("exclude")) {
    const Reader rule(*table, reader.path("exclude"), "experiment.exclude", reader.report());
    for (const char* key : {"name", "when"}) {
      if (!rule.has(key)) rule.missing(key, "Write { name = \"...\", when = \"frozen > transferred\" }");
    }
    Exclude exclude{rule.where(), rule.word("name").value_or(""), rule.word("when").value_or("")};
    if (!exclude.name.empty() && !names.insert(exclude.name).second) {
      rule.error("name", {"two rules are named '" + exclude.name + "'", "plan counts by name", "Rename one"});
    }
    experiment.excludes.push_back(std::move(exclude));
  }
}

void parse_cases(const Reader& reader, const std::vector<std::string>& mean_over, Experiment& experiment) {
  const toml::table* all = reader.child("case");
  if (!all) return;
  for (const auto& entry : entries(*all)) {
    const std::string path = reader.path("case") + "." + entry.key;
    const toml::table* table = entry.node->as_table();
    if (!table) {
      reader.report().error(entry.where, path,
                            {"expected a table", "found " + kind_of(*entry.node), "Write { transferred = 0 }"});
      continue;
    }
    Case one;
    one.name = entry.key;
    one.where = entry.where;
    one.fixed = parse_fixed(*table, path, reader.report());
    one.takes = parse_takes(*table, path, mean_over, reader.report());
    experiment.cases.push_back(std::move(one));
  }
}

std::optional<DistanceNetwork> parse_cnn(const Reader& reader, const Study& study) {
  const toml::table* table = reader.child("cnn");
  if (!table) return std::nullopt;
  const Reader own(*table, reader.path("cnn"), "experiment.cnn", reader.report());
  if (!own.has("network")) own.missing("network", "Name a network of the study");
  DistanceNetwork cnn{own.where(), own.word("network").value_or(""), {}};
  if (const toml::table* train = own.child("train")) {
    cnn.train = parse_train(*train, own.path("train"), /*is_source=*/false, study, reader.report());
  }
  return cnn;
}

Experiment parse_one(const Reader& reader, const Study& study, const std::vector<std::string>& mean_over) {
  Experiment experiment;
  experiment.where = reader.where();
  if (!reader.has("name")) reader.missing("name", "Add name = \"...\"");
  experiment.name = reader.word("name").value_or("#" + std::to_string(study.experiments.size() + 1));
  experiment.kind = reader.choice("kind", kind_names()).value_or(reader.has("kind") ? "" : "train");
  experiment.start = parse_start(reader);
  experiment.units_from = parse_units_from(reader);
  experiment.cnn = parse_cnn(reader, study);
  if (const toml::table* axes = reader.child("axes")) {
    experiment.axes = parse_axes(*axes, reader.path("axes"), reader.report());
  }
  if (const toml::table* fixed = reader.child("fixed")) {
    experiment.fixed = parse_fixed(*fixed, reader.path("fixed"), reader.report());
  }
  parse_zip(reader, experiment);
  experiment.takes = parse_takes(reader.table(), reader.path(), mean_over, reader.report());
  parse_excludes(reader, experiment);
  parse_cases(reader, mean_over, experiment);
  return experiment;
}

constexpr const char* kPickForm = "Write from = [\"...\"], best = \"valid.top1\", per = [\"target\", \"split\"]";

Experiment parse_pick(const Reader& reader, std::size_t number) {
  Experiment experiment;
  experiment.where = reader.where();
  experiment.kind = "pick";
  for (const char* key : {"name", "from", "best"}) {
    if (!reader.has(key)) reader.missing(key, key == std::string("name") ? "Add name = \"...\"" : kPickForm);
  }
  experiment.name = reader.word("name").value_or("#" + std::to_string(number));
  experiment.pick = Pick{reader.where(), reader.words("from"), reader.word("best").value_or(""), reader.words("per")};
  const auto* from = reader.node("from");
  if (from && from->is_array() && from->as_array()->empty())
    reader.error("from", {"there is nothing to pick from", "the list is empty", kPickForm});
  return experiment;
}

}  // namespace

void parse_experiments(const Reader& root, Study& study) {
  Report& report = root.report();
  const auto tables = root.children("experiment");
  std::vector<std::string> mean_over = {"split"};
  if (study.split.folds > 0) mean_over.push_back("fold");
  if (!root.has("experiment")) {
    return report.error({}, "experiment",
                        {"there is no experiment", "a study runs one at least", "Add [[experiment]]"});
  }
  for (const toml::table* table : tables) {
    const auto name = (*table)["name"].value<std::string>();
    const std::string path = "experiment." + name.value_or("#" + std::to_string(study.experiments.size() + 1));
    const Reader reader(*table, path, "experiment", report);
    study.experiments.push_back(parse_one(reader, study, mean_over));
  }
}

void parse_picks(const Reader& root, Study& study) {
  std::size_t number = 0;
  for (const toml::table* table : root.children("pick")) {
    const auto name = (*table)["name"].value<std::string>();
    const std::string path = "pick." + name.value_or("#" + std::to_string(++number));
    study.experiments.push_back(parse_pick(Reader(*table, path, "pick", root.report()), number));
  }
}

}  // namespace espalier::study
