// Reads a site's profile from TOML: every key by name, and no key that is not known.
#include "espalier/site/profile.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <set>

#include "espalier/core/errors.hpp"
#include "espalier/site/slurm_time.hpp"

namespace espalier::site {

namespace {

/// One table of the profile. Keys that were not asked for by the end are errors.
class Table {
 public:
  Table(const toml::table& profile, const char* name, const std::filesystem::path& file) : name_(name), file_(file) {
    const toml::node* node = profile.get(name);
    if (node && !node->is_table()) refuse(*node, fmt::format("'{}' is no table", name), "Write it as [" + name_ + "].");
    table_ = node ? node->as_table() : nullptr;
  }

  void text(const char* key, std::string& into) {
    if (const auto* node = take(key)) into = text_of(*node, key);
  }
  void texts(const char* key, std::vector<std::string>& into) {
    const auto* node = take(key);
    if (!node) return;
    if (!node->is_array()) refuse(*node, key_text(key) + " is no list of texts", "Write it as [\"...\"].");
    into.clear();
    for (const auto& one : *node->as_array()) into.push_back(text_of(one, key));
  }
  template <class Number>
  void number(const char* key, std::int64_t least, std::int64_t most, Number& into) {
    const auto* node = take(key);
    if (!node) return;
    const auto value = node->value_exact<std::int64_t>();
    if (!value || *value < least || *value > most) {
      refuse(*node, key_text(key) + " is no whole number that fits", fmt::format("Write {} to {}.", least, most));
    }
    into = static_cast<Number>(*value);
  }
  void time(const char* key, std::int64_t& into) {
    const auto* node = take(key);
    if (!node) return;
    const auto seconds = seconds_of(text_of(*node, key));
    if (!seconds || *seconds == 0) {
      refuse(*node, key_text(key) + " is no time", "Write it as Slurm does: \"30\" (minutes), \"2:00:00\", \"1-12\".");
    }
    into = *seconds;
  }
  /// The place of the text among `choices`; `otherwise` where the key is absent.
  std::size_t choice(const char* key, const std::vector<std::string>& choices, std::size_t otherwise) {
    const auto* node = take(key);
    if (!node) return otherwise;
    const auto found = std::find(choices.begin(), choices.end(), text_of(*node, key));
    if (found != choices.end()) return static_cast<std::size_t>(found - choices.begin());
    refuse(*node, key_text(key) + " is none of its values", fmt::format("Write {}.", fmt::join(choices, " or ")));
  }
  void finish() const {
    if (!table_) return;
    for (const auto& [key, node] : *table_) {
      if (known_.contains(std::string(key.str()))) continue;
      refuse(node, fmt::format("'{}' has no key '{}'", name_, key.str()),
             fmt::format("Its keys are {}.", fmt::join(known_, ", ")));
    }
  }

 private:
  const toml::node* take(const char* key) {
    known_.insert(key);
    return table_ ? table_->get(key) : nullptr;
  }
  std::string key_text(const char* key) const { return fmt::format("'{}.{}'", name_, key); }
  /// One line of text: it goes into a script, where a line break would begin another command.
  std::string text_of(const toml::node& node, const char* key) const {
    const auto text = node.value_exact<std::string>();
    if (!text) refuse(node, key_text(key) + " is no text", "Write it in quotes.");
    const bool is_line = std::none_of(text->begin(), text->end(), [](unsigned char c) { return c < ' '; });
    if (!is_line) refuse(node, key_text(key) + " is more than one line", "Write one line.");
    return *text;
  }
  [[noreturn]] void refuse(const toml::node& node, const std::string& problem, const std::string& suggestion) const {
    const auto at = node.source().begin;
    throw UsageError(fmt::format("{}:{}:{}: {}", file_.string(), at.line, at.column, problem), "", suggestion);
  }

  const toml::table* table_ = nullptr;
  std::string name_;
  const std::filesystem::path& file_;
  std::set<std::string> known_;
};

void read_slurm(Table table, Profile& profile) {
  table.text("partition", profile.partition);
  table.text("account", profile.account);
  table.text("qos", profile.qos);
  table.text("constraint", profile.constraint);
  table.text("mail", profile.mail);
  table.texts("options", profile.options);
  table.time("time", profile.time_s);
  table.time("most_time", profile.most_time_s);
  static const std::vector<std::string> kSignals{"USR2", "USR1"};
  profile.signal = kSignals[table.choice("signal", kSignals, 0)];
  table.time("lead", profile.lead_s);
  static const std::vector<std::string> kLaunchers{"srun", "mpirun"};
  profile.launcher = kLaunchers[table.choice("launcher", kLaunchers, 0)];
  table.text("mpi", profile.mpi);
  profile.requeue = static_cast<Requeue>(table.choice("requeue", {"scontrol", "submit", "never"}, 0));
  table.finish();
}

void read_nodes(Table table, Profile& profile) {
  constexpr std::int64_t kMostDevices = 1024, kMostMegabytes = std::int64_t{1} << 30;
  table.number("most", 1, 100'000, profile.most_nodes);
  table.number("devices", 1, kMostDevices, profile.devices);
  table.text("gres", profile.gres);
  table.number("cores_per_device", 1, kMostDevices, profile.cores_per_device);
  table.number("megabytes_per_device", 1, kMostMegabytes, profile.megabytes_per_device);
  table.finish();
}

void read_environment(Table table, Profile& profile) {
  table.texts("modules", profile.modules);
  table.text("script", profile.script);
  table.text("cache", profile.cache);
  table.finish();
}

void refuse_other_tables(const toml::table& all, const std::filesystem::path& file) {
  for (const auto& [key, node] : all) {
    if (key == "slurm" || key == "nodes" || key == "environment") continue;
    throw UsageError(fmt::format("{}:{}: a profile has no '{}'", file.string(), node.source().begin.line, key.str()),
                     "", "Its tables are slurm, nodes and environment.");
  }
}

toml::table parsed(std::string_view text, const std::filesystem::path& file) {
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    const auto at = error.source().begin;
    throw UsageError(fmt::format("{}:{}:{}: {}", file.string(), at.line, at.column, error.description()),
                     "this is no TOML", "Correct it there.");
  }
}

}  // namespace

Profile parse_profile(std::string_view toml, const std::filesystem::path& file) {
  const toml::table all = parsed(toml, file);
  refuse_other_tables(all, file);
  Profile profile;
  profile.name = file.stem().string();
  read_slurm(Table(all, "slurm", file), profile);
  read_nodes(Table(all, "nodes", file), profile);
  read_environment(Table(all, "environment", file), profile);
  return profile;
}

}  // namespace espalier::site
