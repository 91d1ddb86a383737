// Parses [tree.NAME] and [labels.NAME]: where a class tree comes from, and how it is cut into labels.
#include "study/parse/parse_tables.hpp"

namespace espalier::study {
namespace {

constexpr std::int64_t kDeepest = 10'000;
constexpr std::int64_t kMostClasses = 10'000'000;

Tree parse_tree(const std::string& name, const Reader& reader) {
  Tree tree{name, reader.where()};
  tree.file = reader.word("file").value_or("");
  tree.names = reader.word("names").value_or("");
  tree.data = reader.word("data").value_or("");
  tree.levels = reader.choice("levels", {"coarse"}).value_or("coarse");
  if (reader.has("file") == reader.has("data")) {
    const bool both = reader.has("file");
    reader.error("file", {both ? "both file and data" : "neither file nor data",
                          "a tree is told by a file, or by the coarser labels of a data set",
                          both ? "Remove one of them" : "Write file = \"tree.tsv\", or data and levels"});
  } else if (reader.has("file") && reader.has("levels")) {
    reader.error("levels", {"levels without data", "a file tells all levels", "Remove it"});
  }
  return tree;
}

/// One class or node, or an array of them, by name or index.
std::vector<Value> class_words(const toml::node& node, const std::string& path, Report& report) {
  std::vector<Value> all;
  const auto add = [&](const toml::node& one) {
    const auto value = scalar(one);
    if (value && std::holds_alternative<std::string>(value->held)) return all.push_back(*value);
    const auto index = value ? integer_in(*value, 0, kMostClasses) : Read<std::int64_t>{};
    if (!value || index.problem)
      return report.error(location_of(one), path,
                          {"expected a class", "found " + kind_of(one), "Write its name, or its index from 0"});
    all.emplace_back(index.value);
  };
  if (const toml::array* array = node.as_array()) {
    for (const auto& one : *array) add(one);
    if (array->empty()) report.error(location_of(node), path, {"the list is empty", "a label stands for classes", ""});
  } else {
    add(node);
  }
  return all;
}

void parse_groups(const Reader& cut, LabelSet& labels) {
  if (!cut.has("groups")) cut.missing("groups", "Write { birds = [\"eagle\", \"owl\"], fish = [\"tench\"] }");
  const toml::table* groups = cut.child("groups");
  if (!groups) return;
  for (const auto& entry : entries(*groups)) {
    labels.groups.emplace_back(entry.key, class_words(*entry.node, cut.path("groups") + "." + entry.key, cut.report()));
  }
}

void parse_amount(const Reader& cut, LabelSet& labels, const std::string& key) {
  if (!cut.has(key)) cut.missing(key, "Write " + key + " = 3");
  labels.amount = static_cast<std::int32_t>(cut.integer(key, 1, kDeepest).value_or(1));
}

void parse_cut(const Reader& reader, LabelSet& labels) {
  const toml::table* table = reader.child("cut");
  if (!table) return;
  const Reader cut(*table, reader.path("cut"), "labels.NAME.cut", reader.report());
  const auto read = cut.choice("kind", {"leaves", "clamp", "absorb", "listed"});
  if (cut.has("kind") && !read) return;
  const std::string kind = read.value_or("leaves");
  if (kind == "clamp") {
    labels.cut = LabelSet::Cut::clamp;
    parse_amount(cut, labels, "depth");
  } else if (kind == "absorb") {
    labels.cut = LabelSet::Cut::absorb;
    parse_amount(cut, labels, "rounds");
  } else if (kind == "listed") {
    labels.cut = LabelSet::Cut::listed;
    parse_groups(cut, labels);
  }
  for (const auto& [key, owner] : {std::pair{"depth", "clamp"}, {"rounds", "absorb"}, {"groups", "listed"}}) {
    if (!cut.has(key) || kind == owner) continue;
    cut.error(key, {"'" + std::string(key) + "' does not belong to kind = \"" + kind + "\"", "it would have no effect",
                    "Remove it, or write kind = \"" + std::string(owner) + "\""});
  }
}

LabelSet parse_label_set(const std::string& name, const Reader& reader) {
  LabelSet labels{name, reader.where()};
  labels.tree = reader.word("tree").value_or("");
  labels.data = reader.word("data").value_or("");
  parse_cut(reader, labels);
  labels.without = reader.words("without");
  labels.without_classes_of = reader.word("without_classes_of").value_or("");
  if (const auto* classes = reader.node("classes"))
    labels.classes = class_words(*classes, reader.path("classes"), reader.report());
  return labels;
}

}  // namespace

void parse_labels(const Reader& root, Study& study) {
  each_named(root, "tree",
             [&](const std::string& name, const Reader& reader) { study.trees.push_back(parse_tree(name, reader)); });
  each_named(root, "labels", [&](const std::string& name, const Reader& reader) {
    study.labels.push_back(parse_label_set(name, reader));
  });
}

}  // namespace espalier::study
