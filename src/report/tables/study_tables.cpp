// Makes the tables that a study asks for and their section; those of distances and advice have files of their own.
#include "report/tables/study_tables.hpp"

#include <fmt/format.h>

#include <map>

#include "espalier/core/errors.hpp"
#include "espalier/report/wording.hpp"
#include "espalier/study/table_kinds.hpp"
#include "report/coarse/coarse_output.hpp"
#include "report/figure_parts.hpp"
#include "report/html.hpp"
#include "report/page_context.hpp"
#include "report/sides.hpp"

namespace espalier::report {
namespace {

std::string default_title(const study::TableSpec& asked) {
  switch (asked.kind) {
    case study::TableKind::ratio:
      return fmt::format("{}: {} over {}", asked.experiment, study::text_of(asked.ratio.over),
                         study::text_of(asked.ratio.under));
    case study::TableKind::raw: return asked.experiment + ": all cells";
    case study::TableKind::distances: return asked.experiment + ": distances between source and target";
    case study::TableKind::recommendation: return asked.experiment + ": freeze or tune?";
    case study::TableKind::wins: return fmt::format("{}: which is best", fmt::join(asked.experiments, ", "));
    case study::TableKind::rank:
      return fmt::format("{}: ranks of {}", asked.experiments.front(), asked.by.empty() ? "" : asked.by.front());
    case study::TableKind::cost: return fmt::format("{}: costs", fmt::join(asked.experiments, ", "));
    case study::TableKind::coarse_fine:
      return fmt::format("{}: coarse classes of '{}' against their fine ones", asked.experiment, asked.coarse);
    case study::TableKind::classes: return fmt::format("{}: {} of each class", asked.experiment, asked.y);
  }
  return "";
}

void fill(StudyTable& table, const std::vector<RunView>& views, const study::TableSpec& asked,
          const study::Study& study, const ReadPredictions& read) {
  switch (asked.kind) {
    case study::TableKind::ratio: return fill_ratio_table(table, views, asked);
    case study::TableKind::raw: return fill_raw_table(table, views, asked);
    case study::TableKind::distances: return fill_distances_table(table, views, asked);
    case study::TableKind::recommendation: return fill_recommendation_table(table, views, asked);
    case study::TableKind::wins: return fill_wins_table(table, views, asked, study);
    case study::TableKind::rank: return fill_rank_table(table, views, asked);
    case study::TableKind::cost: return fill_cost_table(table, views, asked, study);
    case study::TableKind::coarse_fine: return fill_coarse_fine_table(table, views, asked, study, read);
    case study::TableKind::classes: return fill_classes_table(table, views, asked, study, read);
  }
}

StudyTable make_table(const std::vector<RunView>& views, const study::TableSpec& asked, const study::Study& study,
                      const ReadPredictions& read) {
  StudyTable table;
  const auto& shown = asked.experiments.empty() ? asked.experiment : asked.experiments.front();
  table.name = "table-" + harmless(shown) + "-" + study::row_of(asked.kind).name;
  table.title = asked.title.empty() ? default_title(asked) : asked.title;
  try {
    fill(table, views, asked, study, read);
  } catch (const UsageError& error) {
    table.problem = std::string("This table cannot be made: ") + error.what();
  }
  return table;
}

}  // namespace

void fill_ratio_table(StudyTable& table, const std::vector<RunView>& views, const study::TableSpec& asked) {
  const Sides sides = sides_of(views, {asked.experiment, asked.ratio, asked.y, asked.by});
  table.note = "Means of the paired runs over splits; the interval of a ratio is made through the logarithms.";
  table.parts.push_back(
      {"", "",
       readable(sides.contrasts, sides.query, study::text_of(asked.ratio.over), study::text_of(asked.ratio.under))});
  table.exact = exact(sides.contrasts, sides.query);
}

void fill_raw_table(StudyTable& table, const std::vector<RunView>& views, const study::TableSpec& asked) {
  const auto runs = required_runs(views, asked.experiment);
  Query query;
  query.metric = metrics::parse_metric(asked.y);
  query.unrecorded = Unrecorded::empty;
  query.by = unexplained_axes(runs, {});
  query.counted = counted_in(runs, query);
  const auto cells = aggregate(runs, query);
  table.note = "sd: between the means of splits; sd within: between replicates of one split.";
  table.parts.push_back({"", "", readable(cells, query)});
  table.exact = exact(cells, query);
}

std::vector<StudyTable> make_study_tables(const std::vector<RunView>& views, const study::Study& study,
                                          const ReadPredictions& read) {
  std::vector<StudyTable> tables;
  std::map<std::string, int> names;
  for (const auto& asked : study.tables) {
    tables.push_back(make_table(views, asked, study, read));
    const int times = ++names[tables.back().name];
    if (times > 1) tables.back().name += "-" + std::to_string(times);
  }
  return tables;
}

std::string study_tables_section(const PageContext& context) {
  std::string body;
  for (const auto& table : context.tables) {
    body += element("h3", escape(table.title)) + "\n";
    for (const auto& part : table.parts) body += html_table(part);
    const std::string note = escape(table.problem.empty() ? table.note : table.problem);
    body += "<p>" + note + (table.problem.empty() ? " <a href=\"" + table.name + ".csv\">CSV</a>" : "") + "</p>\n";
  }
  if (!body.empty()) body += remarks_on(context.views);
  return section("study-tables", "Tables of the study", body);
}

}  // namespace espalier::report
