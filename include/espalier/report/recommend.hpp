#pragma once
// Which protocol to use for a distance and a size: what the nearest measured cells say, and what the papers say.
#include "espalier/report/measured_cells.hpp"

namespace espalier::report {

/// What is asked. Without a value, cells are not compared by it.
struct Question {
  std::optional<double> distance;
  std::optional<double> per_class;
  double images = 0;           ///< in all; 0: unknown
  std::string network, unit;   ///< in which the distance was measured; "": not said
  std::string network_digest;  ///< of that network's units; "": unknown
};

/// How a paper's rule stands to what was measured.
enum class Agreement : std::uint8_t {
  agrees,        ///< the best protocol is of a kind that the rule names
  not_refuted,   ///< one that it names cannot be told from the best
  disagrees,     ///< all that it names are worse
  not_measured,  ///< none that it names was tried
  silent,        ///< the rule names none
};
const char* name_of(Agreement agreement);

struct JudgedOpinion {
  Opinion opinion;
  Agreement agreement = Agreement::silent;
};

/// A measured cell beside a question.
struct NearCell {
  MeasuredCell cell;
  /// How far it is, in widths of Chu's classes: 0.2 of distance, a factor of five of size. None: nothing was compared.
  std::optional<double> gap;
  std::vector<std::string> not_compared;  ///< "distance", "size": what one side does not know
};

struct Recommendation {
  Question question;
  std::vector<NearCell> cells;  ///< nearest first; empty without evidence
  std::vector<JudgedOpinion> papers;
  std::vector<std::string> disagreements;  ///< between papers
};

/// A cell this many class widths away still speaks for a question.
inline constexpr double kNear = 1;

/// What the papers say of a measured cell, held against its protocols.
std::vector<JudgedOpinion> judged_opinions(const MeasuredCell& cell);

/// The distance and size of a cell as the papers' rules take them.
Situation situation_of(const MeasuredCell& cell);
Situation situation_of(const Question& question);

/// The nearest cells, at most `most`; those farther than kNear stand behind nearer ones and are marked by their gap.
/// Where the question names a distance, only cells with a distance of the same network and unit are compared by it.
Recommendation recommend(const std::vector<MeasuredCell>& cells, const Question& question, std::size_t most = 3);

/// "caffenet" and "fc7": Chu's thresholds hold for no other, nor for one of that name with other units. `digest`: of
/// the network's units; "" where it is not known.
bool is_calibrated(const std::string& network, const std::string& unit, const std::string& digest = "");

}  // namespace espalier::report
