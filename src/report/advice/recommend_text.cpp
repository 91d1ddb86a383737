// Puts measured cells, papers' rules and their agreement into sentences.
#include "espalier/report/recommend_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "espalier/report/wording.hpp"

namespace espalier::report {
namespace {

constexpr metrics::MetricName kValid{metrics::Subset::valid, metrics::Metric::top1};
constexpr metrics::MetricName kTest{metrics::Subset::test, metrics::Metric::top1};
constexpr std::size_t kNamed = 6;  ///< protocols named in a sentence

std::string joined(const std::vector<std::string>& words, const char* between) {
  return fmt::format("{}", fmt::join(words, between));
}

std::string accuracy(const metrics::MetricName& metric, const stats::Summary& summary) {
  if (summary.n == 0) return "";
  std::string text = figure_of(metric, summary.mean) + " %";
  if (summary.interval) text += " " + interval_text(metric, summary.interval);
  if (summary.folds > 0) text += fmt::format(" over {} folds{}", summary.folds, summary.interval ? " (corrected)" : "");
  return text;
}

/// "test accuracy 41.2 % [40.1, 42.3]"; that on validation images where nothing was measured on test images.
std::string accuracy_text(const RankedProtocol& protocol) {
  if (const auto test = accuracy(kTest, protocol.test); !test.empty()) return "test accuracy " + test;
  return "validation accuracy " + accuracy(kValid, protocol.valid);
}

std::string with_family(const RankedProtocol& protocol) {
  const std::string kind = name_of(protocol.family);
  return protocol.values.empty() ? kind : protocol_text(protocol) + " (" + kind + ")";
}

/// Some protocols by name, the others by their number.
std::string named(const std::vector<const RankedProtocol*>& protocols) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < std::min(kNamed, protocols.size()); ++i) names.push_back(with_family(*protocols[i]));
  std::string text = joined(names, "; ");
  return protocols.size() > kNamed ? fmt::format("{}; and {} more", text, protocols.size() - kNamed) : text;
}

template <class Fits>
std::vector<const RankedProtocol*> others(const MeasuredCell& cell, Fits fits) {
  std::vector<const RankedProtocol*> found;
  for (const auto& one : cell.protocols) {
    if (!one.best && fits(one)) found.push_back(&one);
  }
  return found;
}

std::string best_sentence(const MeasuredCell& cell) {
  const auto& best = cell.protocols.front();
  const std::string wins =
      best.splits > 1 ? fmt::format(", the best in {} of {} splits", best.wins, best.splits) : std::string();
  const bool on_test = cell.ranked_on == metrics::Subset::test;
  return fmt::format("Best on {}: {}, {}{}; {} runs of {} protocols say so.{}",
                     on_test ? "test images" : "validation images", with_family(best), accuracy_text(best), wins,
                     cell.runs, cell.protocols.size(),
                     on_test ? " There are no validation images: the best of several looks better than it is on the "
                               "images that choose it."
                             : "");
}

/// What there is too little of to tell protocols apart: "one split", "two folds".
std::string repeats_text(const RankedProtocol& best) {
  const int count = std::max(best.splits, best.folds);
  return fmt::format("{} {}{}", count == 1 ? "one" : "two", best.folds > 0 ? "fold" : "split", count == 1 ? "" : "s");
}

std::string ties_sentence(const MeasuredCell& cell) {
  if (cell.protocols.size() < 2) return "No other protocol was tried.";
  if (!cell.can_tell()) {
    return fmt::format("With {} it cannot be said which others are as good.", repeats_text(cell.protocols.front()));
  }
  const auto ties = others(cell, [](const RankedProtocol& one) { return one.indistinguishable; });
  if (ties.empty()) return "All others are worse.";
  return "Cannot be told from it: " + named(ties) + ".";
}

std::string unranked_sentence(const MeasuredCell& cell) {
  const auto without = others(cell, [](const RankedProtocol& one) { return one.splits == 0 || !one.runs.complete(); });
  return without.empty() ? "" : "Runs are missing or diverged: " + named(without) + ".";
}

std::string count_text(double number) { return fmt::format("{:.0f}", number); }
std::string size_text(double per_class) {
  return count_text(per_class) + (per_class == 1 ? " image" : " images") + " a class";
}

