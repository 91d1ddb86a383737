// Parses [[pick]]: from which experiments a finished run is chosen, by which metric, and for what each choice is made.
#include "study/parse/parse_tables.hpp"

namespace espalier::study {
namespace {

constexpr const char* kForm = "Write from = [\"...\"], best = \"valid.top1\", per = [\"target\", \"split\"]";

Experiment parse_one(const Reader& reader, std::size_t number) {
  Experiment experiment;
  experiment.where = reader.where();
  experiment.kind = "pick";
  for (const char* key : {"name", "from", "best"}) {
    if (!reader.has(key)) reader.missing(key, key == std::string("name") ? "Add name = \"...\"" : kForm);
  }
  experiment.name = reader.word("name").value_or("#" + std::to_string(number));
  experiment.pick = Pick{reader.where(), reader.words("from"), reader.word("best").value_or(""), reader.words("per")};
  const auto* from = reader.node("from");
  if (from && from->is_array() && from->as_array()->empty())
    reader.error("from", {"there is nothing to pick from", "the list is empty", kForm});
  return experiment;
}

}  // namespace

void parse_picks(const Reader& root, Study& study) {
  std::size_t number = 0;
  for (const toml::table* table : root.children("pick")) {
    const auto name = (*table)["name"].value<std::string>();
    const std::string path = "pick." + name.value_or("#" + std::to_string(++number));
    study.experiments.push_back(parse_one(Reader(*table, path, "pick", root.report()), number));
  }
}

}  // namespace espalier::study
