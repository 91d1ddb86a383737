// Parses [study] (name, seed and the limit of runs), and after it every other table.
#include "study/parse/parse_tables.hpp"

#include <limits>

namespace espalier::study {
namespace {

void parse_study_table(const Reader& root, Study& study) {
  if (!root.has("study")) {
    return root.report().error({1, 1}, "study",
                               {"there is no [study]", "a study has a name", "Add [study] with name = \"...\""});
  }
  const toml::table* table = root.child("study");
  if (!table) return;
  const Reader reader(*table, "study", "study", root.report());
  if (!reader.has("name")) reader.missing("name", "Add name = \"...\"");
  study.name = reader.word("name").value_or("");
  if (reader.has("name") && study.name.empty() && reader.node("name")->is_string()) {
    reader.error("name", {"the name is empty", "reports are titled by it", ""});
  }
  study.seed = reader.integer("seed", 0, std::numeric_limits<std::int64_t>::max()).value_or(0);
  study.max_runs = reader.integer("max_runs", 1, 1'000'000'000).value_or(study.max_runs);
}

}  // namespace

void parse_tables(const Reader& root, Study& study) {
  for (auto* part :
       {parse_study_table, parse_data, parse_labels, parse_split, parse_augments, parse_roles, parse_networks})
    part(root, study);
  if (const toml::table* train = root.child("train"))
    study.train = parse_train(*train, "train", false, study, root.report());
  parse_experiments(root, study);
  parse_picks(root, study);
  parse_outputs(root, study);
}

}  // namespace espalier::study
