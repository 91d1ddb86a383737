// Follows a dotted key through tables and named array entries and replaces the value there.
#include "study/parse/overrides.hpp"

#include "study/parse/nesting.hpp"

namespace espalier::study {
namespace {

/// Splits a key at its dots. Names that contain dots cannot be set; the error appears where the key is not found.
std::vector<std::string> parts_of(const std::string& key) {
  std::vector<std::string> parts;
  for (std::size_t from = 0;;) {
    const std::size_t dot = key.find('.', from);
    parts.push_back(key.substr(from, dot == std::string::npos ? dot : dot - from));
    if (dot == std::string::npos) return parts;
    from = dot + 1;
  }
}

toml::table value_of(const std::string& text) {
  try {
    return toml::parse("value = " + text);
  } catch (const toml::parse_error&) {
    toml::table word;
    word.insert("value", text);
    return word;
  }
}

toml::table* named_entry(toml::array& array, const std::string& name) {
  for (auto& element : array) {
    toml::table* table = element.as_table();
    if (table && (*table)["name"].value<std::string>() == name) return table;
  }
  return nullptr;
}

/// The table that `part` leads to from `table`; creates one where there is none.
toml::table* step(toml::table& table, const std::string& part, const std::string& next, bool& used_next) {
  toml::node* found = table.get(part);
  if (!found) found = &table.insert(part, toml::table{}).first->second;
  if (toml::array* array = found->as_array()) {
    used_next = true;
    return named_entry(*array, next);
  }
  return found->as_table();
}

bool assign(toml::table& root, const std::vector<std::string>& parts, const toml::node& value) {
  toml::table* table = &root;
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    bool used_next = false;
    table = step(*table, parts[i], parts[i + 1], used_next);
    if (used_next) ++i;
    if (!table || i + 1 >= parts.size()) return false;
  }
  // The copied value has no place in the file, so diagnostics name only the key.
  value.visit([&](const auto& typed) { table->insert_or_assign(parts.back(), typed); });
  return true;
}

void apply(toml::table& root, const std::string& text, Report& report) {
  const std::size_t equals = text.find('=');
  const std::string key = text.substr(0, equals);
  if (equals == std::string::npos || key.empty()) {
    return report.error({}, "--set",
                        {"'" + text + "' sets nothing", "it is not KEY=VALUE", "Write --set train.batch=32"});
  }
  const auto parts = parts_of(key);
  if (parts.size() > kMostKeyParts || line_of_deep_key(text.substr(equals + 1))) {
    return report.error({}, "--set",
                        {"a key has more than " + std::to_string(kMostKeyParts) + " parts",
                         "no key of the study language has as many", "See docs/study.md for the keys"});
  }
  for (const auto& part : parts) {
    if (part.empty()) return report.error({}, "--set", {"'" + key + "' is no key", "a part of it is empty", ""});
  }
  const toml::table value = value_of(text.substr(equals + 1));
  if (!assign(root, parts, *value.get("value"))) {
    report.error({}, "--set",
                 {"'" + key + "' leads nowhere", "no table or entry of this name holds values",
                  "Name experiments as in experiment.NAME.fixed.KEY"});
  }
}

}  // namespace

void apply_overrides(toml::table& root, const std::vector<std::string>& overrides, Report& report) {
  for (const auto& text : overrides) apply(root, text, report);
}

}  // namespace espalier::study
