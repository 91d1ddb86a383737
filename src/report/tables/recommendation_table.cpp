// Fills the table of Chu et al. (Table 3) with how often tuning and freezing came out so in this study.
#include <fmt/format.h>

#include <array>
#include <iterator>
#include <map>

#include "espalier/report/published_rules.hpp"
#include "espalier/report/wording.hpp"
#include "report/axis_values.hpp"
#include "report/sides.hpp"
#include "report/tables/study_tables.hpp"
#include "report/target_distances.hpp"

namespace espalier::report {
namespace {

enum class Advice : std::uint8_t { freeze, either, tune };
constexpr std::array kLevels = {Level::low, Level::medium, Level::high};

Advice advice_of(Level distance, Level data) {
  const auto& protocols = chu_advice(distance, data);
  if (protocols.size() > 1) return Advice::either;
  return protocols.front() == Family::tune ? Advice::tune : Advice::freeze;
}

const char* text_of(Advice advice) {
  switch (advice) {
    case Advice::freeze: return "freeze";
    case Advice::either: return "try both";
    case Advice::tune: return "tune";
  }
  return "";
}

/// How the settings of one cell came out; `told`: those whose interval of the difference excludes 0.
struct Tally {
  int settings = 0, tuned = 0, tuned_told = 0, frozen = 0, frozen_told = 0, judged = 0;

  void add(const stats::Summary& difference) {
    ++settings;
    tuned += difference.mean > 0;
    frozen += difference.mean < 0;
    if (!difference.interval) return;
    ++judged;
    tuned_told += difference.interval->low > 0;
    frozen_told += difference.interval->high < 0;
  }
  int untold() const { return judged - tuned_told - frozen_told; }
  /// By the sign where one is advised, else by an interval that has 0 in it.
  int agreeing(Advice advice) const {
    return advice == Advice::tune ? tuned : advice == Advice::freeze ? frozen : untold();
  }
  /// What the interval alone says.
  int agreeing_told(Advice advice) const {
    return advice == Advice::tune ? tuned_told : advice == Advice::freeze ? frozen_told : untold();
  }
};

std::optional<Level> size_class(const std::string& per_class) {
  if (per_class == "all" || !all_numbers({per_class})) return std::nullopt;
  return data_level(number_of(per_class));
}

Level distance_class(double distance, const std::vector<double>& thresholds) {
  return distance < thresholds[0] ? Level::low : distance < thresholds[1] ? Level::medium : Level::high;
}

std::string cell_text(Advice advice, const Tally& tally) {
  std::string text = text_of(advice);
  if (tally.settings == 0) return text + ": no setting here";
  text +=
      fmt::format(": {} of {} agree", tally.agreeing(advice), advice == Advice::either ? tally.judged : tally.settings);
  return text + fmt::format("; tuned higher {} ({}), frozen higher {} ({})", tally.tuned, tally.tuned_told,
                            tally.frozen, tally.frozen_told);
}

class Recommendation {
 public:
  Recommendation(const std::vector<RunView>& views, const study::TableSpec& asked)
      : asked_(asked),
        sides_(sides_of(views, {asked.experiment, asked.ratio, asked.y, {"target", "per_class"}})),
        distances_(views, asked.ratio.distances) {
    exact_.header = {"distance", "distance_class", "size_class", "advice"};
    const auto columns = exact(sides_.contrasts, sides_.query);
    exact_.header.insert(exact_.header.end(), columns.header.begin(), columns.header.end());
    for (std::size_t i = 0; i < sides_.contrasts.size(); ++i) count(sides_.contrasts[i], columns.rows[i]);
  }

  WordTable words() const {
    const auto& limits = asked_.thresholds;
    WordTable words{{"distance", "1 to 20 images a class", "21 to 99", "100 and more"}, {}};
    const std::array names = {fmt::format("low (below {:g})", limits[0]),
                              fmt::format("medium ({:g} to {:g})", limits[0], limits[1]),
                              fmt::format("high (from {:g})", limits[1])};
    for (const Level distance : kLevels) {
      std::vector<std::string> row = {names.at(static_cast<std::size_t>(distance))};
      for (const Level size : kLevels) row.push_back(cell_text(advice_of(distance, size), tally_of(distance, size)));
      words.rows.push_back(std::move(row));
    }
    return words;
  }

