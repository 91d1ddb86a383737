// Finds the measured cells nearest to a question, and holds the papers' rules against what was measured.
#include "espalier/report/recommend.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "espalier/network/networks.hpp"
#include "espalier/task/task.hpp"

namespace espalier::report {
namespace {

constexpr double kDistanceWidth = 0.2;  // of Chu's low and medium classes
const double kSizeWidth = std::log(5);  // from 20 to 100 images a class

bool names(const Opinion& opinion, Family family) {
  return std::find(opinion.protocols.begin(), opinion.protocols.end(), family) != opinion.protocols.end();
}

Agreement agreement_of(const Opinion& opinion, const std::vector<RankedProtocol>& protocols) {
  if (opinion.protocols.empty()) return Agreement::silent;
  bool tried = false, tied = false;
  for (const auto& one : protocols) {
    if (one.splits == 0 || !names(opinion, one.family)) continue;
    if (one.best) return Agreement::agrees;
    tried = true;
    tied = tied || one.indistinguishable;
  }
  if (!tried) return Agreement::not_measured;
  return tied ? Agreement::not_refuted : Agreement::disagrees;
}

bool same_measure(const MeasuredDistance& measured, const Question& question) {
  const auto& [one, other] = std::tie(measured.network_digest, question.network_digest);
  if (!one.empty() && !other.empty() && one != other) return false;  // other units under one name
  return (question.network.empty() || question.network == measured.network) &&
         (question.unit.empty() || question.unit == measured.unit);
}

NearCell beside(const MeasuredCell& cell, const Question& question) {
  NearCell near{cell, std::nullopt, {}};
  double squares = 0;
  bool compared = false;
  if (question.distance && cell.distance && same_measure(*cell.distance, question)) {
    squares += std::pow((*question.distance - cell.distance->value) / kDistanceWidth, 2);
    compared = true;
  } else {
    near.not_compared.emplace_back("distance");
  }
  if (question.per_class && cell.images_per_class > 0) {
    squares += std::pow(std::log(*question.per_class / cell.images_per_class) / kSizeWidth, 2);
    compared = true;
  } else {
    near.not_compared.emplace_back("size");
  }
  if (compared) near.gap = std::sqrt(squares);
  return near;
}

bool nearer(const NearCell& a, const NearCell& b) {
  if (a.not_compared.size() != b.not_compared.size()) return a.not_compared.size() < b.not_compared.size();
  return a.gap.value_or(0) < b.gap.value_or(0);
}

std::vector<JudgedOpinion> judged(const Situation& situation, const std::vector<RankedProtocol>& protocols) {
  std::vector<JudgedOpinion> all;
  for (auto& opinion : published_opinions(situation)) {
    const auto agreement = agreement_of(opinion, protocols);
    all.push_back({std::move(opinion), agreement});
  }
  return all;
}

std::vector<std::string> disagreements_among(const std::vector<JudgedOpinion>& judged) {
  std::vector<Opinion> opinions;
  for (const auto& one : judged) opinions.push_back(one.opinion);
  return disagreements(opinions);
}

}  // namespace

const char* name_of(Agreement agreement) {
  switch (agreement) {
    case Agreement::agrees: return "agrees";
    case Agreement::not_refuted: return "not refuted";
    case Agreement::disagrees: return "disagrees";
    case Agreement::not_measured: return "not measured";
    case Agreement::silent: return "silent";
  }
  return "";
}

bool is_calibrated(const std::string& network, const std::string& unit, const std::string& digest) {
  static const std::string calibrated = task::Catalog().add(*network::named(kCalibratedNetwork));
  return network == kCalibratedNetwork && unit == kCalibratedUnit && (digest.empty() || digest == calibrated);
}

Situation situation_of(const MeasuredCell& cell) {
  Situation here;
  if (cell.distance) {
    here.distance = cell.distance->value;
    here.calibrated = is_calibrated(cell.distance->network, cell.distance->unit, cell.distance->network_digest);
  }
  here.per_class = cell.images_per_class;
  here.images = cell.images;
  here.units = cell.units;
  return here;
}

Situation situation_of(const Question& question) {
  Situation here;
  here.distance = question.distance;
  here.calibrated = question.distance && is_calibrated(question.network, question.unit, question.network_digest);
  here.per_class = question.per_class.value_or(0);
  here.images = question.images;
  return here;
}

std::vector<JudgedOpinion> judged_opinions(const MeasuredCell& cell) {
  return judged(situation_of(cell), cell.protocols);
}

Recommendation recommend(const std::vector<MeasuredCell>& cells, const Question& question, std::size_t most) {
  Recommendation answer{question, {}, {}, {}};
  for (const auto& cell : cells) answer.cells.push_back(beside(cell, question));
  std::stable_sort(answer.cells.begin(), answer.cells.end(), nearer);
  if (answer.cells.size() > most) answer.cells.resize(most);
  auto situation = situation_of(question);
  std::vector<RankedProtocol> nearest;
  if (!answer.cells.empty() && answer.cells.front().gap.value_or(kNear + 1) <= kNear) {
    nearest = answer.cells.front().cell.protocols;
    situation.units = answer.cells.front().cell.units;
  }
  answer.papers = judged(situation, nearest);
  answer.disagreements = disagreements_among(answer.papers);
  return answer;
}

}  // namespace espalier::report
