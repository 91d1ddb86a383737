// Parses [split]: random, listed or none, and its folds.
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
  if (!reader.has("kind") && !reader.has("folds"))
    reader.missing("kind", "Write kind = \"random\", \"listed\" or \"none\"");
  const auto kind = reader.choice("kind", {"none", "random", "listed"});
  if (kind == "random") {
    split.kind = Split::Kind::random;
    split.count = static_cast<std::int32_t>(reader.integer("count", 1, 100'000).value_or(1));
    parse_random(reader, split);
    refuse_others(reader, "random", {"listed"});
  } else if (kind == "listed") {
    split.kind = Split::Kind::listed;
    parse_listed(reader, split);
    refuse_others(reader, "listed", {"count", "source", "target"});
  } else if (kind == "none") {
    refuse_others(reader, "none", {"count", "source", "target", "listed"});
  }
}

}  // namespace espalier::study
