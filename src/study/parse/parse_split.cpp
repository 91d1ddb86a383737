// Parses [split]: random, listed, minimal, by images or none, and its folds.
#include "study/parse/parse_tables.hpp"

namespace espalier::study {
namespace {

std::vector<std::int32_t> class_indices(const Reader& reader, const std::string& key) {
  std::vector<std::int32_t> classes;
  for (const auto index : reader.integers(key, 0, 10'000'000)) classes.push_back(static_cast<std::int32_t>(index));
  return classes;
}

void parse_random(const Reader& reader, Split& split) {
  for (const char* half : {"source", "target"}) {
    if (!reader.has(half)) reader.missing(half, "Write how many classes the half has");
  }
  split.source = static_cast<std::int32_t>(reader.integer("source", 1, 10'000'000).value_or(1));
  split.target = static_cast<std::int32_t>(reader.integer("target", 1, 10'000'000).value_or(1));
}

void parse_listed(const Reader& reader, Split& split) {
  if (!reader.has("listed")) reader.missing("listed", "Write [{ source = [0, 1], target = [2, 3] }]");
  for (const toml::table* table : reader.children("listed")) {
    const Reader half(*table, reader.path("listed"), "split.listed", reader.report());
    for (const char* key : {"source", "target"}) {
      if (!half.has(key)) half.missing(key, "List the class indices of this half");
    }
    split.listed.push_back({class_indices(half, "source"), class_indices(half, "target")});
  }
  split.count = static_cast<std::int32_t>(split.listed.size());
}

void parse_minimal(const Reader& reader, Split& split) {
  if (!reader.has("tree")) reader.missing("tree", "Name a class tree, [tree.NAME]");
  split.tree = reader.word("tree").value_or("");
  split.below = reader.word("below").value_or("");
  split.depth = static_cast<std::int32_t>(reader.integer("depth", 1, 10'000).value_or(0));
  if (split.below.empty()) {
    if (!reader.has("depth")) reader.missing("depth", "Write from which depth on the halves share no node");
    split.count = static_cast<std::int32_t>(reader.integer("count", 1, 100'000).value_or(1));
    return parse_random(reader, split);
  }
  for (const char* key : {"count", "source", "target"}) {
    if (!reader.has(key)) continue;
    reader.error(key, {"'" + std::string(key) + "' beside below",
                       "below makes one split, whose halves have their sizes", "Remove one of them"});
  }
}

void parse_images(const Reader& reader, Split& split) {
  if (!reader.has("parts")) reader.missing("parts", "Write { source = 0.5, target = 0.5 }");
  const toml::table* table = reader.child("parts");
  if (!table) return;
  double sum = 0;
  for (const auto& entry : entries(*table)) {
    const auto value = scalar(*entry.node);
    const auto share = value ? real_in(*value, {.most = 1, .above = 0})
                             : Read<double>{0, Problem{"expected a number", "found " + kind_of(*entry.node), ""}};
    if (share.problem) reader.report().error(entry.where, reader.path("parts") + "." + entry.key, *share.problem);
    split.parts.push_back({entry.key, share.value});  // a faulty one, too: its name is known
    sum += share.value;
  }
  constexpr double kRounding = 1e-9;  // 0.1, 0.2 and 0.7 sum to a little more than 1
  if (table->empty()) reader.error("parts", {"there is no part", "the images are divided into some", ""});
  if (sum > 1 + kRounding)
    reader.error("parts", {"the parts sum to " + to_string(Value(sum)), "an image is in one part only", "Lower one"});
}

/// The classes that are divided.
void parse_divided(const Reader& reader, Split& split) {
  const auto word = reader.word("classes");
  if (!word) return;
  split.classes = *word;
  if (*word == "all" || (word->starts_with("labels.") && word->size() > 7)) return;
  reader.error("classes", {"'" + *word + "' says no classes", "all are divided, or those of a label set",
                           "Write \"labels.NAME\", or leave it out"});
  split.classes = "all";
}

void refuse_others(const Reader& reader, const std::string& kind, std::initializer_list<const char*> others) {
  for (const char* key : others) {
    if (!reader.has(key)) continue;
    reader.error(key, {"'" + std::string(key) + "' does not belong to kind = \"" + kind + "\"",
                       "it would have no effect", "Remove it, or change the kind"});
  }
}

}  // namespace

void parse_split(const Reader& root, Study& study) {
  const toml::table* table = root.child("split");
  if (!table) return;
  const Reader reader(*table, "split", "split", root.report());
  Split& split = study.split;
  split.where = reader.where();
  split.data = reader.word("data").value_or("");
  split.folds = static_cast<std::int32_t>(reader.integer("folds", 2, 1'000).value_or(0));
  parse_divided(reader, split);
  if (!reader.has("kind") && !reader.has("folds"))
    reader.missing("kind", "Write kind = \"random\", \"listed\", \"images\", \"minimal\" or \"none\"");
  const auto kind = reader.choice("kind", {"none", "random", "listed", "images", "minimal"});
  if (kind == "random") {
    split.kind = Split::Kind::random;
    split.count = static_cast<std::int32_t>(reader.integer("count", 1, 100'000).value_or(1));
    parse_random(reader, split);
    refuse_others(reader, "random", {"listed", "parts", "tree", "depth", "below"});
  } else if (kind == "listed") {
    split.kind = Split::Kind::listed;
    parse_listed(reader, split);
    refuse_others(reader, "listed", {"count", "source", "target", "parts", "tree", "depth", "below"});
  } else if (kind == "images") {
    split.kind = Split::Kind::images;
    split.count = static_cast<std::int32_t>(reader.integer("count", 1, 100'000).value_or(1));
    parse_images(reader, split);
    refuse_others(reader, "images", {"source", "target", "listed", "data", "tree", "depth", "below", "classes"});
  } else if (kind == "minimal") {
    split.kind = Split::Kind::minimal;
    parse_minimal(reader, split);
    refuse_others(reader, "minimal", {"listed", "parts"});
  } else if (kind == "none") {
    refuse_others(reader, "none",
                  {"count", "source", "target", "listed", "parts", "tree", "depth", "below", "classes"});
  }
}

}  // namespace espalier::study
