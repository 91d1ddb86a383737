#pragma once
// A recommendation in words, the same for `recommend` and the report.
#include "espalier/report/recommend.hpp"

namespace espalier::report {

/// "transferred 6, frozen 0"; "the only protocol tried" where the cell has one.
std::string protocol_text(const RankedProtocol& protocol);

/// "half to other, 5 images a class (150 in all), cifar7".
std::string place_text(const MeasuredCell& cell);

/// "distance 0.213 [0.201, 0.225] (cosine, after fc6 of cifar7; two halves of the source: 0.003)", or that it is
/// unknown.
std::string distance_text(const MeasuredCell& cell);

/// Which protocol is best, with its interval, how many runs say so, and what cannot be told from it.
std::vector<std::string> measured_sentences(const MeasuredCell& cell);

/// "Chu et al. 2016 (Table 3): ... Holds for: ... Measured: agrees."
std::string opinion_text(const JudgedOpinion& judged);

/// All of an answer, a line each; empty lines between its parts.
std::vector<std::string> answer_lines(const Recommendation& answer);

}  // namespace espalier::report
