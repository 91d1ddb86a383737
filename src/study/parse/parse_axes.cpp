// Parses the axes of an experiment, dependent and nested ones included, and its fixed values.
#include <set>

#include "espalier/study/axes.hpp"
#include "study/axis_names.hpp"
#include "study/parse/parse_tables.hpp"

namespace espalier::study {
namespace {

/// Whether `key` is a table of axes: `train = { batch = [..] }` and `train.batch = [..]` are the same in TOML.
bool is_prefix(const std::string& key, const toml::node& node) {
  const toml::table* table = node.as_table();
  return table && !table->contains("by") &&
         (key == "train" || key == "source" || key == "target" || key.starts_with("train.") ||
          key.starts_with("source."));
}

/// The values of one axis read so far; a value may be spelled only once.
struct Values {
  std::vector<Value> list;
  std::set<std::string> spelled;
};

void add_value(const std::string& axis, const std::string& path, const toml::node& node, Values& values,
               Report& report) {
  const auto value = scalar(node);
  if (!value) return report.error(location_of(node), path, {"expected a single value", "found " + kind_of(node), ""});
  if (const auto problem = check_axis_value(axis, *value)) return report.error(location_of(node), path, *problem);
  if (values.spelled.insert(to_string(*value)).second) return values.list.push_back(*value);
  report.error(location_of(node), path,
               {"the value " + to_string(*value) + " stands twice", "each is one cell", "Remove one"});
}

std::vector<Value> parse_values(const std::string& axis, const std::string& path, const toml::node& node,
                                Report& report) {
  Values values;
  if (const toml::array* array = node.as_array()) {
    for (const auto& element : *array) add_value(axis, path, element, values, report);
    if (array->empty())
      report.error(location_of(node), path, {"the axis has no value", "an experiment would be empty", "List values"});
    return values.list;
  }
  if (const toml::value<std::int64_t>* count = node.as_integer(); count && repeats(axis)) {
    const auto read = integer_in(Value(count->get()), 1, 100'000);
    if (read.problem) report.error(location_of(node), path, *read.problem);
    for (std::int64_t i = 1; i <= read.value; ++i) values.list.emplace_back(i);
    return values.list;
  }
  report.error(location_of(node), path,
               {"expected an array of values", "found " + kind_of(node), "Write [...], or put one value under fixed"});
  return values.list;
}

void parse_dependent(Axis& axis, const std::string& path, const toml::table& table, Report& report) {
  for (const auto& entry : entries(table)) {
    if (entry.key != "by" && entry.node->is_string() && !table.contains("by")) {
      axis.by = entry.node->as_string()->get();  // "by" is meant
      report.error(entry.where, path + "." + entry.key, unknown_word("key", entry.key, {"by"}));
    } else if (entry.key != "by") {
      axis.per[entry.key] = parse_values(axis.name, path + "." + entry.key, *entry.node, report);
    } else if (const auto* word = entry.node->as_string()) {
      axis.by = word->get();
    } else {
      report.error(location_of(*entry.node), path + ".by",
                   {"expected the name of an axis", "found " + kind_of(*entry.node), ""});
    }
  }
  if (!table.contains("by") && axis.by.empty()) {
    report.error(axis.where, path,
                 {"expected an array of values", "found a table", "Write [...], or { by = \"target\", ... }"});
  }
}

Axis parse_axis(const std::string& name, const Entry& entry, const std::string& path, Report& report) {
  Axis axis;
  axis.name = name;
  axis.where = entry.where;
  if (const toml::table* table = entry.node->as_table()) {
    parse_dependent(axis, path, *table, report);
  } else {
    axis.values = parse_values(name, path, *entry.node, report);
  }
  return axis;
}

/// Calls `visit(name, entry, report)` for each axis of a table, nested ones by their dotted name. A misspelt one is
/// reported, and visited as the one that it is nearest to, of which nothing more is said.
template <class Visit>
void each_axis(const toml::table& table, const std::string& prefix, const std::string& path, Report& report,
               Visit visit) {
  std::set<std::string> guessed;
  for (const auto& entry : entries(table)) {
    if (prefix.empty() && entry.key == "take") continue;  // the takes of a case; no axis has this name
    const std::string name = prefix.empty() ? entry.key : prefix + "." + entry.key;
    if (is_prefix(name, *entry.node)) {
      each_axis(*entry.node->as_table(), name, path, report, visit);
    } else if (!is_axis(name)) {
      report.error(entry.where, path + "." + name, unknown_word("axis", name, axis_names()));
      std::vector<Diagnostic> unsaid;
      Report silent(unsaid);
      const std::string meant = nearest(name, axis_names());
      const std::string within = prefix.empty() ? "" : prefix + ".";
      const bool is_here = !meant.empty() && meant.starts_with(within) && !table.contains(meant.substr(within.size()));
      if (is_here && guessed.insert(meant).second) visit(meant, entry, silent);
    } else {
      visit(name, entry, report);
    }
  }
}

}  // namespace

std::vector<Axis> parse_axes(const toml::table& table, const std::string& path, Report& report) {
  std::vector<Axis> axes;
  each_axis(table, "", path, report, [&](const std::string& name, const Entry& entry, Report& said) {
    axes.push_back(parse_axis(name, entry, path + "." + name, said));
  });
  return axes;
}

std::vector<std::pair<std::string, Value>> parse_fixed(const toml::table& table, const std::string& path,
                                                       Report& report) {
  std::vector<std::pair<std::string, Value>> fixed;
  each_axis(table, "", path, report, [&](const std::string& name, const Entry& entry, Report& said) {
    Values one;
    add_value(name, path + "." + name, *entry.node, one, said);
    if (!one.list.empty()) fixed.emplace_back(name, one.list.front());
  });
  return fixed;
}

}  // namespace espalier::study
