// Report section: for each source, target and size which protocol won, and what the papers would have said.
#include "espalier/report/recommend_text.hpp"
#include "report/html.hpp"
#include "report/page_context.hpp"

namespace espalier::report {
namespace {

std::string list_of(const std::vector<JudgedOpinion>& opinions) {
  std::string items;
  for (const auto& one : opinions) items += element("li", escape(opinion_text(one))) + "\n";
  return element("ul", "\n" + items) + "\n";
}

std::string text_of(const MeasuredCell& cell) {
  std::string text = distance_text(cell) + ".";
  text.front() = 'D';
  for (const auto& sentence : measured_sentences(cell)) text += " " + sentence;
  return text;
}

std::string part_of(const MeasuredCell& cell) {
  return element("h3", escape(place_text(cell))) + "\n" + paragraph(text_of(cell)) +
         folded("What the papers say here", list_of(judged_opinions(cell)));
}

}  // namespace

std::string advice_section(const PageContext& context) {
  std::string body;
  for (const auto& cell : measured_cells(context.views, context.study)) {
    if (cell.protocols.size() > 1) body += part_of(cell);
  }
  if (body.empty()) return "";
  const std::string note =
      "Of all protocols that were tried for a source, target and size, over all experiments: the one with the highest "
      "validation top-1 accuracy (test accuracy without validation images), and those whose paired difference to it is "
      "not significant. The papers' rules are "
      "held against that. 'espalier recommend' gives the same for other distances and sizes.";
  return section("advice", "Which protocol, by what was measured", paragraph(note) + body);
}

}  // namespace espalier::report
