// Parses `take`: what a selection chooses, from which experiments, and by which metric.
#include <algorithm>

#include "study/parse/parse_tables.hpp"

namespace espalier::study {
namespace {

/// `all` without the axes for whose every value a choice is made.
std::vector<std::string> but(std::vector<std::string> all, const std::vector<std::string>& per) {
  std::erase_if(all, [&](const auto& axis) { return std::find(per.begin(), per.end(), axis) != per.end(); });
  return all;
}

Take parse_one(const toml::table& table, const std::string& path, const std::vector<std::string>& mean_over,
               Report& report) {
  const Reader reader(table, path, "experiment.take", report);
  for (const char* key : {"values", "from", "best"}) {
    if (!reader.has(key)) reader.missing(key, "Write { values = [...], from = [...], best = \"valid.top1\" }");
  }
  Take take;
  take.where = reader.where();
  take.values = reader.words("values");
  take.from = reader.words("from");
  take.best = reader.word("best").value_or("");
  take.per = reader.words("per");
  take.mean_over = reader.has("mean_over") ? reader.words("mean_over") : but(mean_over, take.per);
  take.allow_missing = reader.truth("allow_missing").value_or(false);
  return take;
}

}  // namespace

std::vector<Take> parse_takes(const toml::table& owner, const std::string& path,
                              const std::vector<std::string>& mean_over, Report& report) {
  std::vector<Take> takes;
  const toml::node* node = owner.get("take");
  if (!node) return takes;
  const std::string key = path + ".take";
  if (const toml::table* lone = node->as_table()) return {parse_one(*lone, key, mean_over, report)};
  if (!node->is_array()) {
    report.error(location_of(*node), key, {"expected an array of tables", "found " + kind_of(*node), ""});
    return takes;
  }
  for (const auto& element : *node->as_array()) {
    if (const toml::table* table = element.as_table()) {
      takes.push_back(parse_one(*table, key, mean_over, report));
    } else {
      report.error(location_of(element), key, {"expected a table", "found " + kind_of(element), ""});
    }
  }
  return takes;
}

}  // namespace espalier::study
