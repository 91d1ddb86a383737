// Report section: the question the study asks, how much of it is done, and warnings.
#include <fmt/format.h>

#include <cctype>
#include <sstream>

#include "espalier/report/answer.hpp"
#include "espalier/report/at_chance.hpp"
#include "espalier/report/progress.hpp"
#include "report/html.hpp"
#include "report/page_context.hpp"

namespace espalier::report {
namespace {

/// "Question: how many ...": a word or two and a colon.
bool begins_item(const std::string& words) {
  constexpr std::size_t kLongestName = 20;
  const auto colon = words.find(": ");
  return colon < kLongestName && std::isupper(static_cast<unsigned char>(words.front()));
}

/// The comment at the top of the study file without its marks, which states the study's question by convention. A line
/// that names no new item continues the line before.
std::string head_comment(const std::string& text) {
  std::istringstream lines(text);
  std::string comment;
  for (std::string line; std::getline(lines, line) && line.starts_with('#');) {
    const auto first = line.find_first_not_of("# ");
    if (first == std::string::npos) continue;
    const auto words = line.substr(first);
    if (!comment.empty()) comment += begins_item(words) ? "\n" : " ";
    comment += words;
  }
  return comment;
}

std::string asked(const PageContext& context) {
  std::istringstream lines(head_comment(context.study.text));
  std::string html;
  for (std::string line; std::getline(lines, line);)
    html += element("p", escape(line), html.empty() ? "asked" : "note");
  return html;
}

std::string tile(const std::string& figure, const std::string& words) {
  return element("li", element("b", escape(figure)) + escape(words));
}

std::string tiles(const PageContext& context) {
  const auto progress = report::progress(context.state());
  double seconds = 0;
  for (const auto& [id, task] : context.state().tasks) seconds += task.seconds;
  const auto experiments = progress.experiments.size();
  std::string list = tile(fmt::format("{}", experiments), experiments == 1 ? "experiment" : "experiments");
  list += tile(fmt::format("{} of {}", progress.runs[task::RunState::done], progress.runs.total), "runs done");
  list += tile(fmt::format("{}", progress.tasks[task::RunState::done]), "trainings, each once");
  list += tile(fmt::format("{}", context.study.split.count), context.overlapping              ? "overlapping splits"
                                                             : context.study.split.count == 1 ? "split"
                                                                                              : "splits");
  list += tile(duration_text(seconds), "of training in all");
  return "<ul class=\"tiles\">" + list + "</ul>\n";
}

/// First of all what the study found; what it cannot say yet, its missing runs do.
std::string answers(const PageContext& context) {
  std::string items;
  for (const auto& line : answers_of(context.views, context.study)) items += element("li", escape(line)) + "\n";
  return items.empty() ? "" : "<div class=\"answer\"><ul>\n" + items + "</ul></div>\n";
}

}  // namespace

std::string head_section(const PageContext& context, const std::string& made_at) {
  return "<header>" + element("p", escape("espalier report · " + made_at), "kicker") +
         element("h1", escape(context.study.name)) + asked(context) + answers(context) + tiles(context) + "</header>\n";
}

std::string warning_box(const PageContext& context) {
  const auto progress = report::progress(context.state());
  std::string lines;
  for (const auto& warning : context.state().warnings) lines += paragraph(warning);
  if (const auto guessing = at_chance_text(context.views); !guessing.empty()) lines += paragraph(guessing);
  const auto open = progress.runs.total - progress.runs[task::RunState::done];
  if (open > 0)
    lines += paragraph(fmt::format("{} of {} runs have no result; cells say where.", open, progress.runs.total));
  return lines.empty() ? "" : "<div class=\"loud\" role=\"note\">" + lines + "</div>\n";
}

}  // namespace espalier::report
