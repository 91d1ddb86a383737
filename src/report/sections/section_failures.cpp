// Report section: runs without a result, and why; none is dropped silently.
#include <fmt/format.h>

#include <map>

#include "report/html.hpp"
#include "report/page_context.hpp"

namespace espalier::report {
namespace {

constexpr std::size_t kMostRows = 200;

std::string labels(const plan::PlannedRun& run) {
  std::string text;
  for (const auto& label : run.labels) text += (text.empty() ? "" : ", ") + label.axis + " " + label.value;
  return text;
}

bool has_failed(task::RunState state) { return task::is_final(state) && state != task::RunState::done; }

std::string cause_of(const RunView& view) {
  if (!view.run->aborted.empty()) return view.run->aborted;
  return view.task ? view.task->cause : "";
}

std::string open_table(const PageContext& context) {
  std::map<std::string, std::map<task::RunState, int>> counts;
  for (const auto& view : context.views) {
    if (!task::is_final(view.state)) ++counts[view.run->experiment][view.state];
  }
  if (counts.empty()) return "";
  WordTable table{{"experiment", "waiting", "ready", "running"}, {}};
  for (auto& [experiment, of] : counts) {
    table.rows.push_back({experiment, std::to_string(of[task::RunState::waiting]),
                          std::to_string(of[task::RunState::ready]), std::to_string(of[task::RunState::running])});
  }
  return element("h3", "Not ended yet") + html_table(table);
}

}  // namespace

std::string failure_section(const PageContext& context) {
  WordTable table{{"run", "experiment", "setting", "state", "cause"}, {}};
  std::size_t failed = 0;
  for (const auto& view : context.views) {
    if (!has_failed(view.state) || ++failed > kMostRows) continue;
    table.rows.push_back(
        {view.run->id.brief(), view.run->experiment, labels(*view.run), task::name_of(view.state), cause_of(view)});
  }
  std::string body;
  if (failed > 0) body += html_table(table, fmt::format("{} runs ended without a result", failed));
  if (failed > kMostRows)
    body += paragraph(fmt::format("and {} more: 'espalier export' lists all.", failed - kMostRows));
  body += open_table(context);
  if (body.empty()) body = paragraph("None: every run of the study has a result.");
  return section("failures", "Failures and missing cells", body);
}

}  // namespace espalier::report
