// Reads words, numbers, tables and lists from TOML nodes, and reports unknown keys and wrong types.
#include "study/parse/reader.hpp"

#include <algorithm>
#include <tuple>

#include "espalier/study/parse.hpp"

namespace espalier::study {
namespace {

Location location(const toml::source_region& source) {
  return {static_cast<std::int32_t>(source.begin.line), static_cast<std::int32_t>(source.begin.column)};
}

Problem expected(const std::string& wanted, const toml::node& node) {
  return {"expected " + wanted, "found " + kind_of(node), ""};
}

std::vector<std::string> known_keys(const std::string& table) {
  std::vector<std::string> known;
  for (const auto& doc : keys()) {
    if (doc.table == table) known.push_back(doc.key);
  }
  return known;
}

}  // namespace

Location location_of(const toml::node& node) { return location(node.source()); }
Location location_of(const toml::key& key) { return location(key.source()); }

std::optional<Value> scalar(const toml::node& node) {
  if (const auto* integer = node.as_integer()) return Value(integer->get());
  if (const auto* real = node.as_floating_point()) return Value(real->get());
  if (const auto* word = node.as_string()) return Value(word->get());
  if (const auto* truth = node.as_boolean()) return Value(truth->get());
  return std::nullopt;
}

std::string kind_of(const toml::node& node) {
  if (const auto value = scalar(node)) return kind_of(*value) + " '" + to_string(*value) + "'";
  if (node.is_table()) return "a table";
  return node.is_array() ? "an array" : "a date or time";
}

std::vector<Entry> entries(const toml::table& table) {
  std::vector<Entry> all;
  for (auto&& [key, node] : table) all.push_back({std::string(key.str()), location_of(key), &node});
  std::stable_sort(all.begin(), all.end(), [](const Entry& a, const Entry& b) {
    return std::tuple(a.where.line == 0, a.where.line, a.where.column) <
           std::tuple(b.where.line == 0, b.where.line, b.where.column);
  });
  return all;
}

void Report::error(Location where, const std::string& key, const Problem& problem) {
  into_.push_back({Diagnostic::Severity::error, where, key, problem});
}

bool Report::has_error(const std::vector<std::string>& keys) const {
  return std::any_of(into_.begin(), into_.end(), [&](const Diagnostic& said) {
    const auto begins = [&](const std::string& key) { return said.key.starts_with(key); };
    return said.severity == Diagnostic::Severity::error && std::any_of(keys.begin(), keys.end(), begins);
  });
}

bool Report::has_error(Location where, const std::string& key) const {
  return std::any_of(into_.begin(), into_.end(), [&](const Diagnostic& said) {
    return said.severity == Diagnostic::Severity::error && said.key == key && said.where == where;
  });
}

void Report::warning(Location where, const std::string& key, const Problem& problem) {
  into_.push_back({Diagnostic::Severity::warning, where, key, problem});
}

Reader::Reader(const toml::table& node, std::string path, const std::string& table, Report& report)
    : node_(node), path_(std::move(path)), report_(report) {
  const auto known = known_keys(table);
  for (const auto& entry : entries(node_)) {
    if (std::find(known.begin(), known.end(), entry.key) != known.end()) continue;
    report_.error(entry.where, this->path(entry.key), unknown_word("key", entry.key, known));
    const std::string meant = nearest(entry.key, known);
    if (!meant.empty() && !node_.contains(meant)) misspelt_.try_emplace(meant, entry.node);
  }
}

const toml::node* Reader::node(const std::string& key) const {
  const auto guessed = misspelt_.find(key);
  return guessed == misspelt_.end() ? node_.get(key) : guessed->second;
}

Location Reader::where(const std::string& key) const {
  const toml::node* found = node(key);
  return found ? location_of(*found) : where();
}

void Reader::error(const std::string& key, const Problem& problem) const {
  if (misspells(key) || (has(key) && report_.has_error(where(key), path(key)))) return;
  report_.error(where(key), path(key), problem);
}

void Reader::missing(const std::string& key, const std::string& suggestion) const {
  error(key, {"'" + key + "' is missing", "it has no default", suggestion});
}

template <class Get>
auto Reader::one(const std::string& key, Get get) const -> std::optional<decltype(get(Value()).value)> {
  const toml::node* found = node(key);
  if (!found) return std::nullopt;
  const auto value = scalar(*found);
  if (!value) {
    error(key, expected("a single value", *found));
    return std::nullopt;
  }
  auto read = get(*value);
  if (!read.problem) return std::move(read.value);
  error(key, *read.problem);
  return std::nullopt;
}

template <class Get>
auto Reader::many(const std::string& key, Get get) const -> std::vector<decltype(get(Value()).value)> {
  std::vector<decltype(get(Value()).value)> all;
  const toml::node* found = node(key);
  if (!found) return all;
  auto add = [&](const toml::node& element) {
    const auto value = scalar(element);
    auto read = value ? get(*value) : decltype(get(Value())){{}, expected("a single value", element)};
    if (read.problem && misspells(key)) return;
    if (read.problem) return report_.error(location_of(element), path(key), *read.problem);
    all.push_back(std::move(read.value));
  };
  if (const toml::array* array = found->as_array()) {
    for (const auto& element : *array) add(element);
  } else {
    add(*found);
  }
  return all;
}

std::optional<std::string> Reader::word(const std::string& key) const { return choice(key, {}); }

std::optional<std::string> Reader::choice(const std::string& key, const std::vector<std::string>& allowed) const {
  return one(key, [&](const Value& value) { return word_of(value, allowed); });
}

std::optional<std::int64_t> Reader::integer(const std::string& key, std::int64_t least, std::int64_t most) const {
  return one(key, [=](const Value& value) { return integer_in(value, least, most); });
}

std::optional<double> Reader::real(const std::string& key, Range range) const {
  return one(key, [=](const Value& value) { return real_in(value, range); });
}

std::optional<bool> Reader::truth(const std::string& key) const {
  return one(key, [](const Value& value) { return truth_of(value); });
}

std::vector<std::string> Reader::words(const std::string& key) const {
  return many(key, [](const Value& value) { return word_of(value, {}); });
}

std::vector<std::int64_t> Reader::integers(const std::string& key, std::int64_t least, std::int64_t most) const {
  return many(key, [=](const Value& value) { return integer_in(value, least, most); });
}

std::vector<double> Reader::reals(const std::string& key, Range range) const {
  return many(key, [=](const Value& value) { return real_in(value, range); });
}

const toml::table* Reader::child(const std::string& key) const {
  const toml::node* found = node(key);
  if (!found) return nullptr;
  if (!found->is_table()) error(key, expected("a table", *found));
  return found->as_table();
}

std::vector<const toml::table*> Reader::children(const std::string& key) const {
  std::vector<const toml::table*> all;
  const toml::node* found = node(key);
  if (!found) return all;
  if (const toml::table* lone = found->as_table()) return {lone};
  if (!found->is_array()) {
    error(key, expected("an array of tables", *found));
    return all;
  }
  for (const auto& element : *found->as_array()) {
    if (const toml::table* table = element.as_table()) {
      all.push_back(table);
    } else {
      report_.error(location_of(element), path(key), expected("a table", element));
    }
  }
  return all;
}

void each_named(const Reader& root, const std::string& key,
                const std::function<void(const std::string&, const Reader&)>& parse) {
  const toml::table* all = root.child(key);
  if (!all) return;
  for (const auto& entry : entries(*all)) {
    if (const toml::table* one = entry.node->as_table()) {
      parse(entry.key, Reader(*one, key + "." + entry.key, key + ".NAME", root.report()));
    } else {
      root.report().error(entry.where, key + "." + entry.key,
                          {"expected a table", "found " + kind_of(*entry.node), "Write [" + key + ".NAME]"});
    }
  }
}

}  // namespace espalier::study
