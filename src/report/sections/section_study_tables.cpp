// Report section: the tables that the study asks for.
#include "report/html.hpp"
#include "report/page_context.hpp"

namespace espalier::report {

std::string study_tables_section(const PageContext& context) {
  std::string body;
  for (const auto& table : context.tables) {
    body += element("h3", escape(table.title)) + "\n";
    for (const auto& part : table.parts) body += html_table(part.words, part.title);
    const std::string note = escape(table.problem.empty() ? table.note : table.problem);
    body += "<p>" + note + (table.problem.empty() ? " <a href=\"" + table.name + ".csv\">CSV</a>" : "") + "</p>\n";
  }
  return section("study-tables", "Tables of the study", body);
}

}  // namespace espalier::report
