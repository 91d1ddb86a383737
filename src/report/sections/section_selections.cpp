// Report section: the selections that the study made, with their candidates.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "espalier/report/wording.hpp"
#include "report/axis_values.hpp"
#include "report/html.hpp"
#include "report/page_context.hpp"

namespace espalier::report {
namespace {

std::string equals_of(const plan::SelectionOutcome& selection) {
  std::vector<std::string> equals;
  for (const auto* one : tied_with_best(selection)) equals.push_back(setting_text(one->values));
  return equals.empty() ? "" : "equal: " + listed(equals) + "; ";
}

/// `folds`: over which candidates of one split were compared; 0: none.
std::string ties_of(const plan::SelectionOutcome& selection, std::int32_t folds) {
  const auto splits = selection.candidates.front().splits;
  if ((splits == 1 ? std::max(splits, folds) : splits) < stats::kLeastSplits) return "too few splits to say";
  std::vector<std::string> ties;
  for (std::size_t i = 1; i < selection.candidates.size(); ++i) {
    if (selection.candidates[i].indistinguishable) ties.push_back(setting_text(selection.candidates[i].values));
  }
  return ties_text(ties);
}

std::string lost_text(const plan::Candidate& candidate) {
  if (candidate.missing == 0 && candidate.diverged == 0) return "";
  return fmt::format(" ({} missing, {} diverged)", candidate.missing, candidate.diverged);
}

std::vector<std::string> row_of(const plan::SelectionOutcome& selection, std::int32_t folds) {
  const std::string per = selection.per.empty() ? "all" : setting_text(selection.per);
  if (selection.chosen.empty() || selection.candidates.empty()) {
    const std::string why =
        selection.reason.empty() ? setting_text(selection.chosen) : "impossible: " + selection.reason;
    return {per, why, "-", "-", "-", "-"};
  }
  const auto& best = selection.candidates.front();
  const auto metric = metrics::parse_metric(selection.metric);
  return {per,
          setting_text(selection.chosen),
          figure_of(metric, best.mean) + lost_text(best),
          fmt::format("{} of {}", best.wins, best.splits),
          std::to_string(selection.candidates.size()),
          equals_of(selection) + ties_of(selection, folds)};
}

/// None where the choice was made for each fold.
std::int32_t folds_compared(const PageContext& context, const plan::SelectionOutcome& selection) {
  const bool for_each = std::any_of(selection.per.begin(), selection.per.end(),
                                    [](const plan::Label& label) { return label.axis == "fold"; });
  return for_each ? 0 : context.study.split.folds;
}

/// The part of a selection's key before its cell: experiment, case, and index of the take.
std::string group_of(const plan::SelectionOutcome& selection) {
  const auto end = selection.key.rfind('/');
  return end == std::string::npos ? selection.key : selection.key.substr(0, end);
}

/// Makes "optimum, case optimal, takes transferred and frozen" of a key "experiment/case/take/cell".
std::string title_of(const std::vector<const plan::SelectionOutcome*>& group) {
  const auto& key = group.front()->key;
  const auto first = key.find('/');
  const auto second = first == std::string::npos ? first : key.find('/', first + 1);
  std::string title = group.front()->experiment;
  if (second != std::string::npos && second > first + 1) title += ", case " + key.substr(first + 1, second - first - 1);
  for (const auto* selection : group) {
    if (selection->chosen.empty()) continue;
    std::vector<std::string> axes;
    for (const auto& label : selection->chosen) axes.push_back(label.axis);
    if (axes.front() == "chosen") return title + ", picks a run";
    return title + ", takes " + listed(axes);
  }
  return title;
}

void in_size_order(std::vector<const plan::SelectionOutcome*>& group) {
  const auto size = [](const auto* selection) {
    return selection->per.size() == 1 ? selection->per[0].value : std::string();
  };
  const bool by_number = std::all_of(group.begin(), group.end(),
                                     [&](const auto* s) { return !size(s).empty() && all_numbers({size(s)}); });
  if (!by_number) return;
  std::stable_sort(group.begin(), group.end(),
                   [&](const auto* a, const auto* b) { return number_of(size(a)) < number_of(size(b)); });
}

}  // namespace

std::string selection_section(const PageContext& context) {
  std::vector<std::string> order;
  std::map<std::string, std::vector<const plan::SelectionOutcome*>> groups;
  for (const auto& selection : context.state().selections) {
    auto& group = groups[group_of(selection)];
    if (group.empty()) order.push_back(group_of(selection));
    group.push_back(&selection);
  }
  std::string body;
  for (const auto& name : order) {
    auto& group = groups[name];
    in_size_order(group);
    WordTable table{{"for", "chosen", group.front()->metric, "wins", "candidates", "cannot be told from it"}, {}};
    for (const auto* selection : group) table.rows.push_back(row_of(*selection, folds_compared(context, *selection)));
    body += element("h3", escape(title_of(group))) + "\n" + html_table(table);
  }
  if (body.empty()) return "";
  const std::string note =
      "Made while the study ran, each once and kept. Ties go to the lower validation loss, then to fewer trained "
      "units, then to the order of the axes; where a run is picked, to fewer trained units, then to the lower loss, "
      "then "
      "to the order of the experiments. Diverged and missing runs rank a setting last.";
  return section("selections", "Selections made", paragraph(note) + body);
}

}  // namespace espalier::report
