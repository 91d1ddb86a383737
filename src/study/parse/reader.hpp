#pragma once
// Reads typed values from one TOML table and reports what does not fit.
#include <toml++/toml.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "espalier/study/diagnostic.hpp"
#include "espalier/study/train_values.hpp"
#include "study/value_range.hpp"

namespace espalier::study {

Location location_of(const toml::node& node);
Location location_of(const toml::key& key);
/// A scalar node as a value; none for tables, arrays and dates.
std::optional<Value> scalar(const toml::node& node);
/// "a table", "an array", "a whole number", ...
std::string kind_of(const toml::node& node);

/// The entries of a table in file order (toml++ sorts by name); those that --set added come last.
struct Entry {
  std::string key;
  Location where;  ///< of the key
  const toml::node* node;
};
std::vector<Entry> entries(const toml::table& table);

/// Collects diagnostics.
class Report {
 public:
  explicit Report(std::vector<Diagnostic>& into) : into_(into) {}
  void error(Location where, const std::string& key, const Problem& problem);
  void warning(Location where, const std::string& key, const Problem& problem);
  /// Whether an error was said of a key that begins with one of these: what follows from it is not said again.
  bool has_error(const std::vector<std::string>& keys) const;
  bool has_error(Location where, const std::string& key) const;

 private:
  std::vector<Diagnostic>& into_;
};

/// Reads the table of the study at `path` ("data.omniglot"). Its known keys are those that keys() lists for `table`
/// ("data.NAME"); unknown ones are reported on construction.
class Reader {
 public:
  Reader(const toml::table& node, std::string path, const std::string& table, Report& report);

  bool has(const std::string& key) const { return node(key); }
  /// A misspelt key is reported once and then read as the one that it is nearest to, so that nothing is said to be
  /// missing.
  const toml::node* node(const std::string& key) const;
  /// The place of the value, or of the table where the key is missing.
  Location where(const std::string& key) const;
  Location where() const { return location_of(node_); }
  std::string path(const std::string& key) const { return path_.empty() ? key : path_ + "." + key; }
  const std::string& path() const { return path_; }
  const toml::table& table() const { return node_; }
  Report& report() const { return report_; }

  std::optional<std::string> word(const std::string& key) const;
  std::optional<std::string> choice(const std::string& key, const std::vector<std::string>& allowed) const;
  std::optional<std::int64_t> integer(const std::string& key, std::int64_t least, std::int64_t most) const;
  std::optional<double> real(const std::string& key, Range range) const;
  std::optional<bool> truth(const std::string& key) const;
  /// One word or an array of them.
  std::vector<std::string> words(const std::string& key) const;
  std::vector<std::int64_t> integers(const std::string& key, std::int64_t least, std::int64_t most) const;
  std::vector<double> reals(const std::string& key, Range range) const;
  /// The table at `key`; reports it where it is something else.
  const toml::table* child(const std::string& key) const;
  /// The tables of the array (or one lone table) at `key`.
  std::vector<const toml::table*> children(const std::string& key) const;

  /// Of one value the first error alone is said, and of one whose key was guessed none.
  void error(const std::string& key, const Problem& problem) const;
  /// Says that a key is required; nothing where a misspelt one has been reported in its place.
  void missing(const std::string& key, const std::string& suggestion) const;
  /// Whether an unknown key of the table was taken for this one.
  bool misspells(const std::string& key) const { return misspelt_.contains(key); }

 private:
  template <class Get>
  auto one(const std::string& key, Get get) const -> std::optional<decltype(get(Value()).value)>;
  template <class Get>
  auto many(const std::string& key, Get get) const -> std::vector<decltype(get(Value()).value)>;

  const toml::table& node_;
  std::string path_;
  Report& report_;
  std::map<std::string, const toml::node*> misspelt_;  ///< known keys that unknown ones were taken for
};

/// Calls `parse` with the name and table of each entry of the table of tables at `key`; `key` + ".NAME" lists its keys.
void each_named(const Reader& root, const std::string& key,
                const std::function<void(const std::string& name, const Reader&)>& parse);

}  // namespace espalier::study