std::string gap_text(const NearCell& near) {
  if (!near.gap) return "Nothing of it could be compared with what is asked.";
  std::string text = fmt::format("It is {:.1f} class widths from what is asked", *near.gap);
  if (!near.not_compared.empty()) text += ", without its " + joined(near.not_compared, " and ");
  return text + (*near.gap > kNear ? ": too far to speak for it." : ".");
}

std::string question_text(const Question& question) {
  std::vector<std::string> parts;
  if (question.distance) {
    std::string where = question.unit.empty() ? "" : " after " + question.unit;
    if (!question.network.empty()) where += " of " + question.network;
    parts.push_back(fmt::format("distance {:.3f}{}", *question.distance, where));
  } else {
    parts.emplace_back("distance unknown");
  }
  parts.push_back(question.per_class ? size_text(*question.per_class) : "size unknown");
  return joined(parts, ", ");
}

}  // namespace

std::string protocol_text(const RankedProtocol& protocol) {
  std::vector<std::string> parts;
  for (const auto& label : protocol.values) parts.push_back(label.axis + " " + label.value);
  return parts.empty() ? "the only protocol tried" : joined(parts, ", ");
}

std::string place_text(const MeasuredCell& cell) {
  std::string text =
      cell.source.empty() || cell.target.empty() ? cell.source + cell.target : cell.source + " to " + cell.target;
  if (cell.images_per_class > 0) text += ", " + size_text(cell.images_per_class);
  else text += ", per_class " + cell.per_class;
  if (cell.images > 0) text += " (" + count_text(cell.images) + " in all)";
  return cell.network.empty() ? text : text + ", " + cell.network;
}

std::string distance_text(const MeasuredCell& cell) {
  if (!cell.distance) return "distance unknown";
  const auto& distance = *cell.distance;
  std::string text = fmt::format("distance {:.3f}", distance.value);
  if (distance.interval) text += fmt::format(" [{:.3f}, {:.3f}]", distance.interval->low, distance.interval->high);
  text += fmt::format(" ({}, after {} of {}", distance.method, distance.unit, distance.network);
  if (distance.floor) text += fmt::format("; two halves of the source: {:.3f}", *distance.floor);
  return text + fmt::format("; {} {})", distance.runs, distance.runs == 1 ? "run" : "runs");
}

std::vector<std::string> measured_sentences(const MeasuredCell& cell) {
  if (cell.protocols.empty() || cell.protocols.front().splits == 0) return {"No run has a result."};
  std::vector<std::string> sentences{best_sentence(cell), ties_sentence(cell)};
  if (const auto unranked = unranked_sentence(cell); !unranked.empty()) sentences.push_back(unranked);
  return sentences;
}

std::string opinion_text(const JudgedOpinion& judged) {
  const auto& opinion = judged.opinion;
  std::string text = fmt::format("{} ({}): {}.", opinion.paper, opinion.where, opinion.says);
  if (!opinion.limits.empty()) text += fmt::format(" Note: {}.", opinion.limits);
  switch (judged.agreement) {
    case Agreement::agrees: return text + " What was measured agrees.";
    case Agreement::not_refuted: return text + " What was measured does not refute it.";
    case Agreement::disagrees: return text + " What was measured disagrees.";
    case Agreement::not_measured:
    case Agreement::silent: break;
  }
  return text;
}

std::vector<std::string> answer_lines(const Recommendation& answer) {
  std::vector<std::string> lines{"Asked: " + question_text(answer.question) + ".", ""};
  if (answer.cells.empty()) lines.emplace_back("Nothing was measured; what follows are the rules of papers alone.");
  for (const auto& near : answer.cells) {
    lines.push_back("Measured: " + place_text(near.cell) + "; " + distance_text(near.cell) + ".");
    lines.push_back("  " + gap_text(near));
    for (const auto& sentence : measured_sentences(near.cell)) lines.push_back("  " + sentence);
  }
  lines.emplace_back("");
  for (const auto& judged : answer.papers) lines.push_back(opinion_text(judged));
  for (const auto& pair : answer.disagreements) lines.push_back("The papers disagree: " + pair + ".");
  return lines;
}

}  // namespace espalier::report
