// Reads --budget, and shrinks a draft step by step until its estimate fits.
#include "cli/init/budget.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <map>

#include "espalier/core/errors.hpp"
#include "espalier/report/progress.hpp"

namespace espalier::cli {
namespace {

constexpr std::int32_t kUsefulEpochs = 15, kLeastEpochs = 4, kLeastFolds = 3;
constexpr std::int32_t kSmallSide = 32;
constexpr std::size_t kLeastProtocols = 2, kUsefulProtocols = 4;
constexpr std::int64_t kLeastPerClass = 5;

[[noreturn]] void refuse_budget(const std::string& text) {
  throw UsageError("--budget '" + text + "' is no time", "it must read like 2h, 90m or 1h30m", "Write 2h for example.");
}

double unit_s(const std::string& unit, const std::string& text) {
  static const std::map<std::string, double> units = {{"", 3600},  {"h", 3600}, {"m", 60},
                                                      {"min", 60}, {"s", 1},    {"d", 86400}};
  const auto found = units.find(unit);
  if (found == units.end()) refuse_budget(text);
  return found->second;
}

/// A reduction; false where a draft has come to its end.
using Cut = bool (*)(Draft&);

bool cut_epochs_to(Draft& draft, std::int32_t least) {
  if (draft.epochs <= least) return false;
  draft.epochs = std::max(least, draft.epochs * 2 / 3);
  draft.source_epochs = std::min(draft.source_epochs, std::max(least, draft.source_epochs * 2 / 3));
  return true;
}

bool cut_epochs(Draft& draft) { return cut_epochs_to(draft, kUsefulEpochs); }
bool cut_more_epochs(Draft& draft) { return cut_epochs_to(draft, kLeastEpochs); }

bool cut_folds(Draft& draft) {
  if (draft.folds <= kLeastFolds) return false;
  draft.folds = kLeastFolds;
  return true;
}

bool drop_protocol(Draft& draft, std::size_t least) {
  if (draft.protocols.size() <= least) return false;
  draft.protocols.pop_back();
  return true;
}

bool drop_some(Draft& draft) { return drop_protocol(draft, kUsefulProtocols); }
bool drop_more(Draft& draft) { return drop_protocol(draft, kLeastProtocols); }

/// A checkpoint's network takes images of its own size only.
bool cut_side(Draft& draft) {
  if (draft.source == DraftSource::checkpoint || draft.side <= kSmallSide) return false;
  draft.side = kSmallSide;
  return true;
}

bool cut_images(Draft& draft) {
  const auto before = draft.used_per_class();
  if (before <= kLeastPerClass) return false;
  draft.per_class = std::max(kLeastPerClass, before / 2);
  return true;
}

constexpr Cut kCuts[] = {cut_epochs, drop_some, cut_side, cut_folds, cut_more_epochs, cut_images, drop_more};

bool cut_once(Draft& draft) {
  return std::any_of(std::begin(kCuts), std::end(kCuts), [&](Cut cut) { return cut(draft); });
}

template <class Number>
void note(std::vector<std::string>& cuts, const char* what, Number before, Number after) {
  if (before != after) cuts.push_back(fmt::format("{} {} -> {}", what, before, after));
}

std::vector<std::string> cuts_between(const Draft& before, const Draft& after) {
  std::vector<std::string> cuts;
  note(cuts, "epochs", before.epochs, after.epochs);
  note(cuts, "epochs of the pretraining", before.source_epochs, after.source_epochs);
  note(cuts, "folds", before.folds, after.folds);
  note(cuts, "protocols", before.protocols.size(), after.protocols.size());
  note(cuts, "side of the images", before.side, after.side);
  note(cuts, "training images a class", before.used_per_class(), after.used_per_class());
  return cuts;
}

/// Decay epochs and shares depend on what was cut.
void choose_again(Draft& draft) {
  const auto kept = draft.protocols.size();
  draft.protocols = protocols_for(draft);
  draft.protocols.resize(std::min(kept, draft.protocols.size()));
}

}  // namespace

double parse_budget(const std::string& text) {
  double seconds = 0;
  const char* at = text.c_str();
  do {
    char* end = nullptr;
    const double number = std::strtod(at, &end);
    if (end == at || !(number >= 0) || number > 1e6) refuse_budget(text);
    while (*end == ' ') ++end;
    const char* unit = end;
    while (*end >= 'a' && *end <= 'z') ++end;
    seconds += number * unit_s(std::string(unit, static_cast<std::size_t>(end - unit)), text);
    at = end;
  } while (*at);
  if (seconds <= 0) refuse_budget(text);
  return seconds;
}

Fitted fit(Draft draft, double budget_s, const Estimate& estimate) {
  const Draft asked = draft;
  for (;;) {
    const double seconds = estimate(draft);
    if (seconds <= budget_s) {
      draft.cut = cuts_between(asked, draft);
      return {std::move(draft), seconds};
    }
    if (!cut_once(draft)) {
      throw UsageError(fmt::format("the smallest study takes about {}", report::duration_text(seconds)),
                       fmt::format("--budget allows {}", report::duration_text(budget_s)),
                       "Allow more time, name a smaller source network, or give fewer images.");
    }
    choose_again(draft);
  }
}

}  // namespace espalier::cli