  std::string note() const {
    std::string text = fmt::format(
        "The advice of Chu et al. (2016, Table 3) by the {} distance of the target and its images a class, and how "
        "often this study's "
        "settings agree with it: {} with {} less that with {}. In parentheses: those whose interval over splits "
        "excludes 0. 'Try both' "
        "agrees with a setting whose interval has 0 in it. ",
        asked_.ratio.distances.method, axis_title(sides_.query.metric), study::text_of(asked_.ratio.over),
        study::text_of(asked_.ratio.under));
    text += totals();
    if (left_out_ > 0) {
      text += fmt::format(
          " {} settings have no place yet (no distance, no number of images a class, or no pair of runs).", left_out_);
    }
    return text + calibration();
  }

  WordTable exact_words() const { return exact_; }

 private:
  void count(const stats::Contrast& contrast, std::vector<std::string> columns) {
    const RunView& run = sides_.example(contrast);
    const auto distance = distances_.of(run);
    const auto size = size_class(run.value("per_class"));
    const auto& difference = contrast.difference.difference;
    std::vector<std::string> row = {distance ? fmt::format("{}", *distance) : "", "", "", ""};
    if (size) row[2] = name_of(*size);
    if (distance) row[1] = name_of(distance_class(*distance, asked_.thresholds));
    if (distance && size && difference.n > 0) {
      const Level place = distance_class(*distance, asked_.thresholds);
      tallies_[{place, *size}].add(difference);
      row[3] = text_of(advice_of(place, *size));
    } else {
      ++left_out_;
    }
    row.insert(row.end(), std::make_move_iterator(columns.begin()), std::make_move_iterator(columns.end()));
    exact_.rows.push_back(std::move(row));
  }

  Tally tally_of(Level distance, Level size) const {
    const auto found = tallies_.find({distance, size});
    return found == tallies_.end() ? Tally() : found->second;
  }

  std::string totals() const {
    int settings = 0, agreeing = 0, told = 0, against = 0;
    for (const Level distance : kLevels) {
      for (const Level size : kLevels) {
        const Advice advice = advice_of(distance, size);
        const Tally tally = tally_of(distance, size);
        if (advice == Advice::either) continue;
        settings += tally.settings;
        agreeing += tally.agreeing(advice);
        told += tally.agreeing_told(advice);
        against += advice == Advice::tune ? tally.frozen_told : tally.tuned_told;
      }
    }
    return fmt::format(
        "Where it advises one of the two, {} of {} settings agree by the sign, {} of them beyond their interval; {} "
        "differ from it "
        "beyond theirs.",
        agreeing, settings, told, against);
  }

  std::string calibration() const {
    const bool published = asked_.thresholds == study::TableSpec().thresholds;
    if (distances_.is_calibrated() && published)
      return " The thresholds are calibrated for CaffeNet's fc7, which these distances are of.";
    return " The thresholds 0.2 and 0.4 are calibrated for CaffeNet's fc7 (cosine); these distances are others, so "
           "that the rows are not "
           "calibrated.";
  }

  const study::TableSpec& asked_;
  Sides sides_;
  TargetDistances distances_;
  std::map<std::pair<Level, Level>, Tally> tallies_;  ///< by distance and images a class
  WordTable exact_;
  int left_out_ = 0;
};

}  // namespace

void fill_recommendation_table(StudyTable& table, const std::vector<RunView>& views, const study::TableSpec& asked) {
  const Recommendation recommendation(views, asked);
  table.note = recommendation.note();
  table.parts.push_back({"", "", recommendation.words()});
  table.exact = recommendation.exact_words();
}

}  // namespace espalier::report
